package import CryptoExtras
import Foundation
import Synchronization

extension GitHubLookalike {
    /// A GitHub App with one installation, which can get tokens here.
    package struct App: Sendable {
        /// What its JSON Web Tokens name: the client id, or the number.
        package var id: String
        package var installation: Int
        package var publicKey: _RSA.Signing.PublicKey
        package var permissions = ["actions": "write", "contents": "read", "metadata": "read"]
        /// Where it is installed, as `OWNER/NAME`; nil: everywhere.
        package var repositories: Set<String>?
        /// Seconds after which its tokens are answered 401.
        package var life = 3600.0
        package var isSuspended = false
        /// How many tokens it was given.
        package fileprivate(set) var tokenCount = 0

        package init(id: String, installation: Int, publicKey: _RSA.Signing.PublicKey) {
            self.id = id
            self.installation = installation
            self.publicKey = publicKey
        }
    }

    package func addApp(_ app: App) {
        state.withLock { $0.apps[app.id] = app }
    }

    /// Changes an app; tokens that it has keep what they were given.
    package func editApp(_ id: String, _ change: (inout App) -> Void) {
        state.withLock { state in
            if var app = state.apps[id] {
                change(&app)
                state.apps[id] = app
            }
        }
    }

    /// It is uninstalled and its tokens are good for nothing.
    package func removeApp(_ id: String) {
        state.withLock { state in
            state.withdrawTokens(of: id)
            state.apps[id] = nil
        }
    }

    /// All tokens that it has are answered 401 from now on.
    package func withdrawTokens(ofApp id: String) {
        state.withLock { $0.withdrawTokens(of: id) }
    }

    /// How many tokens it was given.
    package func tokenCount(ofApp id: String) -> Int {
        state.withLock { $0.apps[id]?.tokenCount ?? 0 }
    }
}

extension LookalikeState {
    fileprivate mutating func withdrawTokens(of app: String) {
        for (token, properties) in tokens where properties.app == app { tokens[token]?.expires = .distantPast }
    }

    /// `POST /app/installations/{id}/access_tokens`
    mutating func accessToken(_ call: LookalikeCall) -> ScriptedAnswer {
        let app: GitHubLookalike.App
        switch authenticate(call) {
        case .failure(let refusal): return refusal.answer
        case .success(let found): app = found
        }
        guard call.rest.count == 4, call.rest[2] == String(app.installation) else { return error(404, "Not Found") }
        guard !app.isSuspended else { return error(403, "This installation has been suspended") }
        apps[app.id]?.tokenCount += 1
        let expires = now.addingTimeInterval(app.life)
        let token = "ghs_installationSecret\(app.installation)_\(app.tokenCount + 1)"
        tokens[token] = GitHubLookalike.Token(
            permissions: app.permissions, repositories: app.repositories, expires: expires, isInstallation: true,
            app: app.id)
        return .json(
            201,
            [
                "token": .string(token), "expires_at": .string(expires.iso8601),
                "permissions": .object(app.permissions.mapValues { .string($0) }),
                "repository_selection": app.repositories == nil ? "all" : "selected",
            ])
    }

    /// `GET /repos/{owner}/{repo}/installation`
    func installation(_ call: LookalikeCall, _ repository: LookalikeRepository) -> ScriptedAnswer {
        switch authenticate(call) {
        case .failure(let refusal): return refusal.answer
        case .success(let app):
            let name = repository.fullName.lowercased()
            guard app.repositories?.contains(where: { $0.lowercased() == name }) ?? true else {
                return error(404, "Not Found")
            }
            return .json(200, ["id": .integer(app.installation), "app_slug": "watcher"])
        }
    }

    private struct Refusal: Error { var answer: ScriptedAnswer }

    /// The app whose JSON Web Token the request bears.
    private func authenticate(_ call: LookalikeCall) -> Result<GitHubLookalike.App, Refusal> {
        func refused(_ status: Int, _ words: String) -> Result<GitHubLookalike.App, Refusal> {
            .failure(Refusal(answer: error(status, words)))
        }
        let parts = call.token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Self.json(parts[0]), head["alg"]?.string == "RS256",
            let claims = Self.json(parts[1]), let issuer = claims["iss"]?.string, let issued = claims["iat"]?.integer,
            let ends = claims["exp"]?.integer, let signature = Self.data(parts[2])
        else { return refused(401, "A JSON web token could not be decoded") }
        guard let app = apps[issuer] else { return refused(404, "Integration not found") }
        guard
            app.publicKey.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: Data("\(parts[0]).\(parts[1])".utf8),
                padding: .insecurePKCS1v1_5)
        else { return refused(401, "A JSON web token could not be decoded") }
        let now = Int(now.timeIntervalSince1970)
        guard ends > now else {
            return refused(
                401,
                "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the "
                    + "assertion expires")
        }
        guard ends <= now + 600 else {
            return refused(401, "'Expiration time' claim ('exp') is too far in the future")
        }
        guard issued <= now else {
            return refused(
                401,
                "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
        }
        return .success(app)
    }

    private static func json(_ part: Substring) -> WireJSON? {
        data(part).flatMap { try? WireJSON(parsing: Array($0)) }
    }

    /// Base64 for URLs, without padding.
    private static func data(_ part: Substring) -> Data? {
        let text = part.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }
}
