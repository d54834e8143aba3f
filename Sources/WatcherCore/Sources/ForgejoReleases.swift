/// Releases of Forgejo and Gitea: of Codeberg, or a server of one's own.
package struct ForgejoReleases: WebSource {
    package static let key = "forgejo"
    package static let summary = "Releases of Forgejo (Codeberg) or Gitea."

    private let forge: ForgeSettings

    package init?(reading value: ConfigValue) {
        let forge = ForgeSettings(value, Self.key) { object in
            (
                object.address("server", "The address of the server, such as https://codeberg.org."),
                object.text("repository", .repository, "The repository as OWNER/NAME.", required: true)
            )
        }
        guard let forge else { return nil }
        self.forge = forge
    }

    package var name: String { forge.name }
    package var account: String? { Self.account(forge.server, forge.token) }
    package var features: Set<SourceFeature> { [.versions, .prereleaseFlag, .assets] }
    package var secrets: [Secret] { forge.secrets }
    package var webURL: String? { forge.server + "/" + forge.path }
    package func server(_ values: SecretValues) -> String { forge.server }

    private var api: String { forge.server + "/api/v1/repos/" + forge.path }
    private func headers(_ values: SecretValues) -> [SourceHeader] { forge.headers("Authorization", "token ", values) }

    private static let hint = "is the name right? a private repository needs a token"

    /// Servers cap `limit`, at 50 by default.
    package func firstRequest(isSweep: Bool, _ values: SecretValues) -> SourceRequest {
        SourceRequest(
            "\(api)/releases?draft=false&limit=\(isSweep ? 50 : UpstreamState.firstPage)", headers: headers(values))
    }

    package func page(_ response: SourceResponse, to request: SourceRequest) throws(RequestFailure) -> SourcePage {
        try forge.page(response, to: request, hint: Self.hint, Self.release)
    }

    /// As GitHub's, without states of assets; one that is listed is there.
    private static func release(_ item: JSONValue) -> Release? {
        guard let id = item.number("id"), id > 0, let tag = item.word("tag_name"), let draft = item.flag("draft"),
            let prerelease = item.flag("prerelease"), case .array(let assets)? = item["assets"] ?? .array([])
        else { return nil }
        var published: Timestamp?
        if let text = item.word("published_at") ?? item.word("created_at") {
            guard let time = Timestamp(text) else { return nil }
            published = time
        }
        return Release(
            id: SourceID(id), tag: tag, name: item.word("name").map { $0.cleanedLine(limit: 200) },
            url: (item.word("html_url") ?? "").asWebLink, isDraft: draft, isPrerelease: prerelease,
            publishedAt: published,
            assets: assets.compactMap { asset in
                asset.word("name").map { Release.Asset(name: $0, size: asset.number("size") ?? 1) }
            })
    }

    package func identityRequest(_ values: SecretValues) -> SourceRequest? {
        SourceRequest(api, headers: headers(values))
    }

    package func identity(_ response: SourceResponse) throws(RequestFailure) -> RepositoryIdentity {
        try forge.identity(response, nameIn: "full_name", hint: Self.hint)
    }
}

extension JSONValue {
    /// A member that is a whole number.
    func number(_ name: String) -> Int64? {
        if case .number(let text)? = self[name] { Int64(text) } else { nil }
    }

    func flag(_ name: String) -> Bool? {
        if case .bool(let flag)? = self[name] { flag } else { nil }
    }
}

extension String {
    /// The text where it is a link that can be shown to people, else nothing.
    var asWebLink: String { hasPrefix("https://") || hasPrefix("http://") ? cleanedLine(limit: 500) : "" }
}

extension ConfigObject {
    /// The address of a server, without slashes at its end; no secret.
    func address(
        _ name: String, _ description: @autoclosure () -> String, default address: String? = nil
    ) -> String? {
        let value = value(
            name, description(), required: address == nil ? TextRule.serverAddress.expected : nil,
            default: address.map(JSONValue.string))
        guard let value else { return address }
        guard let text = value.text(.serverAddress) else { return nil }
        if WebAddress(text)?.isExposed == true { value.adviseOnPlainHTTP() }
        return text.withoutTrailingSlashes
    }
}

extension TextRule {
    /// As `server`, for what need not be hidden.
    static let serverAddress = TextRule(
        expected: server.expected, pattern: server.pattern, maximumLength: server.maximumLength,
        accepts: { server.accepts($0) },
        suggest: { text in text.contains("://") || !server.accepts("https://" + text) ? nil : "https://" + text })
}
