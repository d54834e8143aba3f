import Curl
import FoundationEssentials
import WatcherCore

extension Doctor {
    /// Where Forgejo and Gitea look for workflows, in their order.
    private static let workflowFolders = [".forgejo/workflows", ".gitea/workflows", ".github/workflows"]

    /// Whether the server answers, and has the workflow. Only reads: whether the token may start it is not known.
    func workflowOnForgejo(_ name: String, _ dispatch: Config.WorkflowDispatch) async -> [Diagnostic] {
        let subject = "action \(name)"
        let client: ForgejoWorkflows
        let redactor: Redactor
        do throws(AppContext.Failure) {
            client = try setup.forgejoClient(name, dispatch, http)
            redactor = try setup.redactor()
        } catch {
            return [.failed(subject, error.lines.joined(separator: "; "), hint: error.hint)]
        }
        struct Version: Decodable { var version: String }
        let version: String
        switch await client.get("/version") {
        case .failure(let failure): return [.failed(subject, redactor.mask(failure.reading))]
        case .success(let response):
            guard let read = ForgejoWorkflows.read(Version.self, response) else {
                return [.failed(subject, "\(client.apiURL) is no API of Forgejo or Gitea: it names no version")]
            }
            version = read.version.cleanedLine(limit: 60)
        }
        let base = ForgejoWorkflows.base(dispatch.repository)
        if case .failure(let failure) = await client.get(base) {
            return [.failed(subject, redactor.mask(failure.reading))]
        }
        let list = await client.get(base + "/actions/runs?limit=1")
        var findings: [Diagnostic] = [.ok(subject, "\(client.apiURL): version \(version) answers; nothing was started")]
        if case .failure(.refused(404, _)) = list, dispatch.follow {
            findings.append(
                .warning(
                    subject, "this version has no list of runs: accepted is success, and no run is followed",
                    hint: "Forgejo 12 and Gitea 1.25 have one"))
        }
        findings.append(await text(subject, dispatch, client))
        return findings
    }

    private func text(
        _ subject: String, _ dispatch: Config.WorkflowDispatch, _ client: ForgejoWorkflows
    ) async -> Diagnostic {
        struct File: Decodable { var content: String }
        for folder in Self.workflowFolders {
            let path =
                "\(ForgejoWorkflows.base(dispatch.repository))/contents/\(folder)/\(dispatch.workflow.percentEncoded)"
                + "?ref=\(dispatch.ref.percentEncoded)"
            guard case .success(let response) = await client.get(path) else { continue }
            guard let file = ForgejoWorkflows.read(File.self, response),
                let data = Data(base64Encoded: file.content.filter { !$0.isNewline }),
                let text = String(validating: data, as: UTF8.self)
            else { return .warning(subject, "the workflow's text cannot be read, so its inputs are not known") }
            return declared(subject, dispatch, WorkflowText(text))
        }
        return .failed(
            subject, "\(dispatch.repository) has no workflow \(dispatch.workflow) on \(dispatch.ref)",
            hint: "it is looked for in \(Self.workflowFolders.joined(separator: ", "))")
    }
}
