import Synchronization

/// Receivers of messages on loopback: records what comes, answers what it is told.
///
///     let sink = WebhookSink()
///     try await sink.start()
///     sink.script("/slack", [.text(500, "no"), .text(200, "ok")])
///     … give the program sink.url + "/slack" …
///     let messages = try await sink.waitForMessages(2, path: "/slack")
///     await sink.stop()
///
/// What is not scripted is answered `200 ok`. A message is recorded also when its answer is withheld.
package final class WebhookSink: Sendable {
    private struct State {
        /// By path; the key `""` is for all others. Used up from the front.
        var scripts: [String: [ScriptedAnswer]] = [:]
        var standing: [String: ScriptedAnswer] = [:]
        var faults: [PlannedFault] = []
    }

    private let server = HTTPServer()
    private let state = Mutex(State())

    package init() {}

    /// Listens on 127.0.0.1, on a port that the kernel chooses; after a `stop` on the same port as before.
    package func start() async throws {
        try await server.start { request in (request, self.answer(request)) }
    }

    /// Connecting is refused from then on, connections are closed.
    package func stop() async {
        await server.stop()
    }

    /// Without a slash at the end; valid after `start`.
    package var url: String { "http://127.0.0.1:\(server.port)" }

    package var port: Int { server.port }

    package var traffic: Traffic { server.traffic }

    /// All messages, or those to one path, in the order of their arrival.
    package func messages(_ path: String? = nil) -> [RecordedRequest] {
        traffic.requests.filter { path == nil || $0.path == path }
    }

    /// Returns the first `count` messages as soon as they are there. Throws `WaitExpired` after `timeout`.
    @discardableResult
    package func waitForMessages(
        _ count: Int = 1, path: String? = nil, timeout: Duration = .seconds(20)
    ) async throws -> [RecordedRequest] {
        try await traffic.wait(for: count, timeout: timeout) { path == nil || $0.path == path }
    }

    /// The next answers at a path, one each, then the standing answer. With nil: at every path without its own.
    package func script(_ path: String? = nil, _ answers: [ScriptedAnswer]) {
        state.withLock { $0.scripts[path ?? "", default: []] += answers }
    }

    /// The answer at a path from now on, when its script is at an end. With nil: at every path without its own.
    package func always(_ path: String? = nil, _ answer: ScriptedAnswer) {
        state.withLock { $0.standing[path ?? ""] = answer }
    }

    /// Spoils the next `times` answers (nil: all) at a path (nil: all), after sparing the first `after`.
    package func fail(_ path: String? = nil, with fault: Fault, times: Int? = nil, after spared: Int = 0) {
        let route = Route(where: { path == nil || $0.path == path })
        state.withLock {
            $0.faults.append(PlannedFault(route: route, fault: fault, effect: .done, spared: spared, rest: times))
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

    /// Answers `200 ok` again.
    package func clearFaults() {
        state.withLock { $0 = State() }
        server.forgetConnectionFaults()
    }

    private func answer(_ request: RecordedRequest) -> ScriptedAnswer {
        state.withLock { state in
            let path = request.path
            var answer = state.standing[path] ?? state.standing[""] ?? .text(200, "ok")
            for key in [path, ""] where !(state.scripts[key] ?? []).isEmpty {
                answer = state.scripts[key]?.removeFirst() ?? answer
                break
            }
            if let planned = state.faults.takeFault(for: request) { planned.fault.change(&answer) }
            return answer
        }
    }
}
