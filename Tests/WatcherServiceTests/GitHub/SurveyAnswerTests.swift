import Curl
import TestSupport
import Testing
import WatcherCore

@testable import WatcherService

@Suite("What GraphQL's answers mean") struct SurveyAnswerTests {
    private static func outcome(_ body: String, count: Int = 1, _ headers: [(String, String)] = []) -> SurveyOutcome {
        SurveyAnswer.read(
            HTTPResponse(
                status: 200, headers: HTTPHeaders(headers.map { (name: $0.0, value: $0.1) }), body: Array(body.utf8)),
            count: count
        ).0
    }

    private static let node = """
        {"databaseId": 7, "nameWithOwner": "o/r", "isArchived": false, "releases": {"totalCount": 9, "nodes": [
          {"databaseId": 70, "tagName": "v1", "isPrerelease": true, "isDraft": false,
           "publishedAt": "2026-08-03T10:00:00Z", "updatedAt": "2026-08-03T10:00:01Z"}, null]}}
        """

    private static let repository = SurveyObservation.repository(
        RepositorySnapshot(
            repositoryID: 7, fullName: "o/r", releaseCount: 9,
            releases: [
                RepositorySnapshot.Release(
                    id: 70, tag: "v1", isPrerelease: true, publishedAt: "2026-08-03T10:00:00Z",
                    updatedAt: "2026-08-03T10:00:01Z")
            ]))

    @Test("repositories, missing ones, and ones of which nothing is said, each in its place") func partial() {
        let missing = #"{"type": "NOT_FOUND", "path": ["nodes", 1], "message": "Could not resolve to a node"}"#
        let broken = #"{"type": "INTERNAL", "path": ["nodes", 2, "releases"], "message": "no"}"#
        let body = """
            {"data": {"nodes": [\(Self.node), null, null, {}], "rateLimit": {"cost": 2}},
             "errors": [\(missing), \(broken)]}
            """
        #expect(
            Self.outcome(body, count: 4) == .answered([Self.repository, .gone, .unknown, .gone], points: 2))
    }

    @Test("an error that names no place leaves open what every null is") func anywhere() {
        let body = #"{"data": {"nodes": [\#(Self.node), null]}, "errors": [{"message": "no"}]}"#
        #expect(Self.outcome(body, count: 2) == .answered([Self.repository, .unknown], points: 1))
    }

    @Test(
        "limits are told by their type or their words, and last until the reset",
        arguments: [
            #"{"errors": [{"type": "RATE_LIMITED", "message": "no"}]}"#,
            #"{"errors": [{"type": "RATE_LIMIT", "message": "no"}]}"#,
            #"{"data": null, "errors": [{"message": "API rate limit already exceeded for user ID 1."}]}"#,
            #"{"errors": [{"message": "You have exceeded a secondary rate limit."}]}"#,
        ])
    func limits(_ body: String) {
        let headers = [
            ("Date", "Mon, 03 Aug 2026 10:00:00 GMT"), ("X-RateLimit-Remaining", "0"),
            ("X-RateLimit-Reset", "1785751290"),
        ]
        guard case .failed(.rateLimited(let seconds, _)) = Self.outcome(body, headers) else {
            Issue.record("no limit: \(Self.outcome(body))")
            return
        }
        #expect(seconds == 91)
        guard case .failed(.rateLimited(let short, _)) = Self.outcome(body, [("Retry-After", "7")]) else { return }
        #expect(short ?? 0 >= 7)
    }

    @Test(
        "an older schema is not asked again so soon",
        arguments: [
            #"{"errors": [{"extensions": {"code": "undefinedField"}, "message": "no"}]}"#,
            #"{"errors": [{"message": "Field 'isDraft' doesn't exist on type 'Release'"}]}"#,
        ])
    func schema(_ body: String) {
        guard case .unsupported = Self.outcome(body) else {
            Issue.record("\(Self.outcome(body))")
            return
        }
    }

    @Test(
        "what was too much is asked for by halves",
        arguments: [
            #"{"errors": [{"message": "Something went wrong while executing your query. Please try again."}]}"#,
            #"{"data": null, "errors": [{"message": "We couldn't respond to your request in time."}]}"#,
            #"{"data": {"nodes": [null]}, "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "no"}]}"#,
        ])
    func tooLarge(_ body: String) {
        guard case .tooLarge = Self.outcome(body) else {
            Issue.record("\(Self.outcome(body))")
            return
        }
    }

    @Test(
        "nonsense says nothing about any repository",
        arguments: [
            "", "null", "[]", "{}", "<html></html>", #"{"data": null}"#, #"{"data": {"nodes": []}}"#,
            #"{"data": {"nodes": [\#(node), \#(node)]}}"#, #"{"data": {"nodes": [7]}}"#, #"{"errors": []}"#,
            #"{"data": {"nodes": [{"nameWithOwner": "o/r"}]}}"#, #"{"errors": [{"message": "something else"}]}"#,
        ])
    func nonsense(_ body: String) {
        guard case .failed(.transient) = Self.outcome(body) else {
            Issue.record("\(Self.outcome(body))")
            return
        }
    }

    @Test(
        "GraphQL is beside the REST API",
        arguments: [
            ("https://api.github.com", "https://api.github.com/graphql"),
            ("https://git.example.org/api/v3", "https://git.example.org/api/graphql"),
            ("https://api.tenant.ghe.com", "https://api.tenant.ghe.com/graphql"),
        ])
    func place(_ api: String, _ expected: String) {
        #expect(GitHubClient.graphQLURL(ofAPI: api) == expected)
    }
}

@Suite("A survey of a GitHub") struct SurveyClientTests {
    private static func survey(
        _ github: GitHubLookalike, _ names: [String], token: String? = "token"
    ) async throws -> (SurveyOutcome, RateLimitReading) {
        let http = try HTTPClient(HTTPClient.Configuration())
        let client = GitHubClient(http, apiURL: github.url, token: token)
        var entries: [SurveyQuery.Entry] = []
        for name in names {
            guard case .success(let identity) = await client.identify(name).0 else { continue }
            entries.append(SurveyQuery.Entry(upstream: name, nodeID: try #require(identity.nodeID)))
        }
        return await client.survey(SurveyQuery(apiURL: github.url, entries: entries))
    }

    @Test("tells of releases, and of their points apart from requests", arguments: ["", "/api/v3"])
    func answer(_ prefix: String) async throws {
        try await withGitHubLookalike(pathPrefix: prefix) { github async throws in
            for number in 1...7 { github.publish("o/one", "1.0.\(number)") }
            github.publish("o/two", "2.0")
            let (outcome, reading) = try await Self.survey(github, ["o/one", "o/two"])
            guard case .answered(let found, points: 1) = outcome, case .repository(let one) = found.first else {
                Issue.record("\(outcome)")
                return
            }
            #expect(one.fullName == "o/one" && one.releaseCount == 7 && one.releases.count == 5)
            #expect(one.releases.first?.tag == "1.0.7")
            #expect(reading.limit == 5000 && reading.remaining == 4999)
            #expect(github.count(Route(.graphql)) == 1)
            github.delete("o/two")
            github.edit("o/one", "1.0.7") { $0.isPrerelease = true }
            #expect(one.releases.first?.isPrerelease == false)
        }
    }

    @Test("a repository that is gone is said to be, and the others are told of") func gone() async throws {
        try await withGitHubLookalike { github async throws in
            github.publish("o/one", "1.0")
            github.publish("o/two", "2.0")
            let http = try HTTPClient(HTTPClient.Configuration())
            let client = GitHubClient(http, apiURL: github.url, token: "token")
            let ids = ["o/one", "o/two"].compactMap { github.repositoryID($0) }
            github.delete("o/one")
            let entries = ids.map { SurveyQuery.Entry(upstream: "x", nodeID: "R_synthetic_\($0)") }
            let (outcome, _) = await client.survey(SurveyQuery(apiURL: github.url, entries: entries))
            guard case .answered(let found, _) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(found.first == .gone && found.last != .gone)
        }
    }

    enum Kind: String, Sendable { case answered, tooLarge, unsupported, transient, limited, permanent }

    private static func kind(_ outcome: SurveyOutcome) -> Kind {
        switch outcome {
        case .answered: .answered
        case .tooLarge: .tooLarge
        case .unsupported: .unsupported
        case .failed(.rateLimited): .limited
        case .failed(.permanent): .permanent
        case .failed: .transient
        }
    }

    @Test(
        "failures are told apart",
        arguments: [
            (Fault.status(502), Kind.tooLarge), (.status(504), .tooLarge), (.status(503), .transient),
            (.status(404), .unsupported), (.status(405), .unsupported), (.status(422), .unsupported),
            (.secondaryLimit(), .limited), (.secondaryLimit(retryAfter: nil, status: 429), .limited),
            (.html, .transient), (.halfBody, .transient), (.reset, .transient),
            (.json(#"{"errors": [{"message": "no"}]}"#), .transient),
            (.status(401, #"{"message": "Bad credentials"}"#, type: "application/json"), .permanent),
            (.status(302, headers: [(name: "Location", value: "https://elsewhere.example/")]), .transient),
        ])
    func failures(_ fault: Fault, _ expected: Kind) async throws {
        try await withGitHubLookalike { github async throws in
            github.publish("o/one", "1.0")
            github.fail(Route(.graphql), with: fault)
            let (outcome, _) = try await Self.survey(github, ["o/one"])
            #expect(Self.kind(outcome) == expected, "\(outcome)")
        }
    }

    @Test("no GraphQL, an older schema, and points that are used up") func settings() async throws {
        try await withGitHubLookalike { github async throws in
            github.publish("o/one", "1.0")
            github.setRemaining(0, token: "token", ofPoints: true)
            #expect(Self.kind(try await Self.survey(github, ["o/one"]).0) == .limited)
            github.setRemaining(10, token: "token", ofPoints: true)
            github.configure { $0.missingFields = ["isDraft"] }
            #expect(Self.kind(try await Self.survey(github, ["o/one"]).0) == .unsupported)
            github.configure { $0.hasGraphQL = false }
            #expect(Self.kind(try await Self.survey(github, ["o/one"]).0) == .unsupported)
        }
    }
}
