import Curl
import WatcherCore

/// Carries out the steps of jobs of one action. It holds secrets and clients; everything else is in the request.
protocol ActionPerformer: Sendable {
    associatedtype Kind: ActionKind

    init(_ settings: Kind, _ parts: ActionParts)

    /// One step; a cancelled one comes back as that, with nothing of it left behind.
    func perform(_ request: ActionRequest, _ target: Kind.Target) async -> ActionResult
    /// What `doctor` says of it: nothing is started.
    func diagnose() async -> [Diagnostic]
}

/// The performers of all kinds in `actionKinds`.
private let actionPerformers: [any ActionPerformer.Type] = [
    CommandPerformer.self, RepositoryDispatchPerformer.self, GitLabPipelinePerformer.self, RequestPerformer.self,
]

/// What a performer is made of.
struct ActionParts: Sendable {
    var action: String
    var http: HTTPClient
    /// For everything but GitHub.
    var network: HTTPNetwork
    var githubNetwork: HTTPNetwork
    var github: GitHubClient
    /// Of the action's own account.
    var pace: RequestPace
    /// By their places in the settings.
    var secrets: [String: String]
    var redactor: Redactor
    /// For programs.
    var environment: [String: String]
    var statePath: String
    var progress: @Sendable (String) -> Void
}

/// The performer of an action of any kind.
package struct AnyActionPerformer: Sendable {
    private let base: any ActionPerformer

    /// Nil for a kind without a performer.
    init?(_ kind: AnyActionKind, _ parts: ActionParts) {
        for type in actionPerformers {
            if let performer = type.make(kind.base, parts) {
                base = performer
                return
            }
        }
        return nil
    }

    /// Nil when the job is of another kind than the action is now.
    func perform(_ request: ActionRequest) async -> ActionResult? { await base.performAny(request) }

    func diagnose() async -> [Diagnostic] { await base.diagnose() }
}

extension ActionPerformer {
    fileprivate static func make(_ settings: any ActionKind, _ parts: ActionParts) -> (any ActionPerformer)? {
        (settings as? Kind).map { Self($0, parts) }
    }

    fileprivate func performAny(_ request: ActionRequest) async -> ActionResult? {
        guard let target = request.target.base as? Kind.Target else { return nil }
        return await perform(request, target)
    }
}
