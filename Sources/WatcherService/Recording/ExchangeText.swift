import FoundationEssentials
import WatcherCore

/// Takes out of requests and answers what is secret or personal.
struct ExchangeText: Sendable {
    /// The headers that watcher sends or reads; all others are left out, cookies and credentials among them.
    static let requestHeaders: Set<String> = [
        "accept", "content-type", "if-none-match", "user-agent", "x-github-api-version", "git-protocol",
    ]
    static let answerHeaders: Set<String> = [
        "content-type", "etag", "last-modified", "link", "location", "date", "server", "retry-after", "ratelimit-limit",
        "ratelimit-remaining", "ratelimit-reset", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
        "x-ratelimit-used", "x-ratelimit-resource", "docker-content-digest", "www-authenticate", "sunset",
        "deprecation",
        "x-github-media-type", "x-total-count", "x-next-page",
    ]
    /// Members of JSON objects that are accounts: they become empty.
    private static let accounts: Set<String> = [
        "author", "owner", "uploader", "actor", "triggering_actor", "user", "sender", "creator", "organization",
        "head_commit",
        "assignee", "publisher",
    ]
    /// Members of JSON objects, and names in queries, that are secret.
    private static let secrets: Set<String> = [
        "token", "access_token", "refresh_token", "id_token", "password", "secret", "private_key", "privatekey", "key",
        "sig", "signature", "jwt", "client_secret",
    ]
    private static let mask = "***"

    private let redactor: Redactor

    init(_ redactor: Redactor) { self.redactor = redactor }

    /// Text without secrets, e-mail addresses and IP addresses.
    func line(_ text: String) -> String {
        var text = redactor.mask(text)
        text.replace(/[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,253}\.[A-Za-z]{2,24}/, with: "someone@example.org")
        // A version such as 3.2.3.2 is no address: in words, GitHub and proxies say "for" or "from" before one.
        text.replace(/(for|from|address|ip|IP|client|host) (\d{1,3}\.){3}\d{1,3}/) { match in
            "\(match.output.1) 192.0.2.1"
        }
        text.replace(/([0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f]{1,4}/, with: "2001:db8::1")
        return text
    }

    /// A URL without user, password and values of secret names.
    func address(_ url: String) -> String {
        var text = redactor.mask(url)
        text.replace(/:\/\/[^\/@]*@/, with: "://")
        text.replace(/([?&])([^=&]+)=([^&]*)/) { match in
            let isSecret = Self.secrets.contains(match.output.2.lowercased())
            return "\(match.output.1)\(match.output.2)=\(isSecret ? Self.mask : String(match.output.3))"
        }
        return text
    }

    func headers(_ fields: [(name: String, value: String)], kept: Set<String>) -> JSONValue {
        .object(
            fields.filter { kept.contains($0.name.lowercased()) }.map {
                .init($0.name, .string(address(line($0.value))))
            })
    }

    /// Nil for what is no text.
    func body(_ bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        guard let node = try? JSONReader.read(bytes, sizeLimit: bytes.count) else { return line(text) }
        return clean(node.value).text()
    }

    private func clean(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .number: value
        case .string(let text): .string(line(text))
        case .array(let elements): .array(elements.map(clean))
        case .object(let members):
            .object(
                members.map { member in
                    let name = member.name.lowercased()
                    return switch member.value {
                    case .object where Self.accounts.contains(name): .init(member.name, .object([]))
                    case .string where Self.secrets.contains(name): .init(member.name, .string(Self.mask))
                    default: .init(member.name, clean(member.value))
                    }
                })
        }
    }
}
