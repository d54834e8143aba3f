/// Releases of GitLab: of gitlab.com, or a server of one's own. Upcoming releases are left out until their day.
package struct GitLabReleases: WebSource {
    package static let key = "gitlab"
    package static let summary = "Releases of GitLab."

    private let server: String
    /// The path, `GROUP/SUBGROUP/NAME`, or the numeric id.
    private let project: String
    private let token: Secret?

    package init?(reading value: ConfigValue) {
        let settings = value.object("gitlab") { object in
            (
                server: object.address("server", "The address of the server.", default: "https://gitlab.com"),
                project: object.text("project", .gitlabProject, "The path of the project, or its id.", required: true),
                token: object.secret("token", .token, "A token, for what not everybody may read.")
            )
        }
        guard let settings, let server = settings.server, let project = settings.project else { return nil }
        (self.server, self.project, token) = (server, project, settings.token)
    }

    package var name: String { prefix + project }
    package var account: String? { Self.account(server, token) }
    package var features: Set<SourceFeature> { [.versions, .assets] }
    package var secrets: [Secret] { token.map { [$0] } ?? [] }
    package var webURL: String? { Int64(project) == nil ? server + "/" + project : nil }
    package func server(_ values: SecretValues) -> String { server }

    private var prefix: String { server.split(separator: "/").dropFirst().joined(separator: "/") + "/" }
    private var api: String { server + "/api/v4/projects/" + project.percentEncoded }

    private func headers(_ values: SecretValues) -> [SourceHeader] {
        [SourceHeader("Accept", "application/json")]
            + (token.map { [SourceHeader("PRIVATE-TOKEN", values[$0])] } ?? [])
    }

    private static let hint = "is the path right? a private project needs a token that may read its API"

    package func firstRequest(isSweep: Bool, _ values: SecretValues) -> SourceRequest {
        SourceRequest("\(api)/releases?per_page=\(isSweep ? 100 : UpstreamState.firstPage)", headers: headers(values))
    }

    package func page(_ response: SourceResponse, to request: SourceRequest) throws(RequestFailure) -> SourcePage {
        try response.accepted(hint: Self.hint)
        guard case .array(let items) = try response.json() else {
            throw response.malformed("it is no list of releases")
        }
        var releases: [Release] = []
        for (index, item) in items.enumerated() {
            guard let release = Self.release(item) else { throw response.malformed("[\(index)] is no release") }
            // What has a date in the future is published then.
            if item.flag("upcoming_release") != true { releases.append(release) }
        }
        return SourcePage(releases, next: response.nextPage.map(request.at))
    }

    /// The tag is the id within a project. Links are assets: they are there when they are listed.
    private static func release(_ item: JSONValue) -> Release? {
        guard let tag = item.word("tag_name"), let published = item.word("released_at").flatMap({ Timestamp($0) }),
            case .array(let links)? = item["assets"]?["links"] ?? .array([])
        else { return nil }
        return Release(
            id: SourceID(tag: tag), tag: tag, name: item.word("name").map { $0.cleanedLine(limit: 200) },
            url: (item["_links"]?.word("self") ?? "").asWebLink, publishedAt: published,
            assets: links.compactMap { link in link.word("name").map { Release.Asset(name: $0) } })
    }

    package func identityRequest(_ values: SecretValues) -> SourceRequest? {
        SourceRequest(api, headers: headers(values))
    }

    package func identity(_ response: SourceResponse) throws(RequestFailure) -> RepositoryIdentity {
        try response.accepted(hint: Self.hint)
        let value = try response.json()
        guard let id = value.number("id"), id > 0, let path = value.word("path_with_namespace"),
            let known = SourceID(prefix + String(id))
        else { throw response.malformed("it is no project") }
        // A project that is named by its id cannot be renamed.
        let current = Int64(project) == nil ? path.cleanedLine(limit: 200) : project
        return RepositoryIdentity(id: known, fullName: prefix + current, isArchived: value.flag("archived") ?? false)
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
