import Curl
import FoundationEssentials
package import WatcherCore

extension GitHubClient: WorkflowClient {
    package var server: Config.WorkflowServer { .github }

    /// Starts a workflow. Tells apart what was certainly not started from what may have been.
    package func dispatch(
        _ target: WorkflowTarget, inputs: [String: String]
    ) async -> (DispatchOutcome, RateLimitReading) {
        let path = "/repos/\(target.repository)/actions/workflows/\(target.workflow)/dispatches"
        // The older API version names the run only on request; a server that does not know the key answers 422 and
        // has started nothing.
        var asksForDetails = version.current == APIVersion.older
        while true {
            let body = DispatchBody(
                ref: target.ref, inputs: inputs, returnRunDetails: asksForDetails ? true : nil)
            guard let bytes = try? JSONEncoder().encode(body) else {
                return (
                    .refused(.permanent("the inputs cannot be written as JSON", hint: nil)),
                    RateLimitReading(requests: 0)
                )
            }
            let answer = await post(path, body: Array(bytes))
            switch answer.result {
            case .success(let response) where response.status == 204:
                return (.accepted(nil), answer.reading)
            case .success(let response):
                guard let run = try? JSONDecoder().decode(DispatchAnswer.self, from: Data(response.body)),
                    run.runID > 0
                else {
                    let found = MalformedResponse.describe(response)
                    return (
                        .unknown("GitHub accepted the dispatch, but its answer cannot be read: \(found)"),
                        answer.reading
                    )
                }
                let url = run.url.hasPrefix("http") ? run.url.cleanedLine(limit: 500) : ""
                return (.accepted(Run(id: run.runID, url: url)), answer.reading)
            case .failure(.transport(let error)):
                guard error.requestMayHaveBeenSent else {
                    return (.refused(.transient(error.description)), answer.reading)
                }
                return (.unknown("no answer to the dispatch: \(error.description)"), answer.reading)
            case .failure(.refused(422, let failure))
            where asksForDetails && failure.reason.contains("return_run_details"):
                asksForDetails = false
            case .failure(.refused(_, .transient(let reason))):
                // 5xx and the like: it may have been started all the same.
                return (.unknown(reason), answer.reading)
            case .failure(.refused(404, .permanent(let reason, _))):
                var reading = answer.reading
                let (hint, more) = await notFoundHint(target.repository, target.workflow, target.ref)
                reading.add(more)
                return (.refused(.permanent(reason, hint: hint)), reading)
            case .failure(.refused(_, let failure)), .failure(.unsent(let failure)):
                return (.refused(failure), answer.reading)
            }
        }
    }

    /// Which of the things that a dispatch names is not there: the answer to it does not say.
    func notFoundHint(
        _ repository: String, _ workflow: String, _ ref: String
    ) async -> (hint: String, RateLimitReading) {
        let answer = await get("/repos/\(repository)")
        var reading = answer.reading
        if case .failure(.refused(404, _)) = answer.result {
            return ("there is no repository \(repository), or \(holder) may not see it", reading)
        }
        let file = await get("/repos/\(repository)/actions/workflows/\(workflow)")
        reading.add(file.reading)
        if case .failure(.refused(404, _)) = file.result {
            return ("\(repository) has no workflow \(workflow) on its default branch", reading)
        }
        return ("both are there: \(holder) may not start it (Actions: write), or there is no ref \(ref)", reading)
    }

    /// Whose rights are meant.
    private var holder: String { if case .app = login { "the app's installation" } else { "the token" } }

    private struct DispatchBody: Encodable {
        var ref: String
        var inputs: [String: String]
        var returnRunDetails: Bool?

        enum CodingKeys: String, CodingKey {
            case ref, inputs
            case returnRunDetails = "return_run_details"
        }
    }

    private struct DispatchAnswer: Decodable {
        var runID: Int64
        var url: String

        enum CodingKeys: String, CodingKey {
            case runID = "workflow_run_id"
            case url = "html_url"
        }
    }

    /// Looks for the run that bears a job's id in its title: the API returns no inputs, so only `run-name` tells.
    package func lookUp(
        _ job: String, _ target: WorkflowTarget, since: Timestamp
    ) async -> (LookupOutcome, RateLimitReading) {
        var reading = RateLimitReading(requests: 0)
        var others = 0
        let created = "%3E%3D" + since.description.replacing(":", with: "%3A")
        var next: String? =
            "/repos/\(target.repository)/actions/workflows/\(target.workflow)/runs"
            + "?event=workflow_dispatch&created=\(created)&per_page=100"
        var pages = 0
        while let path = next, pages < Self.runPageLimit {
            let answer = await get(path, bodyLimit: Self.listLimit)
            reading.add(answer.reading)
            switch answer.result {
            case .failure(let failure): return (.failed(failure.requestFailure), reading)
            case .success(let response):
                guard let page = try? JSONDecoder().decode(RunPage.self, from: Data(response.body)) else {
                    return (
                        .failed(.transient("the list of runs cannot be read: \(MalformedResponse.describe(response))")),
                        reading
                    )
                }
                if let run = page.runs.first(where: { $0.title.contains(job) }) {
                    return (.found(run.reference), reading)
                }
                others += page.runs.count { !Job.isNamed(in: $0.title) }
                next = Self.nextPage(response)
                pages += 1
            }
        }
        return (.absent(others: others), reading)
    }

    /// How many pages of 100 runs are searched for one.
    package static let runPageLimit = 10

    /// One look at a run, and at its jobs when it has ended badly.
    package func follow(_ run: Run, in repository: String) async -> (FollowOutcome, RateLimitReading) {
        let path = "/repos/\(repository)/actions/runs/\(run.id)"
        let answer = await get(path)
        switch answer.result {
        case .failure(.refused(404, _)): return (.missing, answer.reading)
        case .failure(let failure): return (.failed(failure.requestFailure), answer.reading)
        case .success(let response):
            guard let state = try? JSONDecoder().decode(RunState.self, from: Data(response.body)), state.id == run.id
            else {
                return (
                    .failed(.transient("the run cannot be read: \(MalformedResponse.describe(response))")),
                    answer.reading
                )
            }
            guard state.status == "completed", let word = state.conclusion else {
                return (.underway(title: state.title), answer.reading)
            }
            var conclusion = Conclusion(
                word: word.cleanedLine(limit: 40), title: state.title, url: state.reference.url)
            guard word != "success" else { return (.ended(conclusion), answer.reading) }
            let jobs = await get(path + "/jobs?filter=latest&per_page=100")
            var reading = answer.reading
            reading.add(jobs.reading)
            if case .success(let response) = jobs.result,
                let page = try? JSONDecoder().decode(JobPage.self, from: Data(response.body))
            {
                conclusion.failedJobs = page.jobs.filter { !["success", "skipped", nil].contains($0.conclusion) }
                    .prefix(10).map { "\($0.name) (\($0.conclusion ?? ""))".cleanedLine(limit: 120) }
            }
            return (.ended(conclusion), reading)
        }
    }

    private struct RunPage: Decodable {
        var runs: [RunState]

        enum CodingKeys: String, CodingKey { case runs = "workflow_runs" }
    }

    private struct RunState: Decodable {
        var id: Int64
        var displayTitle: String?
        var url: String?
        /// Both are open sets of words.
        var status: String?
        var conclusion: String?

        enum CodingKeys: String, CodingKey {
            case id, status, conclusion
            case displayTitle = "display_title"
            case url = "html_url"
        }

        var title: String { displayTitle ?? "" }
        var reference: Run {
            Run(id: id, url: url.map { $0.hasPrefix("http") ? $0.cleanedLine(limit: 500) : "" } ?? "")
        }
    }

    private struct JobPage: Decodable {
        var jobs: [Item]

        struct Item: Decodable {
            var name: String
            var conclusion: String?
        }
    }
}
