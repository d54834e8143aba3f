import WatcherCore

extension CheckTarget {
    /// `owner/NAME` on GitHub, as the tests' configurations have it.
    static func known(_ upstream: String) -> CheckTarget {
        CheckTarget(upstream: upstream, apiURL: Config().github.apiURL, repository: "owner/" + upstream)
    }
}

extension Event {
    static func checked(upstream: String, _ outcome: CheckOutcome, _ reading: RateLimitReading?) -> Event {
        .checked(.known(upstream), outcome, reading)
    }

    static func identified(upstream: String, _ outcome: Identified, _ reading: RateLimitReading?) -> Event {
        .identified(.known(upstream), outcome, reading)
    }
}
