import Curl
import FoundationEssentials
package import WatcherCore

/// What GitHub gives an installation of an app: a token for an hour, and what may be done with it.
package struct InstallationToken: Sendable, Equatable {
    package var token: String
    package var expiresAt: Timestamp
    /// Seconds from the answer to the token's end, by the server's clock.
    package var life: Int64
    /// Such as `actions` to `write`; nil where the answer does not say.
    package var permissions: [String: String]?

    /// Bytes of a token at most: it becomes a header.
    static let sizeLimit = 8192

    /// Reads the answer to `POST /app/installations/{id}/access_tokens`.
    init(_ response: HTTPResponse, at now: Timestamp) throws(RequestFailure) {
        struct Body: Decodable {
            var token: String
            var expiresAt: String
            var permissions: [String: String]?

            enum CodingKeys: String, CodingKey {
                case token, permissions
                case expiresAt = "expires_at"
            }
        }
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(response.body)),
            let expiresAt = Timestamp(body.expiresAt), (1...Self.sizeLimit).contains(body.token.utf8.count),
            body.token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw .transient("what GitHub answered is no installation token: \(MalformedResponse.describe(response))")
        }
        token = body.token
        self.expiresAt = expiresAt
        let date = RateLimitReading(response).date ?? now
        life = max(expiresAt.seconds(since: date), 0)
        permissions = body.permissions
    }

    /// Whether it may read, or with `isWriting` also change, what a permission is about. Unknown permissions are had.
    package func grants(_ permission: String, isWriting: Bool) -> Bool {
        guard let permissions else { return true }
        let level = permissions[permission]
        return level == "write" || level == "admin" || (level == "read" && !isWriting)
    }
}

extension RequestFailure {
    /// Why there is no token, in words for the person who set the app up. `ahead`: seconds that this machine's clock is
    /// ahead of GitHub's, where that is known.
    init(noTokenFor app: Config.GitHubApp, _ failure: GitHubClient.Failure, ahead: Int64?) {
        let subject = "no token for installation \(app.installation) of the GitHub App"
        guard case .refused(let status, .permanent(let said, _)) = failure, status != 0 else {
            switch failure.requestFailure {
            case .transient(let reason): self = .transient("\(subject): \(reason)")
            case .rateLimited(let seconds, let reason):
                self = .rateLimited(seconds: seconds, "\(subject): \(reason)")
            case .permanent(let reason, let hint): self = .permanent("\(subject): \(reason)", hint: hint)
            case .cancelled: self = .cancelled
            }
            return
        }
        let hint: String
        switch status {
        case 401 where Self.isAboutClock(said):
            let difference = ahead.map {
                "this machine's clock is \(Words.elapsed(abs($0))) \($0 < 0 ? "behind" : "ahead of") GitHub's"
            }
            self = .permanent(
                "\(subject): \(difference.map { $0 + "; " } ?? "")\(said)",
                hint: "set the clock, and turn on time synchronisation")
            return
        case 401: hint = "github.app.privateKey must be a key of the app of github.app.id that is not deleted there"
        case 403 where said.lowercased().contains("suspended"):
            hint = "the installation is suspended: its owner can unsuspend it in its settings"
        case 403: hint = "does the installation still exist, and is the app active?"
        case 404 where said.contains("Integration not found"):
            hint = "there is no app \(app.id): github.app.id is wrong, or the app was deleted"
        case 404:
            hint = "the app was removed, or github.app.installation is not a number of one of its installations"
        default: hint = "github.app names the app and its installation"
        }
        self = .permanent("\(subject): \(said)", hint: hint)
    }

    /// GitHub's words about `exp` and `iat`, which are times.
    private static func isAboutClock(_ words: String) -> Bool {
        ["('exp')", "('iat')", "Expiration time", "Issued at"].contains { words.contains($0) }
    }
}
