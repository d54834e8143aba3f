import Foundation

extension LookalikeState {
    static let mostInputs = 25
    /// Characters of all inputs as compact JSON.
    static let largestInputs = 65_535
    private static let page = "/actions/workflows#create-a-workflow-dispatch-event"

    func workflow(_ call: LookalikeCall, _ repository: LookalikeRepository) -> ScriptedAnswer {
        guard let workflow = find(call.rest[2], repository) else { return error(404, "Not Found") }
        return .json(200, workflow.json(api: url))
    }

    func find(_ fileOrID: String, _ repository: LookalikeRepository) -> GitHubLookalike.Workflow? {
        repository.workflows.first { $0.file == fileOrID || String($0.id) == fileOrID }
    }

    /// Checks as GitHub does, creates the run, and answers in the way of the API version.
    mutating func dispatch(_ call: LookalikeCall, _ repository: LookalikeRepository) -> ScriptedAnswer {
        guard let workflow = find(call.rest[2], repository) else { return error(404, "Not Found", Self.page) }
        if repository.isArchived { return error(403, "Repository was archived so is read-only.", Self.page) }
        guard let body = call.request.json else { return error(400, "Problems parsing JSON", Self.page) }
        guard let fields = body.object else { return error(422, "Invalid request.\n\nBody should be a JSON object") }
        let takesDetails = (call.version ?? settings.defaultVersion) < "2026-03-10" && settings.knowsRunDetails
        let known = Set(takesDetails ? ["ref", "inputs", "return_run_details"] : ["ref", "inputs"])
        if let unknown = fields.keys.sorted().first(where: { !known.contains($0) }) {
            return error(422, "Invalid request.\n\n\"\(unknown)\" is not a permitted key.", Self.page)
        }
        guard let ref = fields["ref"]?.string else {
            return error(422, "Invalid request.\n\n\"ref\" wasn't supplied.", Self.page)
        }
        let sent: [String: String]
        switch inputs(fields["inputs"] ?? [:]) {
        case .success(let inputs): sent = inputs
        case .failure(let refusal): return error(422, refusal.message, Self.page)
        }
        if let refusal = refusal(workflow, repository, ref, sent) { return error(422, refusal, Self.page) }
        let run = start(workflow, repository, ref: short(ref), inputs: sent)
        let wantsDetails = fields["return_run_details"]?.bool ?? false
        guard !takesDetails && settings.apiVersions.contains("2026-03-10") || wantsDetails else {
            return ScriptedAnswer(204)
        }
        return .json(
            200,
            [
                "workflow_run_id": .integer(run.id),
                "run_url": .string("\(url)/repos/\(repository.fullName)/actions/runs/\(run.id)"),
                "html_url": .string("https://github.com/\(repository.fullName)/actions/runs/\(run.id)"),
            ])
    }

    /// A run of this workflow, whoever started it.
    @discardableResult
    mutating func start(
        _ workflow: GitHubLookalike.Workflow, _ repository: LookalikeRepository, ref: String,
        inputs sent: [String: String], event: String = "workflow_dispatch", title: String? = nil
    ) -> GitHubLookalike.Run {
        var inputs = workflow.inputs.compactMapValues(\.initial)
        inputs.merge(sent) { _, given in given }
        let id = nextID()
        let jobs = workflow.jobs.map { GitHubLookalike.RunJob(id: nextID(), name: $0) }
        let run = GitHubLookalike.Run(
            id: id, repository: repository.fullName, workflow: workflow.file,
            title: title ?? workflow.title(inputs: inputs, ref: ref), inputs: inputs, event: event, ref: ref,
            number: 1 + runs.count { $0.repository == repository.fullName && $0.workflow == workflow.file },
            created: now, jobs: jobs, updated: now)
        runs.append(run)
        return run
    }

    private struct Refusal: Error {
        let message: String
    }

    private func inputs(_ value: WireJSON) -> Result<[String: String], Refusal> {
        guard let members = value.object else {
            return .failure(Refusal(message: "Invalid request.\n\nFor 'properties/inputs', it is not an object."))
        }
        guard members.count <= Self.mostInputs else {
            let text = "No more than \(Self.mostInputs) properties are allowed; \(members.count) were supplied."
            return .failure(Refusal(message: "Invalid request.\n\n\(text)"))
        }
        guard String(decoding: value.bytes, as: UTF8.self).unicodeScalars.count <= Self.largestInputs else {
            return .failure(Refusal(message: "inputs are too large."))
        }
        var inputs: [String: String] = [:]
        for (name, member) in members {
            switch member {
            case .string(let text): inputs[name] = text
            case .bool(let flag): inputs[name] = String(flag)
            case .integer(let number): inputs[name] = String(number)
            default: return .failure(Refusal(message: "Invalid request.\n\nFor 'inputs/\(name)', not a string."))
            }
        }
        return .success(inputs)
    }

    private func refusal(
        _ workflow: GitHubLookalike.Workflow, _ repository: LookalikeRepository, _ ref: String,
        _ inputs: [String: String]
    ) -> String? {
        guard repository.refs.contains(short(ref)) else { return "No ref found for: \(ref)" }
        if workflow.state != "active" { return "Cannot trigger a 'workflow_dispatch' on a disabled workflow" }
        if !workflow.refsWithoutTrigger.isDisjoint(with: ["*", short(ref)]) {
            return "Workflow does not have 'workflow_dispatch' trigger"
        }
        let unexpected = inputs.keys.filter { workflow.inputs[$0] == nil }.sorted()
        if !unexpected.isEmpty {
            let list = unexpected.map { "\"\($0)\"" }.joined(separator: ", ")
            return "Unexpected inputs provided: [\(list)]"
        }
        let missing = workflow.inputs.keys.sorted().first {
            workflow.inputs[$0]?.isRequired == true && (inputs[$0] ?? "").isEmpty
        }
        return missing.map { "Required input '\($0)' not provided" }
    }

    private func short(_ ref: String) -> String {
        for prefix in ["refs/heads/", "refs/tags/"] where ref.hasPrefix(prefix) {
            return String(ref.dropFirst(prefix.count))
        }
        return ref
    }
}

extension GitHubLookalike.Workflow {
    /// What GitHub makes of `run-name`; without one a run has the workflow's name.
    func title(inputs values: [String: String], ref: String) -> String {
        guard let runName else { return name }
        var title = ""
        var rest = Substring(runName)
        while let start = rest.range(of: "${{"), let end = rest.range(of: "}}", range: start.upperBound..<rest.endIndex)
        {
            title += rest[..<start.lowerBound]
            let expression = rest[start.upperBound..<end.lowerBound].trimmingCharacters(in: .whitespaces)
            if expression == "github.ref_name" {
                title += ref
            } else if let name = expression.split(separator: ".").last, expression.contains("inputs.") {
                title += values[String(name)] ?? ""
            }
            rest = rest[end.upperBound...]
        }
        return title + rest
    }

    func json(api: String) -> WireJSON {
        [
            "id": .integer(id), "node_id": .string("W_synthetic_\(id)"), "name": .string(name),
            "path": .string(".github/workflows/\(file)"), "state": .string(state),
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            "url": .string("\(api)/repos/\(repository)/actions/workflows/\(id)"),
            "html_url": .string("https://github.com/\(repository)/blob/main/.github/workflows/\(file)"),
            "badge_url": .string("https://github.com/\(repository)/workflows/\(file)/badge.svg"),
        ]
    }
}
