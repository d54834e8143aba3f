import WatcherCore

/// Sends the event of a `repositoryDispatch` action. Accepted is success: which workflows it starts is the repository's.
struct RepositoryDispatchPerformer: ActionPerformer {
    private let settings: RepositoryDispatchAction
    private let action: String
    private let client: GitHubClient

    init(_ settings: RepositoryDispatchAction, _ parts: ActionParts) {
        self.settings = settings
        action = parts.action
        client =
            parts.secrets["token"].map {
                GitHubClient(
                    parts.http, apiURL: parts.github.apiURL, token: $0, network: parts.githubNetwork,
                    version: parts.github.version, pace: parts.pace)
            } ?? parts.github
    }

    func perform(_ request: ActionRequest, _ target: RepositoryDispatchTarget) async -> ActionResult {
        // A token goes to its own server.
        guard target.apiURL == client.apiURL else {
            let reason = "\(target.apiURL), where the job was begun, is no longer configured"
            return ActionResult(.failed(.permanent(reason, hint: nil)))
        }
        let answer = await client.post("/repos/\(target.repository)/dispatches", body: target.body)
        switch answer.result {
        case .success: return ActionResult(.succeeded, reading: answer.reading)
        case .failure(.refused(_, .permanent(let reason, let hint))):
            let needed = hint?.replacing("Actions: write is needed to dispatch", with: "Contents: write is needed")
            return ActionResult(.failed(.permanent(reason, hint: needed)), reading: answer.reading)
        case .failure(let failure): return ActionResult(.failed(failure.requestFailure), reading: answer.reading)
        }
    }

    func diagnose() async -> [Diagnostic] {
        switch (await client.identify(settings.repository)).0 {
        case .success: [.ok("actions.\(action)", "\(settings.repository) is there; nothing was sent")]
        case .failure(let failure): [.failed("actions.\(action)", failure)]
        }
    }
}
