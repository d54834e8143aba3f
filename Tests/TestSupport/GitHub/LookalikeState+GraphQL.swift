import Foundation

/// `POST /graphql`, as far as surveys go: `nodes(ids:)` of repositories with their newest releases.
///
/// The query is not parsed: whatever is asked, these fields are answered, in their order by the date of creation.
extension LookalikeState {
    /// As many ids as GitHub takes.
    private static let mostIDs = 100
    private static let newest = 5

    mutating func graphQL(_ call: LookalikeCall) -> ScriptedAnswer {
        guard settings.hasGraphQL else { return error(404, "Not Found") }
        guard !call.token.isEmpty else { return error(403, "API rate limit exceeded for 127.0.0.1.") }
        guard let body = call.request.json, let query = body["query"]?.string,
            let ids = body["variables"]?["ids"]?.array?.compactMap(\.string)
        else { return error(400, "Problems parsing JSON") }
        if let field = settings.missingFields.sorted().first(where: query.contains) {
            return .json(
                200,
                [
                    "errors": [
                        [
                            "path": ["query", .string(field)], "extensions": ["code": "undefinedField"],
                            "message": .string("Field '\(field)' doesn't exist on type 'Repository'"),
                        ]
                    ]
                ])
        }
        guard ids.count <= Self.mostIDs else {
            return .json(
                200,
                [
                    "data": ["nodes": .null],
                    "errors": [
                        [
                            "type": "ARGUMENT_LIMIT", "path": ["nodes"],
                            "message": "You may not provide more than 100 node ids.",
                        ]
                    ],
                ])
        }
        var errors: [WireJSON] = []
        let nodes = ids.enumerated().map { index, id -> WireJSON in
            if let found = Int(id.split(separator: "_").last ?? "").flatMap({ repositories[$0] }),
                !found.isDeleted, sees(call, found)
            {
                return node(found)
            }
            errors.append([
                "type": "NOT_FOUND", "path": ["nodes", .integer(index)],
                "message": .string("Could not resolve to a node with the global id of '\(id)'."),
            ])
            return .null
        }
        var members: [String: WireJSON] = ["data": ["nodes": .array(nodes), "rateLimit": graphQLLimit(call)]]
        if !errors.isEmpty { members["errors"] = .array(errors) }
        return .json(200, .object(members))
    }

    private func node(_ repository: LookalikeRepository) -> WireJSON {
        let releases = repository.releases.sorted { ($0.created, $0.id) > ($1.created, $1.id) }
        return [
            "databaseId": .integer(repository.id), "nameWithOwner": .string(repository.fullName),
            "isArchived": .bool(repository.isArchived),
            "releases": [
                "totalCount": .integer(releases.count),
                "nodes": .array(
                    releases.prefix(Self.newest).map { release in
                        [
                            "databaseId": .integer(release.id), "tagName": .string(release.tag),
                            "isPrerelease": .bool(release.isPrerelease), "isDraft": .bool(release.isDraft),
                            "publishedAt": release.isDraft ? .null : .string(release.published.iso8601),
                            "updatedAt": .string((release.updated ?? release.published).iso8601),
                        ]
                    }),
            ],
        ]
    }
}
