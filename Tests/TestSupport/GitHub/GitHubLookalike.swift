package import Foundation
import Synchronization

/// A GitHub on loopback that answers like api.github.com and fails on demand.
///
///     let github = GitHubLookalike()
///     try await github.start()
///     github.publish("elabftw/elabftw", "5.6.13")
///     github.fail(Route(.releases), with: .halfBody, times: 1)
///     … let the program run against github.url …
///     #expect(github.count(Route(.dispatch)) == 1)
///     await github.stop()
///
/// - Life: `start` `stop` `url` `configure` `now` `withGitHubLookalike`
/// - What came in: `traffic` `requests` `count` `waitForRequests` `busiestMinute`
/// - Repositories: `addRepository` `rename` `archive` `delete` `block` `hide` `redirectForever` `redirect` `addRef`
/// - Releases: `load` `publish` `draft` `addAssets` `removeAsset` `edit` `promote` `remove` `publishAgain` `releases`
/// - Workflows: `addWorkflow` `editWorkflow` `removeWorkflow` `startRun` `runs` `begin` `finish` `editRun` `removeRun` `rerun`
/// - Tokens and limits: `addToken` `removeToken` `setRemaining`
/// - GitHub Apps: `addApp` `editApp` `removeApp` `withdrawTokens` `tokenCount`
/// - Faults: `fail` `failConnections` `closeConnections` `clearFaults`
///
/// A repository exists from its first mention in a control method. All control methods may be called at any time from
/// anywhere; what they change is seen by the next request. Until a token is added, every token is good for everything.
package final class GitHubLookalike: Sendable {
    let state: Mutex<LookalikeState>
    private let server = HTTPServer()

    /// `pathPrefix` such as `/api/v3` for a GitHub Enterprise Server.
    package init(pathPrefix: String = "") {
        var state = LookalikeState()
        state.pathPrefix = pathPrefix
        self.state = Mutex(state)
    }

    /// Listens on 127.0.0.1, on a port that the kernel chooses; after a `stop` on the same port as before.
    package func start() async throws {
        try await server.start { request in self.answer(request) }
        state.withLock { $0.url = "http://127.0.0.1:\(server.port)\($0.pathPrefix)" }
    }

    /// Connecting is refused from then on, connections are closed. What it knows it keeps.
    package func stop() async {
        await server.stop()
    }

    /// What `apiURL` is to be; empty before `start`.
    package var url: String { state.withLock { $0.url } }

    package var port: Int { server.port }

    package var traffic: Traffic { server.traffic }

    package var requests: [RecordedRequest] { traffic.requests }

    /// The lookalike's clock, in whole seconds.
    package var now: Date { state.withLock { $0.now } }

    package func configure(_ change: (inout Settings) -> Void) {
        state.withLock { change(&$0.settings) }
    }

    // MARK: What came in

    package func requests(_ route: Route) -> [RecordedRequest] {
        traffic.requests.filter { route.matches($0) }
    }

    package func count(_ route: Route = .any) -> Int {
        requests(route).count
    }

    /// Returns the first `count` requests of that route as soon as their effects have happened.
    @discardableResult
    package func waitForRequests(
        _ route: Route = .any, count: Int = 1, timeout: Duration = .seconds(60)
    ) async throws -> [RecordedRequest] {
        try await traffic.wait(for: count, timeout: timeout) { route.matches($0) }
    }

    /// The most points of the secondary limit that fell into any 60 seconds: a read is 1, anything else 5.
    package var busiestMinute: Int {
        let costs = requests.map { (at: $0.instant, points: $0.method == "GET" || $0.method == "HEAD" ? 1 : 5) }
        var first = 0
        var sum = 0
        var most = 0
        for cost in costs {
            sum += cost.points
            while cost.at - costs[first].at > .seconds(60) {
                sum -= costs[first].points
                first += 1
            }
            most = max(most, sum)
        }
        return most
    }

    // MARK: Faults

    /// Spoils the next `times` requests of that route (nil: all), after sparing the first `after`.
    ///
    /// With `effect: .done` a dispatch creates its run although its answer is spoilt; unless said otherwise it does not,
    /// but for answers that are only late, slow or edited. Reading has its effect (a look is counted) unless the fault
    /// replaces the whole answer. Of several faults for one request the first planned wins.
    package func fail(
        _ route: Route, with fault: Fault, times: Int? = nil, after spared: Int = 0, effect: Fault.Effect? = nil
    ) {
        state.withLock {
            $0.faults.append(
                PlannedFault(
                    route: route, fault: fault, effect: effect ?? fault.usualEffect, spared: spared, rest: times))
        }
    }

    /// What happens to the next new connections before a byte is read.
    package func failConnections(_ fault: ConnectionFault, times: Int = 1) {
        server.failConnections(fault, times: times)
    }

    /// Closes all connections, those that a client keeps for later too.
    package func closeConnections() async {
        await server.closeConnections()
    }

    /// Everything works again.
    package func clearFaults() {
        state.withLock { $0.faults = [] }
        server.forgetConnectionFaults()
    }

    private func answer(_ request: RecordedRequest) -> (recorded: RecordedRequest, answer: ScriptedAnswer) {
        state.withLock { $0.answer(request) }
    }
}

/// Runs `body` with a lookalike that is started before and stopped after it, also when it throws.
///
/// Write `{ github async throws in … }`: the compiler does not see a `try` that is inside of `#expect`.
package func withGitHubLookalike<Result>(
    pathPrefix: String = "", _ body: (GitHubLookalike) async throws -> Result
) async throws -> Result {
    let github = GitHubLookalike(pathPrefix: pathPrefix)
    try await github.start()
    do {
        let result = try await body(github)
        await github.stop()
        return result
    } catch {
        await github.stop()
        throw error
    }
}
