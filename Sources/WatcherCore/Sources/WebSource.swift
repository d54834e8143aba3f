/// A source that is read by requests over HTTP: which ones, and what the responses say. Pure; `WebSourceClient` sends.
package protocol WebSource: ReleaseSource {
    /// The address of the server that gets all requests; a redirect to another is an error.
    func server(_ values: SecretValues) -> String

    /// The first request of a check. `isSweep`: all pages are wanted, not the newest releases only.
    func firstRequest(isSweep: Bool, _ values: SecretValues) -> SourceRequest

    /// Reads a response with any status; `SourceResponse.accepted` sorts out the usual ones.
    func page(_ response: SourceResponse, to request: SourceRequest) throws(RequestFailure) -> SourcePage

    /// Asks who the repository is; nil where nothing but the address can say.
    func identityRequest(_ values: SecretValues) -> SourceRequest?
    func identity(_ response: SourceResponse) throws(RequestFailure) -> RepositoryIdentity
}

extension WebSource {
    package func identityRequest(_ values: SecretValues) -> SourceRequest? { nil }

    package func identity(_ response: SourceResponse) throws(RequestFailure) -> RepositoryIdentity { addressIdentity }

    /// Who the upstream is, where nothing but its address can say.
    package var addressIdentity: RepositoryIdentity { RepositoryIdentity(id: addressID, fullName: name) }

    private var addressID: SourceID { SourceID("\(Self.key):\(name)") ?? SourceID(tag: "address", object: Self.key) }

    /// Host and port of an address, and a mark of the token: limits are counted for both.
    static func account(_ address: String, _ token: Secret? = nil) -> String {
        let origin = WebAddress(address)?.origin ?? address
        let host = origin.firstRange(of: "://").map { origin[$0.upperBound...] } ?? origin[...]
        return host + (token.map { "#" + StableHash("\(String(reflecting: $0))").name.prefix(6) } ?? "")
    }
}

/// What is requested from a server.
package struct SourceRequest: Sendable, Equatable {
    package var url: String
    package var headers: [SourceHeader]
    /// Posted; nil for GET.
    package var body: [UInt8]?

    package init(_ url: String, headers: [SourceHeader] = [], body: [UInt8]? = nil) {
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// The same for another address of the server: the next page.
    func at(_ url: String) -> SourceRequest {
        var other = self
        other.url = url
        return other
    }
}

package struct SourceHeader: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// One page of a list.
package struct SourcePage: Sendable, Equatable {
    package var releases: [Release]
    /// What to request for the rest; nil when there is none.
    package var next: SourceRequest?
    /// Whether `next` replaces the request that was made, in place of adding to its releases.
    package var isReplaced = false

    package init(_ releases: [Release], next: SourceRequest? = nil) {
        self.releases = releases
        self.next = next
    }

    /// Nothing yet: another request says it.
    static func instead(_ request: SourceRequest) -> SourcePage {
        var page = SourcePage([], next: request)
        page.isReplaced = true
        return page
    }
}

/// What a server answered, with what the transport's own fields say.
package struct SourceResponse: Sendable {
    package let status: Int
    package let body: [UInt8]
    /// For errors: whom the program talks to.
    package let server: String
    /// What came, in words, without repeating it.
    package let summary: String
    /// Seconds of `Retry-After`.
    private let retryAfter: Int64?
    /// The values of a field, by its name in lower case.
    private let fields: @Sendable (String) -> [String]

    package init(
        status: Int, body: [UInt8], server: String, summary: String, retryAfter: Int64?,
        fields: @escaping @Sendable (String) -> [String]
    ) {
        self.status = status
        self.body = body
        self.server = server
        self.summary = summary
        self.retryAfter = retryAfter
        self.fields = fields
    }

    func field(_ name: String) -> String? { fields(name).first }

    /// Throws what a status other than 200 means.
    ///
    /// `hint` is for what is not found, or not allowed.
    func accepted(hint: String? = nil) throws(RequestFailure) {
        guard status != 200 else { return }
        let said = "\(server) answered \(status)\(words.map { ": " + $0 } ?? "")"
        switch status {
        case 200...399: throw .transient("\(said) (\(summary))")
        case 429, 503: throw .rateLimited(seconds: retryAfter, said)
        case 401, 403, 404, 410, 451:
            if let retryAfter { throw .rateLimited(seconds: retryAfter, said) }
            throw .permanent(said, hint: hint)
        case 400, 405, 406, 422: throw .permanent(said, hint: hint)
        default:
            if let retryAfter { throw .rateLimited(seconds: retryAfter, said) }
            throw .transient(said)
        }
    }

    /// The server's own words for an error, where it sends JSON.
    private var words: String? {
        guard let value = try? JSONReader.read(body).value else { return nil }
        let words = value.word("message") ?? value.word("error_description") ?? value.word("error")
        return words.map { $0.cleanedLine(limit: Self.wordsLimit) }
    }
    /// UTF-16 units.
    private static let wordsLimit = 300

    /// The address of `rel="next"`; of the same server, or relative to it.
    var nextPage: String? {
        for link in fields("link").joined(separator: ",").split(separator: ",") {
            guard let open = link.firstIndex(of: "<"), let close = link.firstIndex(of: ">"), open < close,
                link[close...].contains("rel=\"next\"") || link[close...].contains("rel=next")
            else { continue }
            return String(link[link.index(after: open)..<close])
        }
        return nil
    }

    /// The body as JSON; `limit` bytes at most.
    func json(limit: Int = bodyLimit) throws(RequestFailure) -> JSONValue {
        do throws(JSONSyntaxError) {
            return try JSONReader.read(body, sizeLimit: limit).value
        } catch {
            throw malformed("it is no JSON (line \(error.position.line): \(error.reason))")
        }
    }

    /// Bytes of a response, unpacked.
    package static let bodyLimit = 48 << 20

    /// A response that is not what was asked for; it may be another one next time.
    func malformed(_ what: String) -> RequestFailure {
        .transient("the response of \(server) cannot be read: \(what); \(summary)")
    }
}
