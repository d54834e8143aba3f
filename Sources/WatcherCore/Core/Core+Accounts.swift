// Whose limits a request is on, and what is left of them.

extension Core {
    /// Whose budget a request is on.
    package enum AccountKey: Sendable, Hashable, Comparable {
        case github
        /// The points of GraphQL, which are a limit of their own.
        case graphql
        case action(String)
        /// A server that is not GitHub's, with the token.
        case server(String)

        package init(_ source: AnySource) { self = source.account.map { .server($0) } ?? .github }

        /// From its name in the state.
        init(named name: String) {
            if name == AccountKey.github.name {
                self = .github
            } else if name == AccountKey.graphql.name {
                self = .graphql
            } else if name.hasPrefix("server:") {
                self = .server(String(name.dropFirst("server:".count)))
            } else {
                self = .action(String(name.dropFirst("action:".count)))
            }
        }

        var name: String {
            switch self {
            case .github: "github"
            case .graphql: "graphql"
            case .action(let name): "action:" + name
            case .server(let name): "server:" + name
            }
        }

        /// Our own limit of requests in a minute.
        package func requestsPerMinute(_ config: Config) -> Int {
            if case .server = self { Core.serverRequestsPerMinute } else { config.github.requestsPerMinute }
        }
    }

    func quotaKey(forAction name: String) -> AccountKey {
        switch config.actions[name]?.work {
        case .workflowDispatch(let dispatch) where dispatch.token != nil || dispatch.apiURL != nil: .action(name)
        case .kind(let kind) where kind.base.account == .own: .action(name)
        default: .github
        }
    }

    /// Whether an action's requests count for a rate limit that is known.
    func hasRateLimit(_ action: Config.Action) -> Bool {
        switch action.work {
        case .workflowDispatch: true
        case .imageBuild: false
        case .kind(let kind): kind.base.account != .none
        }
    }

    mutating func withQuota<Result>(_ key: AccountKey, _ body: (inout RateLimit) -> Result) -> Result {
        // Out of its place while it changes, so that its list is not copied each time.
        let known = quotas.take(key)
        let before = known?.record ?? ledger.quotas[key.name]
        var quota = known ?? RateLimit(before ?? RateLimit.Record(), requestsPerMinute: key.requestsPerMinute(config))
        let result = body(&quota)
        if before != quota.record {
            ledger.quotas[key.name] = quota.record
            changed(.noted)
        }
        quotas.put(quota, key)
        return result
    }

    /// Requests a minute to one server that is not GitHub's.
    package static let serverRequestsPerMinute = 120

    /// The quotas of this process. That of `github` is asked for five times a look: it has a place without a search.
    struct RateLimits: Sendable {
        private var github: RateLimit?
        private var others: [AccountKey: RateLimit] = [:]

        mutating func take(_ key: AccountKey) -> RateLimit? {
            guard case .github = key else { return others.removeValue(forKey: key) }
            defer { github = nil }
            return github
        }

        mutating func setRequestsPerMinute(_ limit: Int) {
            github?.requestsPerMinute = limit
            for key in others.keys {
                if case .server = key { continue }
                others[key]?.requestsPerMinute = limit
            }
        }

        mutating func put(_ quota: RateLimit, _ key: AccountKey) {
            if case .github = key { github = quota } else { others[key] = quota }
        }
    }

    mutating func note(_ reading: RateLimitReading?, of key: AccountKey, at now: Instant) {
        guard let reading else { return }
        withQuota(key) { $0.note(reading, at: now) }
        // The token is that of `github`.
        if key != .graphql { attendToToken(reading, key, at: now) }
    }

    /// Takes a limit to heart and says so once.
    mutating func pause(_ key: AccountKey, seconds: Int64?, _ reason: String, at now: Instant) {
        withQuota(key) { $0.pause(seconds: seconds, reason: reason, at: now) }
        changed(.durable)
    }

    mutating func pausedUntil(_ key: AccountKey, at now: Instant) -> Timestamp? {
        if case .paused(let until) = withQuota(key, { $0.permission(at: now) }) { until } else { nil }
    }
}
