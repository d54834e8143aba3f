/// Docker's own `config.json`: who to be at which registry.
package struct DockerLogins: Sendable, Equatable {
    package enum Login: Sendable, Equatable {
        /// `user:password` in base64, as it stands in the file: what the `Authorization` header wants.
        case basic(String)
        /// A token for the token server in place of a password.
        case identityToken(String)
        /// The program `docker-credential-NAME` knows, when it is asked for the server's name.
        case helper(String, server: String)
    }

    private let auths: [String: Login]
    private let helpers: [String: String]
    private let store: String?

    /// Nil for what is no JSON object.
    package init?(_ value: JSONValue) {
        guard case .object = value else { return nil }
        var auths: [String: Login] = [:]
        if case .object(let members)? = value["auths"] {
            for member in members {
                if let token = member.value["identitytoken"]?.text, !token.isEmpty {
                    auths[member.name] = .identityToken(token)
                } else if let auth = member.value["auth"]?.text, !auth.isEmpty {
                    auths[member.name] = .basic(auth)
                }
            }
        }
        self.auths = auths
        var helpers: [String: String] = [:]
        if case .object(let members)? = value["credHelpers"] {
            for member in members { helpers[member.name] = member.value.text.flatMap { Self.isHelper($0) ? $0 : nil } }
        }
        self.helpers = helpers
        store = value["credsStore"]?.text.flatMap { Self.isHelper($0) ? $0 : nil }
    }

    /// Who to be at a registry; nil: nobody. The order is docker's: a helper of its own, the store, the file.
    package func login(for registry: String) -> Login? {
        let names = Self.names(of: registry)
        for name in names {
            if let helper = helpers[name] { return .helper(helper, server: names[0]) }
        }
        if let store { return .helper(store, server: names[0]) }
        for (key, login) in auths.sorted(by: { $0.key < $1.key }) where names.contains(Self.bare(key)) { return login }
        return nil
    }

    /// Under which names a registry may stand in the file; the first is the one that helpers know.
    private static func names(of registry: String) -> [String] {
        registry == ImageReference.defaultRegistry
            ? ["https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io"] : [registry]
    }

    /// Without scheme and path: old versions of docker wrote URLs.
    private static func bare(_ key: String) -> String {
        let rest = key.firstRange(of: "://").map { key[$0.upperBound...] } ?? key[...]
        return String(rest.prefix { $0 != "/" })
    }

    /// The end of a program's name: no path, no option.
    private static func isHelper(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy { ASCII.isWord($0) || "-.".utf8.contains($0) }
    }
}
