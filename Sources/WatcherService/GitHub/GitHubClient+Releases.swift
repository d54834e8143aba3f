import Curl
import FoundationEssentials
package import WatcherCore

extension GitHubClient {
    /// The largest unpacked page of releases: 100 releases with 28 assets each are about 5 MB.
    package static let listLimit = 48 << 20
    /// How many pages of 100 are read at most: GitHub itself lists no more than 10 000 results.
    package static let pageLimit = 100
    /// The most releases that one check takes: as many as all its pages of 100 hold.
    package static let releaseLimit = 10_000
    /// Unpacked bytes of all pages that one check takes: ten times what a large repository sends.
    package static let checkLimit = 256 << 20

    /// One look at the first page, or at all pages and the repository's identity.
    package func check(_ repository: String, isSweep: Bool, etag: String?) async -> (CheckOutcome, RateLimitReading) {
        var reading = RateLimitReading(requests: 0)
        var identity: RepositoryIdentity?
        if isSweep {
            let (found, one) = await identify(repository)
            reading.add(one)
            switch found {
            case .success(let known): identity = known
            case .failure(let failure): return (.failed(failure), reading)
            }
        }
        let size = isSweep ? 100 : UpstreamState.firstPage
        var next: String? = "/repos/\(repository)/releases?per_page=\(size)"
        var releases: [Release] = []
        var firstETag: String?
        var pages = 0
        var bytes = 0
        var visited: Set<String> = []
        while let path = next, pages < Self.pageLimit {
            guard visited.insert(path).inserted else {
                return (
                    .failed(.transient("page \(pages) of the list of releases names a page as next that was read")),
                    reading
                )
            }
            let answer = await get(path, etag: etag, bodyLimit: Self.listLimit)
            reading.add(answer.reading)
            let response: HTTPResponse
            switch answer.result {
            case .failure(let failure): return (.failed(failure.requestFailure), reading)
            case .success(let success): response = success
            }
            if response.status == 304 {
                // Only ever asked for with the ETag of the first page.
                return (
                    etag == nil ? .failed(.transient("GitHub answered 304 although no ETag was sent")) : .unchanged,
                    reading
                )
            }
            do throws(RequestFailure) {
                releases += try ReleasePage.decode(response)
            } catch {
                return (.failed(error), reading)
            }
            pages += 1
            bytes += response.body.count
            guard releases.count <= Self.releaseLimit, bytes <= Self.checkLimit else {
                let found =
                    releases.count > Self.releaseLimit
                    ? "more than \(Self.releaseLimit) releases" : "more than \(Self.checkLimit >> 20) MiB"
                return (.failed(.transient("the list of releases is too large: \(found) in \(pages) pages")), reading)
            }
            if pages == 1 { firstETag = response.headers["etag"].flatMap(Self.usable) }
            next = Self.nextPage(response)
            if !isSweep { break }
        }
        var ids: Set<SourceID> = []
        // Pages shift while they are read: the same release can be on two of them.
        releases.removeAll { !ids.insert($0.id).inserted }
        let list = ReleaseList(
            releases: releases, isComplete: next == nil || pages == Self.pageLimit, isSweep: isSweep,
            etag: isSweep ? nil : firstETag, identity: identity)
        return (.list(list), reading)
    }

    /// Who the repository is now, after renames.
    package func identify(_ repository: String) async -> (Result<RepositoryIdentity, RequestFailure>, RateLimitReading)
    {
        struct Repository: Decodable {
            var id: Int64
            var fullName: String
            var archived: Bool?
            var nodeID: String?

            enum CodingKeys: String, CodingKey {
                case id, archived
                case fullName = "full_name"
                case nodeID = "node_id"
            }
        }
        let answer = await get("/repos/\(repository)")
        let result = answer.result.mapError(\.requestFailure).flatMap {
            response -> Result<RepositoryIdentity, RequestFailure> in
            guard let body = try? JSONDecoder().decode(Repository.self, from: Data(response.body)), body.id > 0 else {
                return .failure(
                    .transient(
                        "what GitHub says of \(repository) is no repository: \(MalformedResponse.describe(response))"))
            }
            let name = body.fullName.cleanedLine(limit: 200)
            return .success(
                RepositoryIdentity(
                    id: SourceID(body.id), fullName: name, isArchived: body.archived ?? false,
                    nodeID: body.nodeID.flatMap { SurveyQuery.isUsable($0) ? $0 : nil }))
        }
        return (result, answer.reading)
    }

    /// One release by its tag.
    package func release(_ repository: String, tag: String) async -> Result<Release, RequestFailure> {
        await get("/repos/\(repository)/releases/tags/\(Tag.pathSegment(tag))", bodyLimit: Self.listLimit).result
            .mapError(\.requestFailure).flatMap { response in
                do throws(RequestFailure) { return .success(try ReleasePage.decodeOne(response)) } catch {
                    return .failure(error)
                }
            }
    }

    /// An ETag is sent back byte for byte; one that could not be a header is not kept.
    private static func usable(_ etag: String) -> String? {
        etag.utf8.count <= 200 && etag.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? etag : nil
    }

    /// The URL of `rel="next"`; page URLs are never built.
    static func nextPage(_ response: HTTPResponse) -> String? {
        for link in response.headers.all("link").joined(separator: ",").split(separator: ",") {
            guard let open = link.firstIndex(of: "<"), let close = link.firstIndex(of: ">"), open < close,
                link[close...].contains("rel=\"next\"")
            else { continue }
            return String(link[link.index(after: open)..<close])
        }
        return nil
    }
}

extension RateLimitReading {
    /// The newer reading counts; requests add up.
    mutating func add(_ other: RateLimitReading) {
        let sum = requests + other.requests
        let (expires, retires) = (tokenExpiresAt, retirement)
        self = other
        requests = sum
        tokenExpiresAt = tokenExpiresAt ?? expires
        retirement = retirement ?? retires
    }
}
