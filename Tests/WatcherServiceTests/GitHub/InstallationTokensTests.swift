import CryptoExtras
import Curl
import Foundation
import Synchronization
import TestSupport
import Testing
import WatcherCore

@testable import WatcherService

@Suite("A GitHub App's installation") struct InstallationTokensTests {
    /// A clock that a test moves: uptime from 0, wall time that of the lookalike with a difference.
    private final class TestClock: Sendable {
        private let passed = Mutex<(uptime: Int64, wall: Int64)>((0, 0))

        func advance(seconds: Int64) { passed.withLock { $0.uptime += seconds * 1000 } }
        /// The wall clock is set.
        func set(aheadBy seconds: Int64) { passed.withLock { $0.wall = seconds * 1000 } }

        var now: Instant {
            let now = Clock.now()
            return passed.withLock { Instant(wall: now.wall + $0.wall, uptime: $0.uptime) }
        }
    }

    private struct Bench {
        let github: GitHubLookalike
        let clock = TestClock()
        let tokens: InstallationTokens
        let client: GitHubClient

        init(_ github: GitHubLookalike, id: String = "Iv1", installation: Int64 = 7) throws {
            self.github = github
            let key = try TestKeys.app()
            github.addApp(.init(id: "Iv1", installation: 7, publicKey: key.publicKey))
            github.publish("o/one", "1.0")
            github.addWorkflow("o/builds", "build.yaml", inputs: [:])
            let app = Config.GitHubApp(id: id, installation: installation, privateKey: .literal("x"))
            let http = try HTTPClient()
            tokens = InstallationTokens(
                app, try AppSigner(id: id, pem: key.pemRepresentation), http, apiURL: github.url,
                network: HTTPNetwork(), version: APIVersion(), clock: { [clock] in clock.now })
            client = GitHubClient(http, apiURL: github.url, login: .app(tokens))
        }

        var tokenCount: Int { github.tokenCount(ofApp: "Iv1") }

        func failure() async -> RequestFailure? {
            if case .failure(let failure) = await client.identify("o/one").0 { failure } else { nil }
        }
    }

    private static func isThere(_ bench: Bench) async -> Bool {
        if case .success = await bench.client.identify("o/one").0 { true } else { false }
    }

    private static let target = WorkflowTarget(
        Config.WorkflowDispatch(repository: "o/builds", workflow: "build.yaml", ref: "main"), defaultAPIURL: "")

    @Test("its token is masked where the answer to a survey repeats it") func echoed() async throws {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            let token = try await bench.tokens.current().get().token
            github.fail(Route(.graphql), with: .json(#"{"errors": [{"message": "no \#(token) here"}]}"#))
            let (survey, _) = await bench.client.survey(
                SurveyQuery(apiURL: github.url, entries: [SurveyQuery.Entry(upstream: "x", nodeID: "R_1")]))
            guard case .failed(let failure) = survey else {
                Issue.record("\(survey)")
                return
            }
            #expect(failure.reason.contains("no *** here"), "\(failure.reason)")
        }
    }

    @Test("its token reads, surveys and dispatches, on the older API too", arguments: [false, true])
    func uses(_ isOld: Bool) async throws {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            if isOld { github.configure { $0.actAsOldServer() } }
            guard case .success(let identity) = await bench.client.identify("o/one").0 else {
                Issue.record("cannot be read")
                return
            }
            let entry = SurveyQuery.Entry(upstream: "x", nodeID: try #require(identity.nodeID))
            let (survey, _) = await bench.client.survey(SurveyQuery(apiURL: github.url, entries: [entry]))
            guard case .answered = survey else {
                Issue.record("\(survey)")
                return
            }
            guard case .accepted = await bench.client.dispatch(Self.target, inputs: [:]).0 else {
                Issue.record("cannot be started")
                return
            }
            #expect(github.runs("o/builds").count == 1)
            #expect(bench.tokenCount == 1)
            let others = github.requests.filter { $0.endpoint != .accessToken }
            #expect(others.allSatisfy { $0.header("Authorization")?.hasPrefix("Bearer ghs_") == true })
        }
    }

    @Test("the limit of the installation is read like that of a token, and goes on over a renewal") func limit()
        async throws
    {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            let first = await bench.client.get("/repos/o/one").reading
            #expect(first.limit == 5000 && first.remaining == 4999 && first.requests == 1)
            #expect(first.tokenExpiresAt == nil, "an hour is no news")
            bench.clock.advance(seconds: 3500)
            #expect(await bench.client.get("/repos/o/one").reading.remaining == 4998)
            #expect(bench.tokenCount == 2)
        }
    }

    @Test("it is renewed five minutes before its end, once, however many checks wait") func renewal() async throws {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            func manyChecks() async {
                await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<50 { group.addTask { await Self.isThere(bench) } }
                    for await isThere in group { #expect(isThere) }
                }
            }
            await manyChecks()
            #expect(bench.tokenCount == 1)
            bench.clock.advance(seconds: 3295)
            await manyChecks()
            #expect(bench.tokenCount == 1)
            bench.clock.advance(seconds: 10)
            await manyChecks()
            #expect(bench.tokenCount == 2)
            #expect(github.count(Route(.repository)) == 150)
        }
    }

    @Test("the life of a token is the server's: a wall clock that is set changes nothing") func wallClock() async throws
    {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            #expect(await Self.isThere(bench))
            bench.clock.set(aheadBy: 30 * 86_400)
            #expect(await Self.isThere(bench))
            bench.clock.set(aheadBy: -30 * 86_400)
            #expect(await Self.isThere(bench))
            #expect(bench.tokenCount == 1)
        }
    }

    @Test("a token that is refused before its end is replaced once, and the request repeated, a dispatch too")
    func refused() async throws {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            #expect(await Self.isThere(bench))
            github.withdrawTokens(ofApp: "Iv1")
            guard case .accepted = await bench.client.dispatch(Self.target, inputs: [:]).0 else {
                Issue.record("not started")
                return
            }
            #expect(github.runs("o/builds").count == 1)
            #expect(bench.tokenCount == 2)
            // One that is refused at once is not asked for again and again.
            github.withdrawTokens(ofApp: "Iv1")
            for _ in 0..<3 {
                let failure = await bench.failure()
                #expect(failure?.reason == "GitHub answered 401: Bad credentials")
                #expect(failure?.hint?.contains("installation's token is refused") == true)
            }
            #expect(bench.tokenCount == 2)
            bench.clock.advance(seconds: 61)
            #expect(await Self.isThere(bench))
            #expect(bench.tokenCount == 3)
        }
    }

    @Test("a new token changes the ETag: the list comes again, and is the same list") func entityTags() async throws {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            guard case .list(let first) = await bench.client.check("o/one", isSweep: false, etag: nil).0 else { return }
            guard case .unchanged = await bench.client.check("o/one", isSweep: false, etag: first.etag).0 else {
                Issue.record("not the same ETag for the same token")
                return
            }
            bench.clock.advance(seconds: 3500)
            guard case .list(let again) = await bench.client.check("o/one", isSweep: false, etag: first.etag).0 else {
                Issue.record("the same ETag for another token")
                return
            }
            #expect(again.etag != first.etag)
            #expect(again.releases == first.releases)
        }
    }

    @Test(
        "a clock that is wrong is named with its difference, ahead and behind",
        arguments: [(1500, "min behind GitHub's"), (-1500, "min ahead of GitHub's"), (-90, " s ahead of GitHub's")])
    func clock(_ offset: Int, _ words: String) async throws {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            github.configure { $0.clockOffset = .seconds(offset) }
            let failure = try #require(await bench.failure())
            guard case .permanent(let reason, let hint) = failure else {
                Issue.record("\(failure)")
                return
            }
            let start = "no token for installation 7 of the GitHub App: this machine's clock is "
            // How much exactly depends on when the lookalike answers.
            #expect(reason.hasPrefix(start) && reason.contains(words), "\(reason)")
            #expect(reason.contains("GitHub answered 401: '"))
            #expect(hint == "set the clock, and turn on time synchronisation")
        }
    }

    @Test(
        "an app that is removed, suspended or another is told apart, asked about once, and starts nothing",
        arguments: ["removed", "suspended", "app", "installation", "key"])
    func unavailable(_ what: String) async throws {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(
                github, id: what == "app" ? "other" : "Iv1", installation: what == "installation" ? 8 : 7)
            let expected: (words: String, hint: String)
            switch what {
            case "removed":
                github.removeApp("Iv1")
                expected = ("404: Integration not found", "there is no app Iv1")
            case "suspended":
                github.editApp("Iv1") { $0.isSuspended = true }
                expected = ("403: This installation has been suspended", "its owner can unsuspend it")
            case "key":
                let other = try TestKeys.other()
                github.editApp("Iv1") { $0.publicKey = other.publicKey }
                expected = ("401: A JSON web token could not be decoded", "github.app.privateKey must be a key of")
            case "app": expected = ("404: Integration not found", "there is no app other")
            default: expected = ("404: Not Found", "the app was removed, or github.app.installation")
            }
            for _ in 0..<20 {
                let failure = try #require(await bench.failure())
                #expect(
                    failure.reason == "no token for installation \(bench.tokens.app.installation) of the GitHub App: "
                        + "GitHub answered \(expected.words)")
                #expect(failure.hint?.contains(expected.hint) == true, "\(failure.hint ?? "")")
            }
            let (dispatch, _) = await bench.client.dispatch(Self.target, inputs: [:])
            guard case .refused(.permanent) = dispatch else {
                Issue.record("\(dispatch)")
                return
            }
            #expect(github.count(Route(.accessToken)) == 1, "the failure is remembered")
            #expect(github.count() == 1, "nothing is asked without a token")
        }
    }

    @Test("an installation that is suspended later stops with the reason") func suspended() async throws {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            #expect(await Self.isThere(bench))
            github.editApp("Iv1") { $0.isSuspended = true }
            let failure = await bench.failure()
            #expect(failure?.reason == "GitHub answered 403: This installation has been suspended")
            #expect(failure?.hint?.contains("unsuspend") == true)
        }
    }

    @Test(
        "without an answer to the request for a token a dispatch was certainly not sent",
        arguments: [Fault.status(502), .halfBody, .close, .json("{}", status: 201)])
    func trouble(_ fault: Fault) async throws {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            github.fail(Route(.accessToken), with: fault)
            let (dispatch, _) = await bench.client.dispatch(Self.target, inputs: [:])
            guard case .refused(.transient) = dispatch else {
                Issue.record("\(dispatch)")
                return
            }
            #expect(github.count(Route(.dispatch)) == 0)
            github.clearFaults()
            bench.clock.advance(seconds: 16)
            #expect(await Self.isThere(bench))
        }
    }

    @Test("while a renewal fails the token that is there is used to its end") func oldToken() async throws {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            #expect(await Self.isThere(bench))
            github.fail(Route(.accessToken), with: .status(502))
            bench.clock.advance(seconds: 3400)
            for _ in 0..<5 { #expect(await Self.isThere(bench)) }
            #expect(github.count(Route(.accessToken)) == 2)
            bench.clock.advance(seconds: 201)
            #expect(await bench.failure()?.reason.contains("502") == true)
            github.clearFaults()
            bench.clock.advance(seconds: 16)
            #expect(await Self.isThere(bench))
        }
    }

    @Test("who waits for a token and is cancelled comes back at once; the others get it") func cancelled() async throws
    {
        try await withGitHubLookalike { github async throws in
            let bench = try Bench(github)
            github.fail(Route(.accessToken), with: .blackHole, times: 1)
            let checks = (0..<3).map { _ in Task { await bench.failure() } }
            try await github.waitForRequests(Route(.accessToken))
            for check in checks { check.cancel() }
            for check in checks { #expect(await check.value == .cancelled) }
            #expect(await Self.isThere(bench))
        }
    }
}
