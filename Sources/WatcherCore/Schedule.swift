/// When each upstream is looked at next.
///
/// A pass that does not repeat looks at every upstream once, whatever its interval. The daemon looks at each on its own
/// interval, on a clock that nobody can set, with jitter from a stable hash so that herds spread and stay spread.
package struct Schedule: Sendable {
    private var queue: [String]
    private var head = 0
    /// Uptimes in milliseconds.
    private var times: [String: Int64] = [:]
    /// Our own limit of requests in a minute: nothing before this uptime.
    private var busyUntil: Int64?

    init(_ config: Config, mode: Core.Mode, ledger: Ledger) {
        queue = config.upstreams.keys.filter { mode.upstreams?.contains($0) ?? true }.sorted()
    }

    var isEmpty: Bool { head >= queue.count && times.isEmpty }

    /// Whether a look at this upstream is still to come in this pass.
    func isQueued(_ upstream: String) -> Bool { queue[head...].contains(upstream) }

    var hasQueue: Bool { head < queue.count }

    /// When to come back for a check; nil when no time is known.
    var nextUptime: Int64? {
        if head < queue.count { return busyUntil }
        return times.values.min()
    }

    /// The next upstream that is due.
    mutating func next(at now: Instant) -> String? {
        if let busyUntil, now.uptime < busyUntil { return nil }
        busyUntil = nil
        if head == queue.count, let soonest = times.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
            soonest.value <= now.uptime
        {
            queue = times.filter { $0.value <= now.uptime }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(
                \.key)
            head = 0
            for name in queue { times[name] = nil }
        }
        guard head < queue.count else { return nil }
        defer { head += 1 }
        return queue[head]
    }

    /// Puts the upstream that `next` named last back, until an uptime.
    mutating func putBack(until uptime: Int64) {
        head -= 1
        busyUntil = uptime
    }

    mutating func plan(_ upstream: String, in milliseconds: Int64, at now: Instant) {
        times[upstream] = now.uptime + max(milliseconds, 0)
    }

    /// Looks at everything now.
    mutating func planAllNow(_ upstreams: some Sequence<String>, at now: Instant) {
        for upstream in upstreams where !isQueued(upstream) { times[upstream] = now.uptime }
    }
}

extension Core {
    /// Seconds between two looks at an upstream when all is well.
    package static func interval(of upstream: Config.Upstream, in config: Config) -> Int64 {
        upstream.every ?? config.poll.every ?? (config.github.token == nil ? 900 : 120)
    }

    /// Milliseconds until the next look, with jitter by name and time of the last.
    func nextCheckDelay(_ name: String, _ upstream: Config.Upstream, at now: Instant) -> Int64 {
        let interval = Self.interval(of: upstream, in: config)
        let failures = ledger.upstreams[name]?.failures ?? 0
        let seconds = failures == 0 ? interval : Backoff.check(interval: interval, after: failures)
        let milliseconds = seconds * 1000
        let spread = milliseconds * Int64(config.poll.jitter) / 100
        guard spread > 0 else { return milliseconds }
        let hash = StableHash(name, String(now.uptime)).value
        return milliseconds - spread + Int64(hash % UInt64(2 * spread + 1))
    }
}
