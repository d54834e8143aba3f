import Foundation

extension LookalikeState {
    /// One run or its jobs. Each look at the run itself is counted, and moves it when its workflow says so.
    mutating func run(_ call: LookalikeCall, _ repository: LookalikeRepository) -> ScriptedAnswer {
        guard let index = runs.firstIndex(where: { String($0.id) == call.rest[2] && belongs($0, repository) }) else {
            return error(404, "Not Found")
        }
        if call.request.endpoint == .run {
            runs[index].looks += 1
            guard runs[index].looks > settings.looksBeforeRunExists else { return error(404, "Not Found") }
        }
        progress(index, repository)
        let run = runs[index]
        if call.request.endpoint == .jobs { return .json(200, run.jobsJSON(api: url)) }
        return .json(200, json(run, repository))
    }

    /// The runs of one workflow, newest first, as far as they are in the list already.
    mutating func runList(_ call: LookalikeCall, _ repository: LookalikeRepository) -> ScriptedAnswer {
        guard let workflow = find(call.rest[2], repository) else { return error(404, "Not Found") }
        var found: [GitHubLookalike.Run] = []
        for index in runs.indices where belongs(runs[index], repository) && runs[index].workflow == workflow.file {
            let isListed =
                switch settings.runListLag {
                case .none: true
                case .seconds(let lag): now.timeIntervalSince(runs[index].created) >= lag
                case .lists(let lists): runs[index].lists >= lists
                }
            runs[index].lists += 1
            progress(index, repository)
            if isListed && matches(runs[index], call.query) { found.append(runs[index]) }
        }
        found.sort { ($0.created, $0.id) > ($1.created, $1.id) }
        let (size, number) = call.page
        let page = found.dropFirst((number - 1) * size).prefix(size).map { json($0, repository) }
        var answer = ScriptedAnswer.json(
            200, ["total_count": .integer(found.count), "workflow_runs": .array(page)])
        let base = "\(url)/repositories/\(repository.id)/actions/workflows/\(workflow.id)/runs"
        answer.set("Link", call.links(base: base, total: found.count))
        return answer
    }

    private func belongs(_ run: GitHubLookalike.Run, _ repository: LookalikeRepository) -> Bool {
        run.repository == repository.fullName
    }

    private func json(_ run: GitHubLookalike.Run, _ repository: LookalikeRepository) -> WireJSON {
        let workflowID = repository.workflows.first { $0.file == run.workflow }?.id ?? 0
        return run.json(api: url, repository: repository.json(api: url), workflowID: workflowID)
    }

    private mutating func progress(_ index: Int, _ repository: LookalikeRepository) {
        guard runs[index].status != "completed" else { return }
        switch repository.workflows.first(where: { $0.file == runs[index].workflow })?.progress {
        case .afterLooks(let looks, let conclusion):
            if runs[index].looks >= 1 { runs[index].begin(at: now) }
            if runs[index].looks >= looks { runs[index].complete(conclusion, at: now) }
        case .afterSeconds(let seconds, let conclusion):
            runs[index].begin(at: now)
            if now.timeIntervalSince(runs[index].created) >= seconds { runs[index].complete(conclusion, at: now) }
        case .byHand, nil: break
        }
    }

    private func matches(_ run: GitHubLookalike.Run, _ query: [String: String]) -> Bool {
        if let event = query["event"], event != run.event { return false }
        if let branch = query["branch"], branch != run.ref { return false }
        if let status = query["status"], status != run.status && status != run.conclusion { return false }
        if let created = query["created"], !Self.includes(created, run.created.iso8601) { return false }
        return true
    }

    /// The search syntax `>=T`, `>T`, `<=T`, `<T`, `T..T` (with `*` for open). Times of one form compare as text.
    private static func includes(_ filter: String, _ time: String) -> Bool {
        if filter.hasPrefix(">=") { return time >= filter.dropFirst(2) }
        if filter.hasPrefix(">") { return time > filter.dropFirst() }
        if filter.hasPrefix("<=") { return time <= filter.dropFirst(2) }
        if filter.hasPrefix("<") { return time < filter.dropFirst() }
        let ends = filter.replacing("..", with: "\n").split(separator: "\n").map(String.init)
        guard ends.count == 2 else { return time.hasPrefix(filter) }
        return (ends[0] == "*" || time >= ends[0]) && (ends[1] == "*" || time <= ends[1])
    }
}
