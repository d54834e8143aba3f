import Curl
import FoundationEssentials
import WatcherCore

extension Doctor {
    /// Permissions that the app lacks for what is configured.
    func permissions(of tokens: InstallationTokens) async -> [Diagnostic] {
        guard case .success(let token) = await tokens.current() else { return [] }
        return neededPermissions.filter { !token.grants($0.permission, isWriting: true) }.map { needed in
            .failed(
                "github", "the GitHub App lacks the permission \(needed.name), without which \(needed.purpose)",
                hint: "add it in the app's settings, then accept it in those of the installation")
        }
    }

    /// What actions need that use the login of `github`.
    private var neededPermissions: [(permission: String, name: String, purpose: String)] {
        var needed: [(permission: String, name: String, purpose: String)] = []
        let works = setup.config.actions.values.map(\.work)
        let startsWorkflows = works.contains { work in
            guard case .workflowDispatch(let dispatch) = work else { return false }
            return dispatch.server == .github && dispatch.token == nil
        }
        if startsWorkflows { needed.append(("actions", "Actions: write", "no workflow can be started")) }
        let sendsEvents = works.contains { work in
            guard case .kind(let kind) = work else { return false }
            return kind.base.account == .github
        }
        if sendsEvents { needed.append(("contents", "Contents: write", "no event can be sent")) }
        return needed
    }

    /// Whether the installation does not see a repository in which something is to be started: a public one can be read
    /// all the same.
    func unseen(_ repository: String, by tokens: InstallationTokens, _ subject: String) async -> Diagnostic? {
        struct Installation: Decodable { var id: Int64 }
        guard let client = tokens.asApp() else { return nil }
        switch await client.get("/repos/\(repository)/installation").result {
        case .success(let response):
            guard let found = try? JSONDecoder().decode(Installation.self, from: Data(response.body)),
                found.id != tokens.app.installation
            else { return nil }
            return .failed(
                subject,
                "\(repository) is seen by installation \(found.id) of the app, not by \(tokens.app.installation)",
                hint: "github.app.installation names the one that is used")
        case .failure(.refused(404, _)):
            return .failed(
                subject, "installation \(tokens.app.installation) of the GitHub App does not see \(repository)",
                hint: "choose the repository in the settings of the installation")
        // What else is wrong shows up where it is needed.
        case .failure: return nil
        }
    }
}
