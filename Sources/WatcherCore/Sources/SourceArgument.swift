/// A source as it is named on a command line, without a configuration: `OWNER/NAME`, `git:URL`, `forgejo:URL`,
/// `gitlab:URL`, `image:NAME[:TAG]`, or the address of a repository's page.
package enum SourceArgument {
    /// Whether the text names a source, not an upstream of a configuration.
    package static func isSource(_ text: String) -> Bool {
        text.contains("/") || ["git:", "forgejo:", "gitlab:", "image:"].contains(where: text.hasPrefix)
    }

    /// What the text may mean, in the order in which to try: a page's address does not say what kind of server it is.
    /// None when it means nothing.
    package static func upstreams(_ text: String) -> [Config.Upstream] {
        let kind = text.prefix { $0 != ":" }
        let rest = String(text.dropFirst(kind.count + 1))
        let settings: [JSONValue.Member?] =
            switch kind {
            case "git": [.init("git", .string(rest))]
            case "forgejo": [forgejo(rest)]
            case "gitlab": [gitlab(rest)]
            case "image": [.init("image", .string(rest))]
            case "https", "http": page(text)
            default: [.init("github", .string(text))]
            }
        return settings.compactMap { $0 }.compactMap(upstream)
    }

    /// As the configuration reads it, with the same rules.
    private static func upstream(_ source: JSONValue.Member) -> Config.Upstream? {
        let document: JSONValue = ["upstreams": ["x": .object([source])]]
        guard case .success(let reading) = ConfigReader.read(document.utf8()) else { return nil }
        return reading.config.upstreams["x"]
    }

    private static func page(_ text: String) -> [JSONValue.Member?] {
        guard let address = WebAddress(text) else { return [] }
        if ["github.com", "www.github.com"].contains(address.host) {
            return [.init("github", .string(address.path.split(separator: "/").prefix(2).joined(separator: "/")))]
        }
        return [forgejo(text), gitlab(text), .init("git", .string(text))]
    }

    /// `SERVER/OWNER/NAME`.
    private static func forgejo(_ text: String) -> JSONValue.Member? {
        guard let address = WebAddress(text) else { return nil }
        let path = parts(address)
        guard path.count >= 2 else { return nil }
        let server = ([address.origin] + path.dropLast(2)).joined(separator: "/")
        return .init(
            "forgejo",
            ["server": .string(server), "repository": .string(path.suffix(2).joined(separator: "/"))])
    }

    /// `SERVER/GROUP/…/NAME`.
    private static func gitlab(_ text: String) -> JSONValue.Member? {
        guard let address = WebAddress(text) else { return nil }
        return .init(
            "gitlab",
            ["server": .string(address.origin), "project": .string(parts(address).joined(separator: "/"))])
    }

    /// The path, up to what GitLab puts behind a project's, and without git's suffix.
    private static func parts(_ address: WebAddress) -> [String] {
        var parts = address.path.split(separator: "/").prefix { $0 != "-" }.map(String.init)
        if let last = parts.last, last.hasSuffix(".git") { parts[parts.count - 1] = String(last.dropLast(4)) }
        return parts
    }
}
