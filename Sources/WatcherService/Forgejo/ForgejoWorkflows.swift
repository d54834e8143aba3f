import Curl
import FoundationEssentials
import WatcherCore

/// Workflows of one Forgejo or Gitea: started, found and followed, as far as its version can.
///
/// The token goes to the API's own address and nowhere else: redirects are not followed.
struct ForgejoWorkflows: WorkflowClient {
    let apiURL: String
    private let http: HTTPClient
    private let token: String
    private let network: HTTPNetwork
    private let pace: RequestPace

    /// Bytes of a response.
    private static let responseLimit = 8 << 20
    /// Runs on a page: servers give no more by default.
    private static let pageSize = 50
    /// Pages of runs that are searched for one.
    private static let pageLimit = 10
    /// Names of failed jobs that a reason repeats.
    private static let nameLimit = 10

    init(_ http: HTTPClient, apiURL: String, token: String, network: HTTPNetwork, pace: RequestPace) {
        self.http = http
        self.apiURL = apiURL
        self.token = token
        self.network = network
        self.pace = pace
    }

    var server: Config.WorkflowServer { .forgejo }

    // MARK: - Steps

    private struct Start: Encodable {
        var ref: String
        var inputs: [String: String]
        /// Of Forgejo; Gitea does not read it.
        var returnRunInfo = true

        enum CodingKeys: String, CodingKey {
            case ref, inputs
            case returnRunInfo = "return_run_info"
        }
    }

    /// Forgejo names the run by `id` and `run_number`, Gitea, where it does, by `workflow_run_id` and `html_url`.
    private struct Started: Decodable {
        var id: Int64?
        var runNumber: Int64?
        var runID: Int64?
        var url: String?

        enum CodingKeys: String, CodingKey {
            case id
            case runNumber = "run_number"
            case runID = "workflow_run_id"
            case url = "html_url"
        }
    }

    func dispatch(
        _ target: WorkflowTarget, inputs: [String: String]
    ) async -> (DispatchOutcome, RateLimitReading) {
        var reading = RateLimitReading(requests: 0)
        guard let body = try? JSONEncoder().encode(Start(ref: target.ref, inputs: inputs)) else {
            return (.refused(.permanent("the inputs cannot be written as JSON", hint: nil)), reading)
        }
        let path = "\(Self.base(target.repository))/actions/workflows/\(target.workflow.percentEncoded)/dispatches"
        switch await send(.post, path, body: Array(body), &reading) {
        case .success(let response) where response.status == 204:
            guard target.follow else { return (.accepted(nil), reading) }
            // Without a list of runs there is nothing to look for.
            if case .failure(.refused(404, _)) = await send(.get, Self.runs(target.repository, page: 1), &reading) {
                return (.acceptedForGood, reading)
            }
            return (.accepted(nil), reading)
        case .success(let response):
            guard let started = Self.read(Started.self, response), let id = started.runID ?? started.id, id > 0 else {
                return (.unknown("the server accepted the dispatch, but its response cannot be read"), reading)
            }
            let page = started.runNumber.map { "\(webURL)/\(target.repository)/actions/runs/\($0)" }
            return (.accepted(Run(id: id, url: Self.link(started.url ?? page))), reading)
        case .failure(.transport(let error)):
            return error.requestMayHaveBeenSent
                ? (.unknown("no response to the dispatch: \(error.description)"), reading)
                : (.refused(RequestFailure(error)), reading)
        // 5xx and the like: it may have been started all the same.
        case .failure(.refused(_, .transient(let reason))): return (.unknown(reason), reading)
        case .failure(.refused(404, .permanent(let reason, _))):
            let hint = "is \(target.workflow) of \(target.repository) on \(target.ref), with workflow_dispatch?"
            return (.refused(.permanent(reason, hint: hint)), reading)
        case .failure(.refused(_, let failure)), .failure(.unsent(let failure)): return (.refused(failure), reading)
        }
    }

    /// The run that bears the job's id in its title.
    func lookUp(
        _ job: String, _ target: WorkflowTarget, since: Timestamp
    ) async -> (LookupOutcome, RateLimitReading) {
        var reading = RateLimitReading(requests: 0)
        var others = 0
        var seen: Set<Int64> = []
        for page in 1...Self.pageLimit {
            let path = Self.runs(target.repository, page: page) + "&workflow_id=\(target.workflow.percentEncoded)"
            switch await send(.get, path, &reading) {
            case .failure(.refused(404, let failure)):
                let hint = "this server has no list of runs: look whether one was started, then watcher retry \(job)"
                return (.failed(.permanent(failure.reason, hint: hint)), reading)
            case .failure(let failure): return (.failed(failure.reading), reading)
            case .success(let response):
                guard let list = Self.read(ForgejoRunPage.self, response) else {
                    return (.failed(.transient("the list of runs cannot be read")), reading)
                }
                let fresh = list.runs.filter { seen.insert($0.id).inserted && $0.isOf(target.workflow) }
                if let run = fresh.first(where: { $0.title.contains(job) }) {
                    return (.found(Run(id: run.id, url: Self.link(run.url))), reading)
                }
                let recent = fresh.filter { $0.created.map { $0 >= since } ?? true }
                others += recent.count { !Job.isNamed(in: $0.title) }
                // Newest first: behind an older one there are only older ones.
                guard !list.runs.isEmpty, recent.count == fresh.count, seen.count < list.total ?? .max else {
                    return (.absent(others: others), reading)
                }
            }
        }
        return (.absent(others: others), reading)
    }

    func follow(_ run: Run, in repository: String) async -> (FollowOutcome, RateLimitReading) {
        var reading = RateLimitReading(requests: 0)
        switch await send(.get, "\(Self.base(repository))/actions/runs/\(run.id)", &reading) {
        case .failure(.refused(404, _)): return (.missing, reading)
        case .failure(let failure): return (.failed(failure.reading), reading)
        case .success(let response):
            guard let state = Self.read(ForgejoRun.self, response), state.id == run.id else {
                return (.failed(.transient("the run cannot be read")), reading)
            }
            guard let word = state.ending else { return (.underway(title: state.title), reading) }
            var conclusion = Conclusion(
                word: word.cleanedLine(limit: 40), title: state.title, url: Self.link(state.url ?? run.url))
            if word != "success" {
                let path = "\(Self.base(repository))/actions/runs/\(run.id)/jobs"
                if case .success(let response) = await send(.get, path, &reading) {
                    conclusion.failedJobs = (Self.read(ForgejoRunJobs.self, response)?.failed ?? [])
                        .prefix(Self.nameLimit).map { $0.cleanedLine(limit: 120) }
                }
            }
            return (.ended(conclusion), reading)
        }
    }

    // MARK: - Requests

    enum Failure: Error {
        case transport(HTTPError)
        case refused(status: Int, RequestFailure)
        /// It was not sent.
        case unsent(RequestFailure)

        /// For requests that change nothing.
        var reading: RequestFailure {
            switch self {
            case .transport(let error): RequestFailure(error)
            case .refused(_, let failure), .unsent(let failure): failure
            }
        }
    }

    static func base(_ repository: String) -> String { "/repos/\(repository)" }

    /// The list of runs that were started by hand or by the API, newest first.
    private static func runs(_ repository: String, page: Int) -> String {
        "\(base(repository))/actions/runs?event=workflow_dispatch&limit=\(pageSize)&page=\(page)"
    }

    /// What people open: the API's address without its path.
    private var webURL: String { String(apiURL.dropLast(Config.WorkflowServer.forgejoPath.count)) }

    private static func link(_ text: String?) -> String {
        text.map { $0.hasPrefix("http") ? $0.cleanedLine(limit: 500) : "" } ?? ""
    }

    func get(_ path: String) async -> Result<HTTPResponse, Failure> {
        var reading = RateLimitReading(requests: 0)
        return await send(.get, path, &reading)
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8]? = nil, _ reading: inout RateLimitReading
    ) async -> Result<HTTPResponse, Failure> {
        var headers = [(name: "Accept", value: "application/json"), ("Authorization", "token " + token)]
        if body != nil { headers.append(("Content-Type", "application/json")) }
        if let refusal = await pace.turn() { return .failure(.unsent(refusal)) }
        reading.requests += 1
        do throws(HTTPError) {
            let response = try await http.send(
                HTTPRequest(
                    method: method, url: apiURL + path, headers: headers, body: body, bodyLimit: Self.responseLimit,
                    network: network))
            reading.date = response.headers["date"].flatMap { HTTPDate($0)?.time } ?? reading.date
            guard !(200...299).contains(response.status) else { return .success(response) }
            let refusal = Self.refusal(response)
            pace.note(refusal)
            return .failure(.refused(status: response.status, refusal))
        } catch {
            return .failure(.transport(error))
        }
    }

    static func read<Value: Decodable>(_ type: Value.Type, _ response: HTTPResponse) -> Value? {
        try? JSONDecoder().decode(type, from: Data(response.body))
    }

    private static func refusal(_ response: HTTPResponse) -> RequestFailure {
        let answer = NotifierResponse(response, at: Clock.now().floor)
        guard case .permanent(let reason, _) = answer.requestFailure(expected: "200, 201 or 204") else {
            return answer.requestFailure(expected: "200, 201 or 204")
        }
        switch response.status {
        case 401: return .permanent(reason, hint: "the token is invalid or has expired")
        case 403: return .permanent(reason, hint: "the token needs the scope write:repository")
        case 404: return .permanent(reason, hint: "is the name right, and may the token see it?")
        default: return .permanent(reason, hint: nil)
        }
    }
}
