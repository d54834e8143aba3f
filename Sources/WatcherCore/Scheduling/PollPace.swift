/// How often upstreams are checked when nothing fails, by the configuration alone. `PollBudget` stretches that.
package struct PollPace: Sendable, Equatable {
    /// Up to so many upstreams are checked one by one as often as a survey would be made.
    package static let handful = 5
    /// Seconds between two checks, or two surveys, where `poll.every` is not set and there is a token.
    package static let intervals: ClosedRange<Int64> = 15...120

    /// Whether the upstreams on the account of `github` are surveyed, but for those with an interval of their own.
    package let isSurveyed: Bool
    /// How many upstreams that are.
    package let count: Int
    private let asked: Int64?
    private let hasToken: Bool
    private let byREST: Int64
    private let bySurvey: Int64

    package init(_ config: Config, handful: Int = handful) {
        asked = config.poll.every
        hasToken = config.github.isAuthorised
        count = config.upstreams.values.count { $0.source.account == nil && $0.every == nil }
        isSurveyed = hasToken && config.github.survey == .auto && count > handful
        byREST = Self.interval(count, PollBudget.shareByDefault)
        bySurvey = Self.interval((count + Survey.batchLimit - 1) / Survey.batchLimit, PollBudget.shareOfSurveys)
    }

    /// Seconds in which so many requests, or points, are their share of what GitHub allows.
    private static func interval(_ requests: Int, _ share: Double) -> Int64 {
        let allowed = Double(PollBudget.limits.token) * share
        let seconds = (Double(requests) * 3600 / allowed).rounded(.up)
        return min(max(Int64(min(seconds, 1e9)), intervals.lowerBound), intervals.upperBound)
    }

    package func surveys(_ upstream: Config.Upstream) -> Bool {
        isSurveyed && upstream.source.account == nil && upstream.every == nil
    }

    /// Seconds between two surveys.
    package var surveyInterval: Int64 { asked ?? bySurvey }

    /// Seconds between two looks at an upstream, by survey or by REST.
    package func interval(of upstream: Config.Upstream) -> Int64 {
        surveys(upstream) ? surveyInterval : restInterval(of: upstream)
    }

    /// Seconds between two checks of an upstream for which no survey answers.
    package func restInterval(of upstream: Config.Upstream) -> Int64 {
        if let every = upstream.every ?? asked { return every }
        // How much another server allows is not known before it says no.
        guard hasToken else { return Config.Poll.everyWithoutToken }
        return upstream.source.account == nil ? byREST : Config.Poll.everyWithoutToken
    }

    /// What `interval` is with any number of upstreams at most: a status that is older than a few of these is stale.
    package func longestInterval(of upstream: Config.Upstream) -> Int64 {
        upstream.every ?? asked ?? max(restInterval(of: upstream), Self.intervals.upperBound)
    }
}
