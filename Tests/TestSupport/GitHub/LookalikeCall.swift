import Foundation

/// A request as the API understands it.
struct LookalikeCall {
    var request: RecordedRequest
    let query: [String: String]
    /// The path's segments after the prefix, each decoded by itself; nil when the path lacks the prefix.
    let segments: [String]?
    /// The segments after the repository.
    let rest: [String]
    /// The same as it was sent: empty, or with a slash in front.
    let rawRest: String
    /// The repository as the path names it.
    let name: RepositoryName?
    /// The token of `Authorization: Bearer …` or `token …`; `""` when there is none.
    let token: String
    let version: String?
    /// See the setting of that name.
    var largestPage = 100

    enum RepositoryName: Equatable {
        case fullName(String)
        case id(Int)
    }

    /// Whether an app asks in its own name.
    var isOfApp: Bool { request.endpoint == .accessToken || request.endpoint == .installation }

    var isRead: Bool { request.method == "GET" || request.method == "HEAD" }

    init(_ request: RecordedRequest, prefix: String) {
        self.request = request
        query = request.query
        version = request.header("X-GitHub-Api-Version")
        let authorization = request.header("Authorization") ?? ""
        token = authorization.split(separator: " ", maxSplits: 1).dropFirst().first.map(String.init) ?? authorization
        let path = request.path
        if path == Self.graphQLPath(prefix) {
            (segments, rest, rawRest, name) = (["graphql"], ["graphql"], "/graphql", nil)
            self.request.endpoint = .graphql
            return
        }
        guard path.hasPrefix(prefix + "/") else {
            (segments, rest, rawRest, name) = (nil, [], "", nil)
            return
        }
        let raw = path.dropFirst(prefix.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        let segments = raw.map { $0.removingPercentEncoding ?? String($0) }
        self.segments = segments
        if segments.count >= 3, segments[0] == "repos" {
            name = .fullName("\(segments[1])/\(segments[2])")
            rest = Array(segments.dropFirst(3))
        } else if segments.count >= 2, segments[0] == "repositories", let id = Int(segments[1]) {
            name = .id(id)
            rest = Array(segments.dropFirst(2))
        } else {
            name = nil
            rest = segments
        }
        rawRest = raw.suffix(rest.count).map { "/" + $0 }.joined()
        self.request.endpoint = Self.endpoint(rest, isRead: isRead, inRepository: name != nil)
    }

    /// Beside the REST API where that is `/api/v3`, and below it anywhere else.
    private static func graphQLPath(_ prefix: String) -> String {
        prefix.hasSuffix("/v3") ? prefix.dropLast(3) + "/graphql" : prefix + "/graphql"
    }

    private static func endpoint(_ rest: [String], isRead: Bool, inRepository: Bool) -> Endpoint {
        guard inRepository else {
            if rest == ["rate_limit"] { return .rateLimit }
            let isOfApp = !isRead && rest.count == 4 && rest.starts(with: ["app", "installations"])
            return isOfApp && rest[3] == "access_tokens" ? .accessToken : .other
        }
        if !isRead {
            let isDispatch = rest.count == 4 && rest.starts(with: ["actions", "workflows"]) && rest[3] == "dispatches"
            return isDispatch ? .dispatch : rest == ["dispatches"] ? .event : .other
        }
        switch rest.count {
        case 0: return .repository
        case 1 where rest[0] == "releases": return .releases
        case 1 where rest[0] == "installation": return .installation
        case 2 where rest == ["releases", "latest"]: return .latestRelease
        case 2 where rest[0] == "releases" && Int(rest[1]) != nil: return .release
        case 3 where rest.starts(with: ["releases", "tags"]): return .releaseByTag
        case 3 where rest[0] == "releases" && rest[2] == "assets": return .releaseAssets
        case 3 where rest.starts(with: ["actions", "workflows"]): return .workflow
        case 3 where rest.starts(with: ["actions", "runs"]): return .run
        case 4 where rest.starts(with: ["actions", "workflows"]) && rest[3] == "runs": return .workflowRuns
        case 4 where rest.starts(with: ["actions", "runs"]) && rest[3] == "jobs": return .jobs
        case 4 where rest.starts(with: ["contents", ".github", "workflows"]): return .contents
        default: return .other
        }
    }

    /// `per_page` and `page` as GitHub reads them: nonsense is the default, too much is the most.
    var page: (size: Int, number: Int) {
        let size = query["per_page"].flatMap { Int($0) } ?? 30
        let number = query["page"].flatMap { Int($0) } ?? 1
        return (size < 1 ? 30 : min(size, largestPage), min(max(1, number), 1_000_000))
    }

    /// The Link header of a list under `base`, nil when everything fits on one page.
    func links(base: String, total: Int) -> String? {
        let (size, number) = page
        let last = max(1, (total + size - 1) / size)
        guard last > 1 else { return nil }
        func link(_ page: Int, _ relation: String) -> String {
            var items = query
            items["page"] = String(page)
            let text = items.sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }
                .joined(separator: "&")
            return "<\(base)?\(text)>; rel=\"\(relation)\""
        }
        var links: [String] = []
        if number > 1 { links.append(link(min(number - 1, last), "prev")) }
        if number < last { links += [link(number + 1, "next"), link(last, "last")] }
        if number > 1 { links.append(link(1, "first")) }
        return links.joined(separator: ", ")
    }
}
