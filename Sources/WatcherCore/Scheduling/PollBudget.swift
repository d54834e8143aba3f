/// How far intervals stretch so that a token's quota is never used up: planned as if every answer were a 200, and
/// corrected by what the server says is left.
package struct PollBudget: Sendable, Equatable {
    /// By how much intervals are multiplied while the quota is as it should be; at least 1.
    package var usual = 1.0
    /// By how much they are multiplied now; at least `usual`.
    package var current = 1.0

    /// The part of the quota that intervals nobody chose may take: the token is for other things too.
    package static let shareByDefault = 0.18
    /// The part of the points that surveys may take by an interval nobody chose: nothing else takes any.
    package static let shareOfSurveys = 0.195
    /// The part that intervals may take which somebody chose. Without a token all share the address's 60 an hour.
    package static let shareAsked = 0.8
    /// The part of the quota that looks leave alone until the reset: dispatches and looks at runs need some.
    package static let reserve = 0.1
    /// Requests of a sweep: who the repository is, and a page of a hundred releases.
    static let sweepCost = 2.0
    /// Requests an hour that following a run takes: one in 30 seconds.
    package static let follow = 120.0
    /// Without a word from the server: what GitHub gives an address, and a token.
    package static let limits = (anonymous: 60, token: 5000)

    /// The least `current` that is reported.
    static let reportedFrom = 1.05

    package init() {}

    /// `isCovered`: whether surveys answer for an upstream, so that it is checked by REST once in `poll.sweep` only; where
    /// nobody knows, as `watcher status` does not, they do for all that have been seen.
    package init(
        _ config: Config, _ ledger: Ledger, _ pace: PollPace, isCovered: ((String) -> Bool)? = nil, at now: Instant
    ) {
        let hasToken = config.github.isAuthorised
        let quota = ledger.quotas[Core.AccountKey.github.name]
        // A server that says 0, or less, does not limit, or does not know.
        let said = quota?.limit.flatMap { $0 > 0 ? $0 : nil }
        let limit = Double(said ?? (hasToken ? Self.limits.token : Self.limits.anonymous))
        let (byDefault, asked) = Self.demand(config, ledger, pace, isCovered ?? { ledger.upstreams[$0]?.nodeID != nil })
        usual = max(byDefault / (limit * (hasToken ? Self.shareByDefault : Self.shareAsked)), 1)
        usual = max(usual, asked / (limit * Self.shareAsked))
        current = usual
        guard let quota, let remaining = quota.remaining, let resetsAt = quota.resetsAt, !now.hasReached(resetsAt)
        else { return }
        // Others may spend from the same quota: what is left has to last until the reset.
        let seconds = Double(min(max(resetsAt.seconds(since: now.floor), 1), 3600))
        let needed = (asked + byDefault) * seconds / 3600
        current = max(usual, needed / max(Double(remaining) - limit * Self.reserve, 1))
    }

    /// Requests an hour: by intervals that nobody chose with what hangs on them, and by those that somebody chose.
    private static func demand(
        _ config: Config, _ ledger: Ledger, _ pace: PollPace, _ isCovered: (String) -> Bool
    ) -> (byDefault: Double, asked: Double) {
        var byDefault = 0.0
        var asked = 0.0
        let sweeps = 3600 / Double(max(config.poll.sweep, 1))
        let built = Set(ledger.jobs.filter(\.isRunning).flatMap(\.causes.keys))
        for (name, upstream) in config.upstreams where upstream.source.account == nil {
            let isSurveyed = pace.surveys(upstream) && isCovered(name)
            if isSurveyed, ledger.upstreams[name]?.isIncomplete != true {
                byDefault += sweeps * sweepCost
                continue
            }
            var interval = pace.restInterval(of: upstream)
            if isSurveyed || built.contains(name) || ledger.upstreams[name]?.isIncomplete == true {
                interval = min(interval, Core.attentiveInterval)
            }
            let load = 3600 / Double(max(interval, 1)) + sweeps
            if upstream.every == nil, config.poll.every == nil { byDefault += load } else { asked += load }
        }
        let runs = ledger.jobs.count { job in
            guard case .workflowDispatch(let dispatch) = config.actions[job.action]?.work else { return false }
            return job.isRunning && dispatch.token == nil && dispatch.apiURL == nil
        }
        return (byDefault + Double(runs) * follow, asked)
    }

    /// For people, when intervals are not what the configuration says.
    package var words: String? {
        guard current >= Self.reportedFrom else { return nil }
        let tenths = Int(min(current, 1e6) * 10)
        return "polling slowed \(tenths / 10).\(tenths % 10)× to stay within the rate limit"
    }

    /// Whether a daemon's looks are to wait for the reset, so that the rest is there for what has been begun.
    package static func isLow(_ quota: RateLimit.Record?, underWay: Int, at now: Instant) -> Bool {
        guard let quota, let limit = quota.limit, let remaining = quota.remaining, let resetsAt = quota.resetsAt,
            !now.hasReached(resetsAt)
        else { return false }
        // A look can take several requests: who the repository is, and more pages.
        return Double(remaining - min(underWay, 1000) * 2) <= Double(limit) * reserve
    }
}

extension UpstreamState {
    /// Whether assets are waited for that may still come in time.
    var isIncomplete: Bool { waiting.contains { !$0.isStalled && !$0.missing.isEmpty } }
}
