/// When each upstream is checked next.
///
/// A pass that does not repeat looks at every upstream once, whatever its interval. The daemon looks at all once, and
/// then at each on its own interval, on a clock that nobody can set: the second looks are spread over the interval by
/// name, and jitter from a stable hash keeps them from bunching.
package struct PollScheduler: Sendable {
    /// What is due on one account.
    private struct Lane {
        var queue: [String] = []
        var head = 0
        /// Our own limit of requests in a minute: nothing before this uptime.
        var busyUntil: Int64?

        var isEmpty: Bool { head == queue.count }
    }

    /// By account.
    private var lanes: [Core.AccountKey: Lane] = [:]
    /// The accounts in a fixed order.
    private var order: [Core.AccountKey] = []
    /// All that is in a lane.
    private var queued: Set<String> = []
    /// Uptimes in milliseconds of those that are in none.
    private var times = TimerQueue()

    init(_ config: Config, mode: Core.Mode) {
        for name in config.upstreams.keys.sorted() where mode.upstreams?.contains(name) ?? true {
            enqueue(name, in: config)
        }
    }

    /// Whether a check of this upstream is still to come in this pass.
    func isQueued(_ upstream: String) -> Bool { queued.contains(upstream) }

    var hasQueue: Bool { !queued.isEmpty }

    /// Our own limit of requests in a minute keeps all that is due waiting until this uptime; nil where it does not.
    var limitedUntil: Int64? {
        let waits = order.compactMap { account in lanes[account].flatMap { $0.isEmpty ? nil : $0.busyUntil ?? 0 } }
        return waits.min().flatMap { $0 == 0 ? nil : $0 }
    }

    /// When to come back for a check; nil when no time is known. `isFree`: whether an account has a place for another
    /// check; where it has none, the end of one is what brings the next.
    mutating func nextUptime(isFree: (Core.AccountKey) -> Bool) -> Int64? {
        let waits = order.compactMap { account in
            lanes[account].flatMap { $0.isEmpty || !isFree(account) ? nil : $0.busyUntil }
        }
        return (waits + [times.soonest].compactMap { $0 }).min()
    }

    /// The next upstream that is due on an account with a free place.
    mutating func next(
        _ config: Config, isFree: (Core.AccountKey) -> Bool, at now: Instant
    ) -> (name: String, account: Core.AccountKey)? {
        while let name = times.popFirst(until: now.uptime) { enqueue(name, in: config) }
        for account in order {
            guard var lane = lanes[account], !lane.isEmpty else { continue }
            if let until = lane.busyUntil, now.uptime < until { continue }
            guard isFree(account) else { continue }
            // Out of its place while it changes, so that the queue is not copied.
            lanes[account] = nil
            lane.busyUntil = nil
            let name = lane.queue[lane.head]
            lane.head += 1
            if lane.isEmpty { lane = Lane() }
            lanes[account] = lane
            queued.remove(name)
            // A configuration that is new since then may have moved it to another account.
            return (name, config.upstreams[name].map { Core.AccountKey($0.source) } ?? account)
        }
        return nil
    }

    /// Puts an upstream that `next` named back in front, until an uptime.
    mutating func putBack(_ upstream: String, _ account: Core.AccountKey, until uptime: Int64) {
        guard var lane = lanes.removeValue(forKey: account) else { return }
        if lane.head > 0 { lane.head -= 1 } else { lane.queue.insert(upstream, at: 0) }
        lane.busyUntil = uptime
        lanes[account] = lane
        queued.insert(upstream)
    }

    private mutating func enqueue(_ upstream: String, in config: Config) {
        guard let account = config.upstreams[upstream].map({ Core.AccountKey($0.source) }) else { return }
        guard queued.insert(upstream).inserted else { return }
        if lanes[account] == nil { order = (order + [account]).sorted() }
        lanes[account, default: Lane()].queue.append(upstream)
    }

    /// Never at this moment: what has just ended, or could not begin, is not due again in the same turn.
    mutating func plan(_ upstream: String, in milliseconds: Int64, at now: Instant) {
        times.set(upstream, now.uptime + max(milliseconds, 1))
    }

    /// Checks these now.
    mutating func planNow(_ upstreams: some Sequence<String>, at now: Instant) {
        for upstream in upstreams where !isQueued(upstream) { times.set(upstream, now.uptime) }
    }

    /// Forgets upstreams that are no longer configured.
    mutating func drop(_ upstreams: some Sequence<String>) {
        for upstream in upstreams { times.set(upstream, nil) }
    }
}

extension Core {
    /// While something waits its upstream is checked this often, in seconds, where its interval is longer.
    package static let attentiveInterval: Int64 = 60

    /// Milliseconds until the next look.
    mutating func nextCheckDelay(_ name: String, _ upstream: Config.Upstream, at now: Instant) -> Int64 {
        let watch = ledger.upstreams[name] ?? UpstreamState()
        if let milliseconds = surveyedDelay(name, watch, at: now) { return milliseconds }
        var seconds = Double(pace.restInterval(of: upstream))
        if watch.failures > 0 {
            seconds = Double(Backoff.check(interval: Int64(seconds), after: watch.failures))
        } else if watch.isIncomplete || ledger.jobs.contains(where: { $0.isRunning && $0.causes[name] != nil }) {
            seconds = min(seconds, Double(Self.attentiveInterval))
        }
        let isOnGitHub = upstream.source.account == nil
        let budget = isOnGitHub ? budget(at: now) : PollBudget()
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
        return min(delay, untilRipe(watch, at: now))
    }

    /// Milliseconds until something that waits comes of age, which it does at a known moment.
    func untilRipe(_ watch: UpstreamState, at now: Instant) -> Int64 {
        let ripe = watch.waiting.filter(\.missing.isEmpty).compactMap(\.until).min()
        return max((ripe?.seconds ?? .max / 2000) * 1000 - now.wall, 1000)
    }

    /// How long a budget counts until it is worked out anew, in milliseconds.
    private static let budgetLifetime: Int64 = 60_000

    private mutating func budget(at now: Instant) -> PollBudget {
        if let (value, uptime) = lastBudget, now.uptime - uptime < Self.budgetLifetime { return value }
        let value = PollBudget(config, ledger, pace, isCovered: survey.isCovered, at: now)
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
        pace = PollPace(config, handful: surveyHandful)
        survey.reconfigure(dropping: before.subtracting(after).union(moved))
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
