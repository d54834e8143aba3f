package import Curl
package import WatcherCore

/// Sends the requests of a `WebSource`, page after page. What a server says of its limits comes back with the outcome.
///
/// Secrets are in requests to the source's own server only: a redirect to another host is an error.
package struct WebSourceClient: SourceClient {
    private let source: any WebSource
    private let values: SecretValues
    private let http: HTTPClient
    private let network: HTTPNetwork
    private let pace: RequestPace

    /// Pages of one list.
    package static let pageLimit = 200
    /// Redirects of one request.
    package static let redirectLimit = 5
    /// Bytes of all pages of one check.
    package static let totalLimit = 96 << 20

    package init(
        _ source: any WebSource, _ values: SecretValues, _ http: HTTPClient, network: HTTPNetwork, pace: RequestPace
    ) {
        self.source = source
        self.values = values
        self.http = http
        self.network = network
        self.pace = pace
    }

    package func check(isSweep: Bool, etag: String?) async -> (CheckOutcome, RateLimitReading?) {
        var reading = RateLimitReading(requests: 0)
        do throws(RequestFailure) {
            var identity: RepositoryIdentity? = source.addressIdentityIfAny(values)
            if isSweep, identity == nil { identity = try await self.identity(&reading) }
            var list = ReleaseList(releases: [], isComplete: true, isSweep: isSweep, identity: identity)
            var next: SourceRequest? = source.firstRequest(isSweep: isSweep, values)
            var asked: Set<String> = []
            var (pages, bytes) = (0, 0)
            while let request = next {
                guard asked.insert(request.url + (request.body == nil ? "" : " ")).inserted else {
                    throw .transient("\(source.name): the list's pages lead back to one that was read")
                }
                let isFirst = pages == 0
                let response = try await send(request, etag: isFirst ? etag : nil, &reading)
                if response.status == 304 {
                    guard isFirst, etag != nil else { throw .transient("\(source.name) answered 304 unasked") }
                    return (.unchanged, reading)
                }
                bytes += response.body.count
                guard bytes <= Self.totalLimit else {
                    throw .permanent("\(source.name): the list has more than \(Self.totalLimit >> 20) MiB", hint: nil)
                }
                let answer = sourceResponse(response)
                let page = try read { () throws(RequestFailure) in try source.page(answer, to: request) }
                list.releases += page.releases
                next = try page.next.map { next throws(RequestFailure) in try absolute(next, after: request) }
                if page.isReplaced { continue }
                pages += 1
                if pages == 1, !isSweep { list.etag = response.validator }
                // The newest are on the first page of a list that has pages; the rest is for a sweep.
                if next != nil, !isSweep {
                    list.isComplete = false
                    break
                }
                if pages == Self.pageLimit { break }
            }
            var ids: Set<SourceID> = []
            // Pages shift while they are read: the same release can be on two of them.
            list.releases.removeAll { !ids.insert($0.id).inserted }
            return (.list(list), reading)
        } catch {
            return (.failed(error), reading.requests == 0 ? nil : reading)
        }
    }

    package func identify() async -> (Result<RepositoryIdentity, RequestFailure>, RateLimitReading?) {
        var reading = RateLimitReading(requests: 0)
        do throws(RequestFailure) {
            return (.success(try await identity(&reading)), reading)
        } catch {
            return (.failure(error), reading)
        }
    }

    private func identity(_ reading: inout RateLimitReading) async throws(RequestFailure) -> RepositoryIdentity {
        guard let request = source.identityRequest(values) else { return source.addressIdentity }
        let response = sourceResponse(try await send(request, etag: nil, &reading))
        return try read { () throws(RequestFailure) in try source.identity(response) }
    }

    /// Reads a response. A pause that it asks for is one for all requests on the account.
    private func read<Value>(_ body: () throws(RequestFailure) -> Value) throws(RequestFailure) -> Value {
        do throws(RequestFailure) {
            return try body()
        } catch {
            pace.note(error)
            throw error
        }
    }

    // MARK: - Requests

    private func send(
        _ request: SourceRequest, etag: String?, _ reading: inout RateLimitReading
    ) async throws(RequestFailure) -> HTTPResponse {
        var url = request.url
        var redirects = 0
        while true {
            var headers = request.headers.map { (name: $0.name, value: $0.value) }
            headers += Self.conditions(etag)
            if let refusal = await pace.turn() { throw refusal }
            reading.requests += 1
            let response: HTTPResponse
            do throws(HTTPError) {
                response = try await http.send(
                    HTTPRequest(
                        method: request.body == nil ? .get : .post, url: url, headers: headers, body: request.body,
                        bodyLimit: SourceResponse.bodyLimit, network: network))
            } catch {
                switch error {
                case .cancelled, .shutDown: throw .cancelled
                case .invalidRequest: throw .permanent(error.description, hint: nil)
                default: throw .transient(error.description)
                }
            }
            reading.note(response)
            guard [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["location"],
                redirects < Self.redirectLimit
            else { return response }
            redirects += 1
            url = try absolute(SourceRequest(location), after: SourceRequest(url)).url
        }
    }

    /// A validator is an ETag, or a date where the server has none.
    private static func conditions(_ validator: String?) -> [(name: String, value: String)] {
        guard let validator else { return [] }
        return [(name: HTTPDate(validator) == nil ? "If-None-Match" : "If-Modified-Since", value: validator)]
    }

    /// The whole address of one that may be relative to another; of the same host, never less protected.
    private func absolute(_ next: SourceRequest, after request: SourceRequest) throws(RequestFailure) -> SourceRequest {
        guard let base = WebAddress(request.url) else { return next }
        var other = next
        if next.url.hasPrefix("//") {
            other.url = base.scheme + ":" + next.url
        } else if next.url.hasPrefix("/") {
            other.url = base.origin + next.url
        } else if next.url.hasPrefix("?") {
            other.url = base.origin + base.path + next.url
        } else if !next.url.contains("://") {
            other.url =
                base.origin + base.path.prefix(through: base.path.lastIndex(of: "/") ?? base.path.startIndex) + next.url
        }
        guard let target = WebAddress(other.url) else {
            throw .transient("\(source.name) names an address that is none")
        }
        guard target.host == base.host, target.scheme == base.scheme || target.scheme == "https",
            target.scheme == base.scheme ? target.port == base.port : target.port == nil, !target.hasUser
        else {
            throw .permanent(
                "\(source.name) leads to another host (\(target.origin)), which is never followed",
                hint: "if that is where it is now, write its address into the configuration")
        }
        return other
    }

    private func sourceResponse(_ response: HTTPResponse) -> SourceResponse {
        let headers = response.headers
        return SourceResponse(
            status: response.status, body: response.body,
            server: WebAddress(source.server(values)).map { String($0.origin.drop { $0 != "/" }.dropFirst(2)) }
                ?? source.name,
            summary: MalformedResponse.describe(response), retryAfter: response.retryAfter,
            fields: { headers.all($0) })
    }
}

extension WebSource {
    /// Who the upstream is, where no request can say.
    fileprivate func addressIdentityIfAny(_ values: SecretValues) -> RepositoryIdentity? {
        identityRequest(values) == nil ? addressIdentity : nil
    }
}

extension HTTPResponse {
    /// What says next time whether anything has changed: an ETag, or the date of the last change.
    fileprivate var validator: String? {
        if let etag = headers["etag"] { return etag.utf8.count <= 200 && etag.isHeaderValue ? etag : nil }
        return headers["last-modified"].flatMap { HTTPDate($0) == nil ? nil : $0 }
    }
}

extension String {
    fileprivate var isHeaderValue: Bool { utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
}

extension RateLimitReading {
    /// What servers other than GitHub say: `RateLimit-*` as GitLab and a draft of the IETF have it, the time as seconds
    /// or as a date since 1970.
    fileprivate mutating func note(_ response: HTTPResponse) {
        let headers = response.headers
        date = headers["date"].flatMap { HTTPDate($0)?.time } ?? date
        limit = headers["ratelimit-limit"].flatMap { Int($0) } ?? limit
        remaining = headers["ratelimit-remaining"].flatMap { Int($0) } ?? remaining
        if let reset = headers["ratelimit-reset"].flatMap({ Int64($0) }), reset >= 0 {
            resetIn = reset < 1_000_000_000 ? reset : date.map { max(Timestamp(seconds: reset).seconds(since: $0), 0) }
        }
    }
}
