/// What the sources of forges with an API have in common: a server, something on it, and a token.
struct ForgeSettings: Hashable {
    /// The address of the server, without slashes at its end.
    let server: String
    /// The repository or project, as the server names it.
    let path: String
    let token: Secret?

    /// Nil when something is wrong, which is reported.
    init?(_ value: ConfigValue, _ kind: String, read: (ConfigObject) -> (server: String?, path: String?)) {
        let settings = value.object(kind) { object in
            (read(object), object.secret("token", .token, "A token, for what not everybody may read."))
        }
        guard let (place, token) = settings, let server = place.server, let path = place.path else { return nil }
        (self.server, self.path, self.token) = (server, path, token)
    }

    var secrets: [Secret] { token.map { [$0] } ?? [] }
    /// Host and path of the server: in front of names and ids, which are its own.
    var prefix: String { server.split(separator: "/").dropFirst().joined(separator: "/") + "/" }
    var name: String { prefix + path }

    /// `scheme` stands in front of the token in the field of that name.
    func headers(_ field: String, _ scheme: String, _ values: SecretValues) -> [SourceHeader] {
        [SourceHeader("Accept", "application/json")]
            + (token.map { [SourceHeader(field, scheme + values[$0])] } ?? [])
    }

    /// The releases on a page, each made by `release`; nil from it is a response that cannot be read.
    func page(
        _ response: SourceResponse, to request: SourceRequest, hint: String, _ release: (JSONValue) -> Release?
    ) throws(RequestFailure) -> SourcePage {
        try response.accepted(hint: hint)
        guard case .array(let items) = try response.json() else {
            throw response.malformed("it is no list of releases")
        }
        var releases: [Release] = []
        for (index, item) in items.enumerated() {
            guard let release = release(item) else { throw response.malformed("[\(index)] is no release") }
            releases.append(release)
        }
        return SourcePage(releases, next: response.nextPage.map(request.at))
    }

    /// Who the repository is: its number on this server, and the name that `field` holds.
    func identity(
        _ response: SourceResponse, nameIn field: String, hint: String
    ) throws(RequestFailure) -> RepositoryIdentity {
        try response.accepted(hint: hint)
        let value = try response.json()
        guard let id = value.number("id"), id > 0, let current = value.word(field),
            let known = SourceID(prefix + String(id))
        else { throw response.malformed("it is no repository") }
        // What is named by its number cannot be renamed.
        let path = Int64(path) == nil ? current.cleanedLine(limit: 200) : path
        return RepositoryIdentity(id: known, fullName: prefix + path, isArchived: value.flag("archived") ?? false)
    }
}
