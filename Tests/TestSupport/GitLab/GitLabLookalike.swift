import Synchronization

/// The part of GitLab's API v4 that starts and follows pipelines of one project.
package final class GitLabLookalike: Sendable {
    package struct Pipeline: Sendable {
        package var id: Int
        package var ref: String
        package var variables: [String: String]
        package var status = "success"
    }

    private struct State {
        var pipelines: [Pipeline] = []
        /// Answers in place of the genuine ones to the next starts; the pipeline is made where `isDone` says so.
        var faults: [(answer: ScriptedAnswer, isDone: Bool)] = []
        var status = "success"
    }

    private let server = HTTPServer()
    private let state = Mutex(State())
    private let project: String
    private let token: String

    package init(project: String, token: String) {
        self.project = project
        self.token = token
    }

    package func start() async throws { try await server.start { ($0, self.answer($0)) } }
    package func stop() async { await server.stop() }

    package var url: String { "http://127.0.0.1:\(server.port)" }
    package var pipelines: [Pipeline] { state.withLock { $0.pipelines } }
    package var requests: [RecordedRequest] { server.traffic.requests }

    /// Of pipelines that are started from now on.
    package func end(with status: String) { state.withLock { $0.status = status } }

    /// Spoils the answer to the next start.
    package func failStart(_ answer: ScriptedAnswer, isDone: Bool) {
        state.withLock { $0.faults.append((answer, isDone)) }
    }

    private func answer(_ request: RecordedRequest) -> ScriptedAnswer {
        guard request.header("PRIVATE-TOKEN") == token else { return .json(401, ["message": "401 Unauthorized"]) }
        let prefix = "/api/v4/projects/" + project.replacing("/", with: "%2F")
        guard request.path.hasPrefix(prefix) else { return .json(404, ["message": "404 Project Not Found"]) }
        let path = request.path.dropFirst(prefix.count).split(separator: "/").map(String.init)
        return state.withLock { state in
            switch (request.method, path.first, path.count) {
            case ("POST", "pipeline", 1): Self.start(request, &state)
            case ("GET", "pipelines", 1):
                .json(200, .array(state.pipelines.reversed().map { json($0) }))
            case ("GET", "pipelines", 2...):
                part(path, state)
            case ("GET", "repository", _): .json(200, ["id": "0"])
            default: .json(404, ["message": "404 Not Found"])
            }
        }
    }

    private static func start(_ request: RecordedRequest, _ state: inout State) -> ScriptedAnswer {
        let fault = state.faults.isEmpty ? nil : state.faults.removeFirst()
        if let fault, !fault.isDone { return fault.answer }
        var pipeline = Pipeline(
            id: state.pipelines.count + 1, ref: request.json?["ref"]?.string ?? "", variables: [:],
            status: state.status)
        for variable in request.json?["variables"]?.array ?? [] {
            if let key = variable["key"]?.string { pipeline.variables[key] = variable["value"]?.string }
        }
        state.pipelines.append(pipeline)
        return fault?.answer
            ?? .json(201, ["id": .integer(pipeline.id), "status": "created", "web_url": .string(url(pipeline.id))])
    }

    private func part(_ path: [String], _ state: State) -> ScriptedAnswer {
        guard let pipeline = state.pipelines.first(where: { String($0.id) == path[1] }) else {
            return .json(404, ["message": "404 Not found"])
        }
        switch path.dropFirst(2).first {
        case "variables":
            return .json(
                200, .array(pipeline.variables.map { ["key": .string($0.key), "value": .string($0.value)] }))
        case "jobs": return .json(200, [["name": "build:arm"]])
        default: return .json(200, json(pipeline))
        }
    }

    private func json(_ pipeline: Pipeline) -> WireJSON {
        [
            "id": .integer(pipeline.id), "status": .string(pipeline.status), "ref": .string(pipeline.ref),
            "web_url": .string(Self.url(pipeline.id)),
        ]
    }

    private static func url(_ id: Int) -> String { "https://gitlab.example/-/pipelines/\(id)" }
}
