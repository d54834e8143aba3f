import Curl
import FoundationEssentials
import WatcherCore

/// Starts, finds and follows the pipeline of a `gitlabPipeline` action.
struct GitLabPipelinePerformer: ActionPerformer {
    private let settings: GitLabPipelineAction
    private let parts: ActionParts

    /// Bytes of a response.
    private static let responseLimit = 1 << 20
    /// How many of the latest pipelines that were started by the API are asked for their variables.
    private static let searchLimit = 50
    /// Names of failed jobs that a reason repeats.
    private static let nameLimit = 10

    init(_ settings: GitLabPipelineAction, _ parts: ActionParts) {
        self.settings = settings
        self.parts = parts
    }

    func perform(_ request: ActionRequest, _ target: GitLabPipelineTarget) async -> ActionResult {
        // A token goes to its own server.
        guard target.server == settings.server else {
            let reason = "\(target.server), where the job was begun, is no longer configured"
            return ActionResult(.failed(.permanent(reason, hint: nil)))
        }
        switch request.step {
        case .start: return ActionResult(await start(target))
        case .find: return ActionResult(await find(request.job, target))
        case .follow:
            guard let run = request.run else { return ActionResult(.absent) }
            return ActionResult(await follow(run, target))
        }
    }

    private struct Pipeline: Decodable {
        var id: Int64
        var status: String
        var webURL: String?

        enum CodingKeys: String, CodingKey {
            case id, status
            case webURL = "web_url"
        }

        var run: Run {
            Run(id: id, url: webURL?.hasPrefix("http") == true ? webURL?.cleanedLine(limit: 500) ?? "" : "")
        }
    }

    private struct Variable: Codable {
        var key: String
        var value: String
    }

    private struct Start: Encodable {
        var ref: String
        var variables: [Variable]
    }

    // MARK: - Steps

    private func start(_ target: GitLabPipelineTarget) async -> ActionResult.Outcome {
        let variables = target.variables.sorted { $0.key < $1.key }.map { Variable(key: $0.key, value: $0.value) }
        guard let body = try? JSONEncoder().encode(Start(ref: target.ref, variables: variables)) else {
            return .failed(.permanent("the variables cannot be written as JSON", hint: nil))
        }
        switch await send(.post, Self.base(target), "/pipeline", body: Array(body)) {
        case .success(let response):
            guard let pipeline = Self.read(Pipeline.self, response) else {
                return .unknown("GitLab accepted the pipeline, but its response cannot be read")
            }
            return .started(pipeline.run)
        case .failure(.transport(let error)):
            return error.requestMayHaveBeenSent
                ? .unknown("no response to the start: \(error.description)") : .failed(RequestFailure(error))
        // 5xx and the like: it may have been started all the same.
        case .failure(.refused(_, .transient(let reason))): return .unknown(reason)
        case .failure(.refused(_, let failure)), .failure(.unsent(let failure)): return .failed(failure)
        }
    }

    /// The list does not hold variables, so each of the latest pipelines is asked for them.
    private func find(_ job: String, _ target: GitLabPipelineTarget) async -> ActionResult.Outcome {
        let query = "?source=api&ref=\(target.ref.percentEncoded)&order_by=id&sort=desc&per_page=\(Self.searchLimit)"
        switch await send(.get, Self.base(target), "/pipelines" + query) {
        case .failure(let failure): return .failed(failure.reading)
        case .success(let response):
            guard let pipelines = Self.read([Pipeline].self, response) else {
                return .failed(.transient("the list of pipelines cannot be read"))
            }
            for pipeline in pipelines {
                switch await send(.get, Self.base(target), "/pipelines/\(pipeline.id)/variables") {
                case .failure(.refused(status: 404, _)): continue
                case .failure(let failure): return .failed(failure.reading)
                case .success(let response):
                    guard let variables = Self.read([Variable].self, response) else {
                        return .failed(.transient("the variables of a pipeline cannot be read"))
                    }
                    if variables.contains(where: { $0.key == GitLabPipelineAction.jobVariable && $0.value == job }) {
                        return .started(pipeline.run)
                    }
                }
            }
            return .absent
        }
    }

    private func follow(_ run: Run, _ target: GitLabPipelineTarget) async -> ActionResult.Outcome {
        switch await send(.get, Self.base(target), "/pipelines/\(run.id)") {
        case .failure(.refused(status: 404, _)): return .absent
        case .failure(let failure): return .failed(failure.reading)
        case .success(let response):
            guard let pipeline = Self.read(Pipeline.self, response) else {
                return .failed(.transient("the pipeline cannot be read"))
            }
            switch pipeline.status {
            case "success": return .succeeded
            case "failed", "canceled", "skipped":
                let failed = await failedJobs(run, target)
                let names = failed.isEmpty ? "" : ": " + failed.joined(separator: ", ")
                let reason = "the pipeline ended with \(pipeline.status)\(names)"
                return .failed(.permanent(reason, hint: run.url.isEmpty ? nil : "read \(run.url)"))
            // `manual` waits for a person at GitLab, and the words of tomorrow are taken for a pipeline that goes on.
            default: return .underway
            }
        }
    }

    private func failedJobs(_ run: Run, _ target: GitLabPipelineTarget) async -> [String] {
        struct Job: Decodable { var name: String }
        guard
            case .success(let response) = await send(
                .get, Self.base(target), "/pipelines/\(run.id)/jobs?scope%5B%5D=failed"),
            let jobs = Self.read([Job].self, response)
        else { return [] }
        return jobs.prefix(Self.nameLimit).map { $0.name.cleanedLine(limit: 100) }
    }

    // MARK: - Requests

    private enum Failure: Error {
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

    private static func base(_ target: GitLabPipelineTarget) -> String { base(target.server, target.project) }

    private static func base(_ server: String, _ project: String) -> String {
        "\(server)/api/v4/projects/\(project.percentEncoded)"
    }

    private func send(
        _ method: HTTPRequest.Method, _ base: String, _ path: String, body: [UInt8]? = nil
    ) async -> Result<HTTPResponse, Failure> {
        var headers = [(name: "PRIVATE-TOKEN", value: parts.secrets["token"] ?? "")]
        if body != nil { headers.append(("Content-Type", "application/json")) }
        if let refusal = await parts.pace.turn() { return .failure(.unsent(refusal)) }
        do throws(HTTPError) {
            let response = try await parts.http.send(
                HTTPRequest(
                    method: method, url: base + path, headers: headers, body: body, bodyLimit: Self.responseLimit,
                    network: parts.network))
            guard !(200...299).contains(response.status) else { return .success(response) }
            let refusal = Self.refusal(response)
            parts.pace.note(refusal)
            return .failure(.refused(status: response.status, refusal))
        } catch {
            return .failure(.transport(error))
        }
    }

    private static func read<Value: Decodable>(_ type: Value.Type, _ response: HTTPResponse) -> Value? {
        try? JSONDecoder().decode(type, from: Data(response.body))
    }

    /// GitLab's own words: `message` is a text, or lists of texts by the name of what they are about.
    private static func refusal(_ response: HTTPResponse) -> RequestFailure {
        let answer = NotifierResponse(response, at: Clock.now().floor)
        guard case .permanent(let reason, _) = answer.requestFailure(expected: "200 or 201") else {
            return answer.requestFailure(expected: "200 or 201")
        }
        switch response.status {
        case 400 where reason.contains("nsufficient permissions to set pipeline variables"):
            return .permanent(
                reason, hint: "the project's CI/CD settings say which role may use pipeline variables")
        case 401: return .permanent(reason, hint: "the token is invalid or has expired: it needs the scope api")
        case 403: return .permanent(reason, hint: "the token's role may not do this")
        case 404: return .permanent(reason, hint: "is the project right, and may the token see it?")
        default: return .permanent(reason, hint: nil)
        }
    }

    // MARK: - Doctor

    func diagnose() async -> [Diagnostic] {
        let subject = "actions.\(parts.action)"
        switch await send(
            .get, Self.base(settings.server, settings.project), "/repository/commits/\(settings.ref.percentEncoded)")
        {
        case .success: return [.ok(subject, "\(settings.project) has \(settings.ref); nothing was started")]
        case .failure(let failure): return [.failed(subject, failure.reading)]
        }
    }
}
