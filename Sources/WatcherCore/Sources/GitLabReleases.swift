/// Releases of GitLab: of gitlab.com, or a server of one's own. Upcoming releases are left out until their day.
package struct GitLabReleases: WebSource {
    package static let key = "gitlab"
    package static let summary = "Releases of GitLab."

    /// Its project by the path, `GROUP/SUBGROUP/NAME`, or the number.
    private let forge: ForgeSettings

    package init?(reading value: ConfigValue) {
        let forge = ForgeSettings(value, Self.key) { object in
            (
                object.address("server", "The address of the server.", default: "https://gitlab.com"),
                object.text("project", .gitlabProject, "The path of the project, or its id.", required: true)
            )
        }
        guard let forge else { return nil }
        self.forge = forge
    }

    package var name: String { forge.name }
    package var account: String? { Self.account(forge.server, forge.token) }
    package var features: Set<SourceFeature> { [.versions, .assets] }
    package var secrets: [Secret] { forge.secrets }
    package var webURL: String? { Int64(forge.path) == nil ? forge.server + "/" + forge.path : nil }
    package func server(_ values: SecretValues) -> String { forge.server }

    private var api: String { forge.server + "/api/v4/projects/" + forge.path.percentEncoded }
    private func headers(_ values: SecretValues) -> [SourceHeader] { forge.headers("PRIVATE-TOKEN", "", values) }

    private static let hint = "is the path right? a private project needs a token that may read its API"

    package func firstRequest(isSweep: Bool, _ values: SecretValues) -> SourceRequest {
        SourceRequest("\(api)/releases?per_page=\(isSweep ? 100 : UpstreamState.firstPage)", headers: headers(values))
    }

    package func page(_ response: SourceResponse, to request: SourceRequest) throws(RequestFailure) -> SourcePage {
        var page = try forge.page(response, to: request, hint: Self.hint, Self.release)
        // What has a date in the future is published then.
        page.releases.removeAll(where: \.isDraft)
        return page
    }

    /// The tag is the id within a project. Links are assets: they are there when they are listed.
    private static func release(_ item: JSONValue) -> Release? {
        guard let tag = item.word("tag_name"), let published = item.word("released_at").flatMap({ Timestamp($0) }),
            case .array(let links)? = item["assets"]?["links"] ?? .array([])
        else { return nil }
        return Release(
            id: SourceID(tag: tag), tag: tag, name: item.word("name").map { $0.cleanedLine(limit: 200) },
            url: (item["_links"]?.word("self") ?? "").asWebLink, isDraft: item.flag("upcoming_release") == true,
            publishedAt: published,
            assets: links.compactMap { link in link.word("name").map { Release.Asset(name: $0) } })
    }

    package func identityRequest(_ values: SecretValues) -> SourceRequest? {
        SourceRequest(api, headers: headers(values))
    }

    package func identity(_ response: SourceResponse) throws(RequestFailure) -> RepositoryIdentity {
        try forge.identity(response, nameIn: "path_with_namespace", hint: Self.hint)
    }
}

extension TextRule {
    static let gitlabProject = TextRule(
        expected: "the path of a project, such as \"GROUP/NAME\", or its id",
        pattern: #"^([1-9][0-9]{0,17}|[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)+)$"#
    ) { text in
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard text.utf8.count <= lengthLimit else { return false }
        if parts.count == 1 {
            return Int64(text).map { $0 > 0 && String($0).utf8.count <= 18 && String($0) == text } ?? false
        }
        return parts.allSatisfy { part in
            part.first.map(ASCII.isWord) == true
                && part.allSatisfy { ASCII.isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        }
    }
}
