import Curl
package import WatcherCore

extension RegistryClient {
    /// Tags of an image on one page, as many as Docker Hub gives at once.
    private static let pageSize = 1000
    /// Pages of one list.
    private static let pageLimit = 500

    /// All tags of an image, in the registry's order; more than `limit` are an error.
    package func tags(_ reference: ImageReference, limit: Int) async -> Result<[String], RequestFailure> {
        var session = Session(self, reference)
        return await Self.outcome { () throws(RequestFailure) in
            var tags: [String] = []
            var path: String? = "tags/list?n=\(Self.pageSize)"
            var pages = 0
            while let current = path {
                pages += 1
                let response = try await session.list(current)
                guard
                    case .array(let items)? = (try? JSONReader.read(response.body, sizeLimit: Self.bodyLimit))?.value[
                        "tags"]
                else {
                    throw .transient(
                        "\(reference.registry): what came is no list of tags: \(MalformedResponse.describe(response))")
                }
                tags += items.compactMap { if case .string(let tag) = $0 { tag } else { nil } }
                guard tags.count <= limit, pages < Self.pageLimit else {
                    throw .permanent(
                        "\(reference.registry) has more than \(limit) tags of \(reference.repository)", hint: nil)
                }
                path = try Self.nextPath(response, reference)
                guard path != current else { throw .transient("\(reference.registry): the list's pages lead nowhere") }
            }
            return tags
        }
    }

    /// The digest behind a tag. Asked without the content, which Docker Hub would count as a pull.
    package func digest(_ reference: ImageReference) async -> Result<String, RequestFailure> {
        var session = Session(self, reference)
        return await Self.outcome { () throws(RequestFailure) in try await session.digest() }
    }

    /// The path below `/v2/REPOSITORY/` of the next page; nil when there is none.
    private static func nextPath(
        _ response: HTTPResponse, _ reference: ImageReference
    ) throws(RequestFailure) -> String? {
        guard let next = GitHubClient.nextPage(response) else { return nil }
        let start = "/v2/\(reference.repository)/"
        guard let range = next.firstRange(of: start), next.hasPrefix("/") || next.contains("://\(reference.apiHost)/")
        else {
            throw .permanent("\(reference.registry) leads to another place for the next page of its list", hint: nil)
        }
        return String(next[range.upperBound...])
    }
}
