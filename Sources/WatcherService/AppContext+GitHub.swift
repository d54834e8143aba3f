import Curl
import Synchronization
import WatcherCore

extension AppContext {
    static let privateKeyPlace = "github.app.privateKey"

    /// In whose name requests to the server of `github` are made.
    func githubLogin(_ http: HTTPClient) throws(Failure) -> GitHubLogin {
        if let secret = config.github.token { return .token(try read(secret, "github.token")) }
        guard let app = config.github.app else { return .nobody }
        let pem = try read(app.privateKey, Self.privateKeyPlace)
        let network = try githubNetwork()
        do throws(AppSigner.KeyFailure) {
            let signer = try AppSigner(id: app.id, pem: pem)
            return .app(
                installation.tokens(http) {
                    InstallationTokens(
                        app, signer, http, apiURL: config.github.apiURL, network: network, version: APIVersion())
                })
        } catch {
            throw .secret(
                place: Self.privateKeyPlace,
                SecretResolver.Failure(place: "\(app.privateKey)", problem: error.problem, hint: error.hint))
        }
    }

    /// Whether the secret that `github` names can be read here.
    package var canReadLogin: Bool {
        if let token = config.github.token { return (try? read(token, "github.token")) != nil }
        return config.github.app.map { (try? read($0.privateKey, Self.privateKeyPlace)) != nil } ?? true
    }

    /// What of a secret's value is masked: of a private key the lines between its first and its last, whole.
    static func masks(of value: String, _ place: String) -> [String] {
        guard place == privateKeyPlace else { return [value] }
        return value.split(whereSeparator: \.isNewline).map(String.init).filter {
            !$0.hasPrefix("-----") && $0.utf8.count >= SecretValues.shortestPart
        }
    }
}

/// The token of an app's installation, of which all clients of a configuration have one together.
final class SharedInstallation: Sendable {
    private let known = Mutex<InstallationTokens?>(nil)

    func tokens(_ http: HTTPClient, _ make: () -> InstallationTokens) -> InstallationTokens {
        known.withLock { known in
            if let known, known.http === http { return known }
            let made = make()
            known = made
            return made
        }
    }
}
