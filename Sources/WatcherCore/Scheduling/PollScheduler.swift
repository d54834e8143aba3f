/// When each upstream is looked at next.
///
/// A pass that does not repeat looks at every upstream once, whatever its interval. The daemon looks at all once, and
/// then at each on its own interval, on a clock that nobody can set: the second looks are spread over the interval by
/// name, and jitter from a stable hash keeps them from bunching.
package struct PollScheduler: Sendable {
    /// What is due, in order.
    private var queue: [String]
    private var head = 0
    /// Uptimes in milliseconds of those that are not in the queue.
    private var times = TimerQueue()
    /// Our own limit of requests in a minute: nothing before this uptime.
    private var busyUntil: Int64?

    init(_ config: Config, mode: Core.Mode) {
        queue = config.upstreams.keys.filter { mode.upstreams?.contains($0) ?? true }.sorted()
    }

    /// Whether a look at this upstream is still to come in this pass.
    func isQueued(_ upstream: String) -> Bool { hasQueue && queue[head...].contains(upstream) }

    var hasQueue: Bool { head < queue.count }

    /// Our own limit of requests in a minute keeps the queue waiting until this uptime; nil where it does not.
    var limitedUntil: Int64? { hasQueue ? busyUntil : nil }

    /// When to come back for a check; nil when no time is known.
    var nextUptime: Int64? {
        mutating get { hasQueue ? busyUntil : times.soonest }
    }

    /// The next upstream that is due.
    mutating func next(at now: Instant) -> String? {
        if let busyUntil, now.uptime < busyUntil { return nil }
        busyUntil = nil
        if !hasQueue {
            queue = []
            head = 0
            while let name = times.popFirst(until: now.uptime) { queue.append(name) }
        }
        guard hasQueue else { return nil }
        defer { head += 1 }
        return queue[head]
    }

    /// Puts the upstream that `next` named last back, until an uptime.
    mutating func putBack(until uptime: Int64) {
        head -= 1
        busyUntil = uptime
    }

    mutating func plan(_ upstream: String, in milliseconds: Int64, at now: Instant) {
        times.set(upstream, now.uptime + max(milliseconds, 0))
    }

    /// Looks at these now.
    mutating func planNow(_ upstreams: some Sequence<String>, at now: Instant) {
        for upstream in upstreams where !isQueued(upstream) { plan(upstream, in: 0, at: now) }
    }

    /// Forgets upstreams that are no longer configured.
    mutating func drop(_ upstreams: some Sequence<String>) {
        for upstream in upstreams { times.set(upstream, nil) }
    }
}

extension Core {
    /// Seconds between two looks at an upstream when all is well.
    package static func interval(of upstream: Config.Upstream, in config: Config) -> Int64 {
        upstream.every ?? config.poll.every ?? (config.github.token == nil ? 900 : 120)
    }

    /// While something waits its upstream is looked at this often, in seconds, where its interval is longer.
    package static let attentiveInterval: Int64 = 60

    /// Milliseconds until the next look.
    mutating func nextCheckDelay(_ name: String, _ upstream: Config.Upstream, at now: Instant) -> Int64 {
        let watch = ledger.upstreams[name] ?? UpstreamState()
        var seconds = Double(Self.interval(of: upstream, in: config))
        if watch.failures > 0 {
            seconds = Double(Backoff.check(interval: Int64(seconds), after: watch.failures))
        } else if watch.isIncomplete || ledger.jobs.contains(where: { $0.isRunning && $0.causes[name] != nil }) {
            seconds = min(seconds, Double(Self.attentiveInterval))
        }
        let budget = budget(at: now)
        var hash = StableHash(name)
        hash.combine(String(now.uptime))
        let place = Double(hash.value % 1000 + 1) / 1000
        var milliseconds = seconds * 1000 * budget.current
        if budget.current > budget.usual, let resetsAt = ledger.quotas[AccountKey.github.name]?.resetsAt {
            // When the quota is full again all goes on as usual, spread over an interval.
            let untilReset = Double(max(resetsAt.seconds(since: now.floor), 0) * 1000)
            milliseconds = min(milliseconds, untilReset + seconds * 1000 * budget.usual * place)
        }
        // After the first look, and when many had to wait for the same moment, each has a place of its own.
        guard spread.contains(name) else {
            spread.insert(name)
            return Int64(milliseconds * place)
        }
        let delay = Int64(milliseconds * (1 + (place * 2 - 1) * Double(config.poll.jitter) / 100))
        // What comes of age does so at a known moment.
        let ripe = watch.waiting.filter(\.missing.isEmpty).compactMap(\.until).min()
        return min(delay, max((ripe?.seconds ?? .max / 2000) * 1000 - now.wall, 1000))
    }

    /// How long a budget counts until it is worked out anew, in milliseconds.
    private static let budgetLifetime: Int64 = 60_000

    private mutating func budget(at now: Instant) -> PollBudget {
        if let (value, uptime) = lastBudget, now.uptime - uptime < Self.budgetLifetime { return value }
        let value = PollBudget(config, ledger, at: now)
        lastBudget = (value, now.uptime)
        return value
    }

    /// Takes a new configuration. What is pending for an action that is gone is failed in the open; what is pending
    /// for a notifier that is gone stays, visible, and is given up in the open when its time is over; what is
    /// remembered of an upstream that is gone stays, so that nothing is new when it comes back.
    mutating func reconfigure(_ config: Config, at now: Instant) {
        let before = Set(self.config.upstreams.keys)
        let after = Set(config.upstreams.keys)
        let moved = after.intersection(before).filter { self.config.upstreams[$0] != config.upstreams[$0] }
        self.config = config
        _ = ledger.prune(config, at: now)
        ledger.prepareOutputs(config)
        quotas.setRequestsPerMinute(config.github.requestsPerMinute)
        lastBudget = nil
        schedule.drop(before.subtracting(after))
        schedule.planNow(after.subtracting(before).union(moved).subtracting(checking).sorted(), at: now)
        changed(.noted)
        say(.news, "the new configuration is in use", topic: "configuration reloaded")
    }
}
