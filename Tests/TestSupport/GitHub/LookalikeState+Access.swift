import Foundation

/// Who asks, whether they may, and what it costs.
extension LookalikeState {
    /// The answer to a request that does not get as far as a repository, nil when it does. A limit costs nothing more.
    mutating func refusal(_ call: LookalikeCall, _ isFree: inout Bool) -> ScriptedAnswer? {
        guard call.segments != nil else { return error(404, "Not Found") }
        if (call.request.header("User-Agent") ?? "").isEmpty {
            return .text(
                403,
                "Request forbidden by administrative rules. Please make sure your request has a User-Agent header "
                    + "(https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). "
                    + "Missing or invalid User Agent string.")
        }
        if let version = call.version, settings.retiredVersions.contains(version) {
            return error(410, "API version \(version) is no longer supported")
        }
        if let version = call.version, !settings.apiVersions.contains(version) {
            return error(
                400,
                "Invalid API version: \(version). Supported versions: "
                    + settings.apiVersions.sorted().joined(separator: ", "), "/about-the-rest-api/api-versions")
        }
        if !call.isOfApp && !call.token.isEmpty && !isGood(call.token) { return error(401, "Bad credentials") }
        if let app = tokens[call.token]?.app, apps[app]?.isSuspended == true {
            return error(403, "This installation has been suspended")
        }
        if let refusal = limitRefusal(call) {
            isFree = true
            return refusal
        }
        return nil
    }

    /// Nil tokens at all: every token is good.
    private func isGood(_ token: String) -> Bool {
        if tokens.isEmpty { return true }
        guard let known = tokens[token] else { return false }
        return known.expires.map { $0 > now } ?? true
    }

    private func token(_ call: LookalikeCall) -> GitHubLookalike.Token? {
        call.token.isEmpty ? nil : tokens[call.token] ?? GitHubLookalike.Token()
    }

    func sees(_ call: LookalikeCall, _ repository: LookalikeRepository) -> Bool {
        guard repository.isPrivate else { return true }
        return token(call).map { includes($0, repository) } ?? false
    }

    private func includes(_ token: GitHubLookalike.Token, _ repository: LookalikeRepository) -> Bool {
        token.repositories?.contains { $0.lowercased() == repository.fullName.lowercased() } ?? true
    }

    func permissionRefusal(_ call: LookalikeCall, _ repository: LookalikeRepository) -> ScriptedAnswer? {
        let needed: (permission: String, level: String)
        switch call.request.endpoint {
        case .dispatch: needed = ("actions", "write")
        case .event: needed = ("contents", "write")
        case .releases, .latestRelease, .release, .releaseByTag, .releaseAssets, .contents:
            needed = ("contents", "read")
        case .workflow, .workflowRuns, .run, .jobs: needed = ("actions", "read")
        case .repository, .rateLimit, .graphql, .accessToken, .installation, .other: return nil
        }
        guard repository.isPrivate || needed.level == "write" else { return nil }
        guard let token = token(call) else { return error(401, "Requires authentication") }
        if token.grants(needed.permission, needed.level) && includes(token, repository) { return nil }
        let holder = token.isInstallation ? "integration" : "personal access token"
        var answer = error(403, "Resource not accessible by \(holder)")
        answer.set("X-Accepted-GitHub-Permissions", "\(needed.permission)=\(needed.level)")
        return answer
    }

    // MARK: Limits

    /// The limit of a token, or with `""` of this address.
    func limit(_ key: String) -> Int {
        if key.hasPrefix(Self.pointsOf) { return settings.graphQLLimit }
        return key.isEmpty ? settings.anonymousLimit : tokens[key]?.limit ?? settings.tokenLimit
    }

    private mutating func quota(_ key: String) -> Quota {
        if let quota = quotas[key], quota.resets > now { return quota }
        let fresh = Quota(used: 0, resets: now.addingTimeInterval(3600))
        quotas[key] = fresh
        return fresh
    }

    /// A token that is not good is counted on the address.
    private func quotaKey(_ call: LookalikeCall) -> String {
        var key = isGood(call.token) ? call.token : ""
        // All tokens of an installation are one account; what an app asks in its own name is another.
        if let app = tokens[call.token]?.app { key = "installation of " + app }
        if call.isOfApp { key = "app" }
        return call.request.endpoint == .graphql ? Self.pointsOf + key : key
    }

    /// In front of a token: its points of GraphQL, which are counted apart.
    static let pointsOf = "graphql:"

    mutating func charge(_ call: LookalikeCall) {
        guard settings.hasLimits else { return }
        let key = quotaKey(call)
        var quota = quota(key)
        quota.used += 1
        quotas[key] = quota
    }

    private mutating func limitRefusal(_ call: LookalikeCall) -> ScriptedAnswer? {
        guard settings.hasLimits, call.request.endpoint != .rateLimit else { return nil }
        let points = call.isRead || call.request.endpoint == .graphql ? 1 : 5
        let minuteAgo = now.addingTimeInterval(-60)
        recentPoints.removeAll { $0.at <= minuteAgo }
        if let most = settings.pointsPerMinute, recentPoints.reduce(points, { $0 + $1.points }) > most {
            return ScriptedAnswer(403).secondaryLimit(retryAfter: 60, status: settings.limitStatus)
        }
        recentPoints.append((now, points))
        let key = quotaKey(call)
        guard quota(key).used >= limit(key) else { return nil }
        if call.request.endpoint == .graphql {
            return .json(
                200,
                [
                    "errors": [
                        ["type": "RATE_LIMITED", "message": "API rate limit already exceeded for user ID 1000001."]
                    ]
                ])
        }
        let page = "/overview/rate-limits-for-the-rest-api"
        return error(
            settings.limitStatus,
            key.isEmpty
                ? "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a "
                    + "higher rate limit. Check out the documentation for more details.)"
                : "API rate limit exceeded for user ID 1000001.", page)
    }

    /// The field `rateLimit` of a query that costs one point, before it is charged.
    mutating func graphQLLimit(_ call: LookalikeCall) -> WireJSON {
        let key = quotaKey(call)
        let quota = quota(key)
        return [
            "cost": 1, "remaining": .integer(max(0, limit(key) - quota.used - 1)),
            "resetAt": .string(quota.resets.iso8601),
        ]
    }

    mutating func rateLimit(_ call: LookalikeCall) -> ScriptedAnswer {
        guard settings.hasLimits else { return error(404, "Rate limiting is not enabled.") }
        let key = quotaKey(call)
        let quota = quota(key)
        let core: WireJSON = [
            "limit": .integer(limit(key)), "used": .integer(min(quota.used, limit(key))),
            "remaining": .integer(max(0, limit(key) - quota.used)),
            "reset": .integer(Int(quota.resets.timeIntervalSince1970)), "resource": "core",
        ]
        var body: [String: WireJSON] = ["resources": ["core": core]]
        if (call.version ?? settings.defaultVersion) < "2026-03-10" { body["rate"] = core }
        return .json(200, .object(body))
    }

    /// What every answer of the API carries, 304 and errors included.
    mutating func addHeaders(to answer: inout ScriptedAnswer, _ call: LookalikeCall) {
        answer.set("Date", now.httpDate)
        answer.set("Server", "github.com")
        answer.set("Cache-Control", call.token.isEmpty ? "public, max-age=60, s-maxage=60" : "private, max-age=60")
        answer.set("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With")
        answer.set("X-GitHub-Media-Type", "github.v3; format=json")
        answer.set("X-GitHub-Api-Version-Selected", call.version ?? settings.defaultVersion)
        answer.set("Deprecation", settings.deprecation)
        answer.set("Sunset", settings.sunset)
        if let expires = tokens[call.token]?.expires, tokens[call.token]?.app == nil {
            let text = expires.iso8601.replacing("T", with: " ").replacing("Z", with: " UTC")
            answer.set("GitHub-Authentication-Token-Expiration", text)
        }
        guard settings.hasLimits else { return }
        let key = quotaKey(call)
        let quota = quota(key)
        answer.set("X-RateLimit-Limit", String(limit(key)))
        answer.set("X-RateLimit-Remaining", String(max(0, limit(key) - quota.used)))
        answer.set("X-RateLimit-Used", String(min(quota.used, limit(key))))
        answer.set("X-RateLimit-Reset", String(Int(quota.resets.timeIntervalSince1970)))
        answer.set("X-RateLimit-Resource", call.request.endpoint == .graphql ? "graphql" : "core")
    }
}
