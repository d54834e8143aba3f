import Foundation
import Synchronization

/// The part of the API of Forgejo and Gitea that starts and follows the workflows of one repository.
package final class ForgejoLookalike: Sendable {
    package enum Version: Sendable, CaseIterable {
        /// Names the run that it has started when it is asked to.
        case forgejo
        /// Names none, and has a list of runs like GitHub's.
        case gitea
        /// Names none, and has no list of runs.
        case old
    }

    package struct Run: Sendable {
        package var id: Int
        package var ref: String
        package var inputs: [String: String]
        package var title: String
        package var conclusion: String
        /// How often it was looked at: it has ended at the second look.
        package var looks = 0
    }

    private struct State {
        var runs: [Run] = []
        /// What is spoilt of the answers to the next starts; the run is made where `isDone` says so.
        var faults: [(fault: Fault, isDone: Bool)] = []
        var conclusion = "success"
        var namesJob = true
    }

    package static let repository = "owner/image"
    package static let workflow = "build.yaml"

    private let server = HTTPServer()
    private let state = Mutex(State())
    private let version: Version
    private let token: String

    package init(_ version: Version, token: String) {
        self.version = version
        self.token = token
    }

    package func start() async throws { try await server.start { ($0, self.answer($0)) } }
    package func stop() async { await server.stop() }

    package var url: String { "http://127.0.0.1:\(server.port)" }
    package var runs: [Run] { state.withLock { $0.runs } }
    package var requests: [RecordedRequest] { server.traffic.requests }

    /// Of runs that are started from now on.
    package func end(with conclusion: String) { state.withLock { $0.conclusion = conclusion } }

    /// Titles without the job's id, from now on: a workflow without `run-name`.
    package func leaveJobsUnnamed() { state.withLock { $0.namesJob = false } }

    /// Spoils the answer to the next start.
    package func failStart(_ fault: Fault, isDone: Bool) { state.withLock { $0.faults.append((fault, isDone)) } }

    // MARK: - Answers

    private func answer(_ request: RecordedRequest) -> ScriptedAnswer {
        let path = request.path.split(separator: "/").map(String.init)
        guard path.prefix(2) == ["api", "v1"] else { return .text(404, "Not Found") }
        if path.dropFirst(2) == ["version"] { return .json(200, ["version": .string(versionText)]) }
        guard request.header("Authorization") == "token \(token)" else {
            return .json(401, ["message": "invalid username, password or token"])
        }
        guard path.count >= 5, path[2...4].joined(separator: "/") == "repos/" + Self.repository else { return missing }
        let rest = Array(path.dropFirst(5))
        return state.withLock { state in
            switch (request.method, rest) {
            case ("POST", ["actions", "workflows", Self.workflow, "dispatches"]): start(request, &state)
            case ("GET", ["actions", "runs"]) where version != .old: list(request, state)
            case ("GET", _) where rest.prefix(2) == ["actions", "runs"] && version != .old: part(rest, &state)
            case ("GET", ["contents", ".forgejo", "workflows", Self.workflow]): contents
            case ("GET", []): .json(200, ["id": 7, "full_name": .string(Self.repository)])
            default: missing
            }
        }
    }

    private var missing: ScriptedAnswer { .json(404, ["message": "The target couldn't be found."]) }

    private var versionText: String {
        switch version {
        case .forgejo: "15.0.1+gitea-1.22.0"
        case .gitea: "1.24.6"
        case .old: "1.23.0"
        }
    }

    private func start(_ request: RecordedRequest, _ state: inout State) -> ScriptedAnswer {
        let planned = state.faults.isEmpty ? nil : state.faults.removeFirst()
        var answer = ScriptedAnswer.json(201, [:])
        if planned?.isDone ?? true {
            guard let ref = request.json?["ref"]?.string, ref == "main" else {
                return .json(404, ["message": "ref doesn't exist"])
            }
            let inputs = (request.json?["inputs"]?.object ?? [:]).compactMapValues(\.string)
            let id = 40 + state.runs.count
            let title = state.namesJob ? "build \(inputs["tag"] ?? "") [\(inputs["job"] ?? "")]" : "a commit"
            state.runs.append(Run(id: id, ref: ref, inputs: inputs, title: title, conclusion: state.conclusion))
            let isNamed = version == .forgejo && request.json?["return_run_info"]?.bool == true
            answer =
                isNamed
                ? .json(201, ["id": .integer(id), "run_number": .integer(number(id)), "jobs": ["build"]])
                : ScriptedAnswer(204)
        }
        planned?.fault.change(&answer)
        return answer
    }

    private func number(_ id: Int) -> Int { id - 39 }

    private func list(_ request: RecordedRequest, _ state: State) -> ScriptedAnswer {
        let page = request.query["page"].flatMap { Int($0) } ?? 1
        let size = min(request.query["limit"].flatMap { Int($0) } ?? 30, 50)
        let runs = state.runs.reversed().dropFirst((page - 1) * size).prefix(size)
        return .json(
            200, ["total_count": .integer(state.runs.count), "workflow_runs": .array(runs.map { json($0) })])
    }

    private func part(_ rest: [String], _ state: inout State) -> ScriptedAnswer {
        guard let index = state.runs.firstIndex(where: { String($0.id) == rest[2] }) else { return missing }
        if rest.dropFirst(3).first == "jobs" {
            let job: WireJSON = ["name": "build", "status": .string(state.runs[index].conclusion)]
            return .json(200, version == .forgejo ? [job] : ["jobs": [job]])
        }
        state.runs[index].looks += 1
        return .json(200, json(state.runs[index]))
    }

    private func json(_ run: Run) -> WireJSON {
        let page = WireJSON.string("\(url)/\(Self.repository)/actions/runs/\(number(run.id))")
        let hasEnded = run.looks > 1
        let created = WireJSON.string(Date().formatted(.iso8601))
        guard version == .forgejo else {
            return [
                "id": .integer(run.id), "display_title": .string(run.title), "html_url": page,
                "path": .string("\(Self.workflow)@refs/heads/main"), "event": "workflow_dispatch",
                "status": hasEnded ? "completed" : "in_progress",
                "conclusion": hasEnded ? .string(run.conclusion) : .null, "created_at": created,
            ]
        }
        return [
            "id": .integer(run.id), "title": .string(run.title), "html_url": page,
            "workflow_id": .string(Self.workflow), "event": "workflow_dispatch", "created": created,
            "index_in_repo": .integer(number(run.id)), "prettyref": "main",
            "status": .string(hasEnded ? run.conclusion : "running"),
        ]
    }

    private var contents: ScriptedAnswer {
        let text = """
            run-name: build ${{ inputs.tag }} [${{ inputs.job }}]
            on:
              workflow_dispatch:
                inputs:
                  tag:
                  job:
            """
        return .json(200, ["content": .string(Data(text.utf8).base64EncodedString()), "encoding": "base64"])
    }
}
