import Curl
import FoundationEssentials
import WatcherCore

extension Doctor {
    /// How far our clock may be from the server's, in seconds.
    private static let clockTolerance: Int64 = 60

    func github() async -> [Diagnostic] {
        let client: GitHubClient
        let redactor: Redactor
        do throws(AppContext.Failure) {
            client = try setup.githubClient(http)
            redactor = try setup.tokenRedactor()
        } catch {
            return [.failed("github", error.lines.joined(separator: "; "), hint: error.hint)]
        }
        let answer = await client.get("/rate_limit")
        var findings = [token(answer, redactor)]
        if case .app(let tokens) = client.login, findings[0].verdict != .failed {
            findings += await permissions(of: tokens)
        }
        if let date = answer.reading.date {
            let away = abs(Clock.now().floor.seconds(since: date))
            findings.append(
                away > Self.clockTolerance
                    ? .warning(
                        "clock", "it differs from GitHub's by \(Words.elapsed(away))",
                        hint: "turn on time synchronisation"
                    )
                    : .ok("clock", "it agrees with GitHub's"))
        }
        return findings
    }

    private func token(_ answer: GitHubClient.GitHubResponse, _ redactor: Redactor) -> Diagnostic {
        if case .failure(let failure) = answer.result {
            // A server of one's own may have no limits at all.
            if case .refused(404, _) = failure {
                return .ok("github", "\(setup.config.github.apiURL) answers, without limits")
            }
            return .failed("github", redactor.mask(failure.requestFailure))
        }
        let github = setup.config.github
        let who =
            github.app.map { "installation \($0.installation) of the GitHub App has a token" }
            ?? (github.token == nil ? "without a token" : "the token is valid")
        let left = answer.reading.remaining.map { left in
            ", \(left)\(answer.reading.limit.map { " of \($0)" } ?? "") requests left"
        }
        if let expires = answer.reading.tokenExpiresAt, expires <= Clock.now().floor.adding(Core.expiryNotice) {
            return .warning("github", "\(who), but expires at \(expires)", hint: "make a new one")
        }
        let until = answer.reading.tokenExpiresAt.map { ", until \($0)" } ?? ""
        return .ok("github", "\(who)\(until)\(left ?? "")")
    }

    func workflow(_ name: String, _ dispatch: Config.WorkflowDispatch) async -> [Diagnostic] {
        let subject = "action \(name)"
        let client: GitHubClient
        let redactor: Redactor
        do throws(AppContext.Failure) {
            client = try setup.workflowClient(name, dispatch, http)
            redactor = try setup.redactor()
        } catch {
            return [.failed(subject, error.lines.joined(separator: "; "), hint: error.hint)]
        }
        struct Workflow: Decodable { var state: String }
        let answer = await client.get("/repos/\(dispatch.repository)/actions/workflows/\(dispatch.workflow)")
        var findings: [Diagnostic] = []
        if case .app(let tokens) = client.login, let unseen = await unseen(dispatch.repository, by: tokens, subject) {
            return [unseen]
        }
        switch answer.result {
        case .failure(.refused(404, let failure)):
            let (hint, _) = await client.notFoundHint(dispatch.repository, dispatch.workflow, dispatch.ref)
            return [.failed(subject, redactor.mask(failure).reason, hint: hint)]
        case .failure(let failure): return [.failed(subject, redactor.mask(failure.requestFailure))]
        case .success(let response):
            let state = (try? JSONDecoder().decode(Workflow.self, from: Data(response.body)))?.state ?? "unreadable"
            let place = "\(dispatch.workflow) in \(dispatch.repository)"
            findings.append(
                state == "active"
                    ? .ok(subject, "\(place) is active")
                    : .failed(
                        subject, "\(place) is \(state.cleanedLine(limit: 60))",
                        hint: "enable it on the repository's Actions page"))
        }
        findings.append(await permission(subject, dispatch, client, redactor))
        findings.append(await inputs(subject, dispatch, client))
        return findings
    }

    /// A branch that no repository can have: git forbids two dots in a name.
    private static let impossibleRef = "refs/heads/watcher..doctor"

    /// Asks for a start on a branch that cannot exist. GitHub looks at the token first (403), then at the branch (422,
    /// nothing was started): what it says of a repository tells what its owner may do, not what this token may.
    private func permission(
        _ subject: String, _ dispatch: Config.WorkflowDispatch, _ client: GitHubClient, _ redactor: Redactor
    ) async -> Diagnostic {
        guard dispatch.token != nil || setup.config.github.isAuthorised else {
            return .failed(subject, "without a token nothing can be started", hint: "github.token, with Actions: write")
        }
        let holder = if case .app = client.login { "the app" } else { "the token" }
        let path = "/repos/\(dispatch.repository)/actions/workflows/\(dispatch.workflow)/dispatches"
        let body = Array(#"{"ref":"\#(Self.impossibleRef)"}"#.utf8)
        switch await client.post(path, body: body).result {
        case .failure(.refused(422, let failure)) where Self.isAboutRef(failure.reason):
            return .ok(subject, "\(holder) may start workflows in \(dispatch.repository)")
        case .failure(let failure): return .failed(subject, redactor.mask(failure.requestFailure))
        case .success(let response):
            return .warning(
                subject,
                "whether \(holder) may start workflows is not known: \(response.status) for a branch that cannot exist")
        }
    }

    /// GitHub's words for a branch that is not there, or for inputs that were not sent: it has read so far.
    private static func isAboutRef(_ words: String) -> Bool {
        ["ref", "Required input"].contains { words.contains($0) }
    }

    private func inputs(
        _ subject: String, _ dispatch: Config.WorkflowDispatch, _ client: GitHubClient
    ) async -> Diagnostic {
        struct File: Decodable { var content: String }
        let path = "/repos/\(dispatch.repository)/contents/.github/workflows/\(dispatch.workflow)"
        guard case .success(let response) = await client.get(path + "?ref=" + dispatch.ref.percentEncoded).result,
            let file = try? JSONDecoder().decode(File.self, from: Data(response.body)),
            let data = Data(base64Encoded: file.content.filter { !$0.isNewline }),
            let text = String(validating: data, as: UTF8.self)
        else {
            if case .success = await client.get(path).result {
                return .failed(
                    subject,
                    "\(dispatch.repository) has no \(dispatch.workflow) on \(dispatch.ref), but on its default branch",
                    hint: "ref names a branch or a tag that contains the workflow")
            }
            return .warning(
                subject, "the workflow's text cannot be read, so its inputs are not known",
                hint: "Contents: read would show them")
        }
        return declared(subject, dispatch, WorkflowText(text))
    }

    /// Whether the workflow takes what is sent, and bears the job's id.
    func declared(
        _ subject: String, _ dispatch: Config.WorkflowDispatch, _ declared: WorkflowText
    ) -> Diagnostic {
        let missing = dispatch.inputs.keys.filter { !declared.inputs.contains($0) }.sorted()
        guard missing.isEmpty else {
            return .failed(
                subject, "the workflow declares no input \(missing.joined(separator: ", "))",
                hint: "servers refuse a start with inputs that they do not know")
        }
        let lacking = declared.required.filter { dispatch.inputs[$0] == nil }.sorted()
        guard lacking.isEmpty else {
            return .failed(subject, "the workflow requires \(lacking.joined(separator: ", ")), which is not sent")
        }
        let carriers = dispatch.inputs.filter { $0.value.usesJobID }.keys
        guard let runName = declared.runName, carriers.contains(where: { runName.contains("inputs.\($0)") }) else {
            return .warning(
                subject, "the workflow's run-name does not hold the job's id",
                hint: "with it a run is started exactly once, even when an answer is lost")
        }
        return .ok(subject, "the workflow declares every input that is sent, and its run-name has the job's id")
    }
}
