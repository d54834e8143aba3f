import Curl
import WatcherCore

extension AppContext {
    /// The performers of the actions that have one, with every secret read.
    func performers(
        _ http: HTTPClient, _ network: HTTPNetwork, _ github: GitHubClient, _ redactor: Redactor,
        _ progress: @escaping @Sendable (String) -> Void
    ) throws(Failure) -> [String: AnyActionPerformer] {
        var performers: [String: AnyActionPerformer] = [:]
        for (name, action) in config.actions {
            guard case .kind(let kind) = action.work else { continue }
            performers[name] = try performer(name, kind, http, network, github, redactor, progress)
        }
        return performers
    }

    /// The performer of one action.
    func performer(
        _ name: String, _ kind: AnyActionKind, _ http: HTTPClient, _ network: HTTPNetwork, _ github: GitHubClient,
        _ redactor: Redactor, _ progress: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(Failure) -> AnyActionPerformer? {
        var secrets: [String: String] = [:]
        for (place, secret) in kind.base.secrets { secrets[place] = try read(secret, Self.place(name, kind, place)) }
        let parts = ActionParts(
            action: name, http: http, network: network, githubNetwork: try githubNetwork(), github: github,
            pace: paces.pace(.action(name), config), secrets: secrets, redactor: redactor,
            environment: programEnvironment,
            statePath: try stateFile(making: false).path, progress: progress)
        return AnyActionPerformer(kind, parts)
    }

    var kindSecretPlaces: [(String, Secret)] {
        config.actions.sorted { $0.key < $1.key }.flatMap { name, action -> [(String, Secret)] in
            guard case .kind(let kind) = action.work else { return [] }
            return kind.base.secrets.sorted { $0.key < $1.key }.map { (Self.place(name, kind, $0.key), $0.value) }
        }
    }

    /// What of a header's or an address's value is masked wherever it stands.
    static func parts(of value: String) -> [String] {
        let words =
            value.contains("://") ? SecretValues.parts(ofURL: value) : value.split(separator: " ").map(String.init)
        return words.filter { $0.utf8.count >= SecretValues.shortestPart }
    }

    private static func place(_ action: String, _ kind: AnyActionKind, _ place: String) -> String {
        "actions.\(action).\(kind.key).\(place)"
    }
}
