package import Curl
import FoundationEssentials
package import WatcherCore

/// Who makes requests to GitHub.
package enum GitHubLogin: Sendable {
    case nobody
    case token(String)
    case app(InstallationTokens)
}

/// GitHub's REST API at one base URL with one login: requests, redirects, limits, and errors in words.
///
/// The token goes to the API's own host and nowhere else: redirects are followed by hand, and only to the same scheme,
/// host and port. Facts about the API stand beside the code that depends on them.
package final class GitHubClient: Sendable {
    private let http: HTTPClient
    private let origin: String
    private var base: String { apiURL }
    /// As configured, without a trailing slash.
    package let apiURL: String
    package let login: GitHubLogin
    private let network: HTTPNetwork
    private let pace: RequestPace
    /// Of GraphQL, whose limits are its own.
    let surveyPace: RequestPace
    let version: APIVersion

    /// How many redirects one request may take: a renamed repository needs one.
    package static let redirectLimit = 5
    /// The largest answer that is not a list, in bytes.
    package static let bodyLimit = 4 << 20

    package init(
        _ http: HTTPClient, apiURL: String, login: GitHubLogin, network: HTTPNetwork = HTTPNetwork(),
        version: APIVersion = APIVersion(), pace: RequestPace = RequestPace(), surveyPace: RequestPace = RequestPace()
    ) {
        self.http = http
        self.apiURL = apiURL
        origin = Self.origin(of: apiURL)
        self.login = login
        self.network = network
        self.version = version
        self.pace = pace
        self.surveyPace = surveyPace
    }

    package convenience init(
        _ http: HTTPClient, apiURL: String, token: String?, network: HTTPNetwork = HTTPNetwork(),
        version: APIVersion = APIVersion(), pace: RequestPace = RequestPace()
    ) {
        self.init(
            http, apiURL: apiURL, login: token.map(GitHubLogin.token) ?? .nobody, network: network, version: version,
            pace: pace)
    }

    /// An answer that is no error, and what the server said about our budget; or why there is none.
    package struct GitHubResponse: Sendable {
        package var result: Result<HTTPResponse, Failure>
        package var reading: RateLimitReading
        /// In whose name an answer was given: it may be in its text. What refuses is masked already.
        var token: String?
    }

    package enum Failure: Error, Sendable {
        /// No answer: what the HTTP client says.
        case transport(HTTPError)
        /// An answer that says no.
        case refused(status: Int, RequestFailure)
        /// It was not sent: there is no installation's token, its account is paused, or it was cancelled while it waited
        /// for its turn.
        case unsent(RequestFailure)

        /// Folded for looks at things, where it does not matter whether the request was read.
        package var requestFailure: RequestFailure {
            switch self {
            case .transport(.cancelled), .transport(.shutDown): .cancelled
            case .transport(let error): .transient(error.description)
            // Somebody in between (a login page, a page for an outage) answered, and may be gone at the next look.
            case .refused(status: 0, let failure): .transient(failure.reason)
            case .refused(_, let failure), .unsent(let failure): failure
            }
        }
    }

    package func get(_ path: String, etag: String? = nil, bodyLimit: Int = bodyLimit) async -> GitHubResponse {
        await send(.get, path, body: nil, etag: etag, bodyLimit: bodyLimit, pace)
    }

    package func post(_ path: String, body: [UInt8]) async -> GitHubResponse {
        await post(path, body: body, pace)
    }

    func post(_ path: String, body: [UInt8], _ pace: RequestPace) async -> GitHubResponse {
        await send(.post, path, body: body, etag: nil, bodyLimit: Self.bodyLimit, pace)
    }

    /// A path below the base, or a whole URL on the same host (from a `Link` header). Another host is an error.
    private func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8]?, etag: String?, bodyLimit: Int,
        _ pace: RequestPace
    ) async -> GitHubResponse {
        var url = path.hasPrefix("/") ? base + path : path
        /// Whether the URL is made of our own base, and so leads nowhere else.
        var isOurs = path.hasPrefix("/")
        var requests = 0
        var token: String?
        var isRenewed = false
        switch login {
        case .nobody: break
        case .token(let text): token = text
        case .app(let tokens):
            switch await tokens.current() {
            case .success(let found): token = found.token
            case .failure(let unavailable): return GitHubResponse(unavailable)
            }
        }
        while true {
            guard isOurs || Self.origin(of: url) == origin else {
                let host = Self.origin(of: url)
                return GitHubResponse(
                    result: .failure(
                        .refused(
                            status: 0,
                            .permanent("GitHub redirects to another host (\(host)), which is never followed", hint: nil)
                        )),
                    reading: RateLimitReading(requests: max(requests, 1)))
            }
            if let refusal = await pace.turn() {
                return GitHubResponse(
                    result: .failure(.unsent(refusal)), reading: RateLimitReading(requests: requests))
            }
            let asked = version.current
            requests += 1
            let response: HTTPResponse
            do throws(HTTPError) {
                response = try await http.send(
                    HTTPRequest(
                        method: method, url: url,
                        headers: headers(body: body, etag: etag, version: asked, token: token), body: body,
                        bodyLimit: bodyLimit, network: network))
            } catch {
                return GitHubResponse(
                    result: .failure(.transport(error)), reading: RateLimitReading(requests: requests))
            }
            var reading = RateLimitReading(response)
            reading.requests = requests
            switch response.status {
            case 200...299, 304: return GitHubResponse(result: .success(response), reading: reading, token: token)
            case 400 where Self.isAboutVersion(response) && version.fallBack(from: asked):
                // A server that does not know the version has done nothing: asking again is safe.
                continue
            case 301, 302, 303, 307, 308:
                // A renamed repository: 301 for GET, 307 for POST. A POST that would become a GET is not followed.
                guard requests <= Self.redirectLimit, let location = response.headers["location"],
                    method == .get || response.status >= 307
                else { break }
                // `//host/path` names another host, under our scheme.
                url =
                    location.hasPrefix("//")
                    ? origin.prefix { $0 != ":" } + ":" + location
                    : location.hasPrefix("/") ? origin + location : location
                isOurs = false
                continue
            case 401:
                // An installation's token may be withdrawn before its end; whoever refuses it has done nothing.
                guard case .app(let tokens) = login, !isRenewed, let refused = token,
                    let replacement = await tokens.replacement(for: refused)
                else { break }
                isRenewed = true
                switch replacement {
                case .success(let found): token = found.token
                case .failure(let unavailable): return GitHubResponse(unavailable, reading)
                }
                continue
            default: break
            }
            let refusal = RequestFailure(response, login)
            pace.note(refusal)
            return GitHubResponse(
                result: .failure(
                    .refused(status: response.status, token.map { Redactor([$0]).mask(refusal) } ?? refusal)),
                reading: reading)
        }
    }

    /// Whether a refusal is GitHub's own about the API version: a proxy's 400 says nothing of the kind.
    private static func isAboutVersion(_ response: HTTPResponse) -> Bool {
        struct Body: Decodable { var message: String }
        let body = try? JSONDecoder().decode(Body.self, from: Data(response.body))
        return body?.message.lowercased().contains("version") == true
    }

    private func headers(
        body: [UInt8]?, etag: String?, version: String, token: String?
    ) -> [(name: String, value: String)] {
        var headers = [
            (name: "Accept", value: "application/vnd.github+json"), (name: "X-GitHub-Api-Version", value: version),
        ]
        if let token { headers.append((name: "Authorization", value: "Bearer " + token)) }
        if let etag { headers.append((name: "If-None-Match", value: etag)) }
        if body != nil { headers.append((name: "Content-Type", value: "application/json")) }
        return headers
    }

    /// Scheme, host and port in one spelling; the whole text where it is no URL at all.
    private static func origin(of url: String) -> String {
        guard let colon = url.firstRange(of: "://") else { return url }
        let scheme = url[..<colon.lowerBound].lowercased()
        let rest = url[colon.upperBound...]
        var authority = rest[..<(rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex)].lowercased()
        let standard = scheme == "https" ? ":443" : ":80"
        if authority.hasSuffix(standard) { authority.removeLast(standard.count) }
        return scheme + "://" + authority
    }
}

extension GitHubClient.GitHubResponse {
    /// For want of a token. What was said of the limits in that answer is not about the installation's.
    fileprivate init(_ unavailable: InstallationTokens.Unavailable, _ reading: RateLimitReading? = nil) {
        var reading = reading ?? RateLimitReading(requests: 0)
        reading.date = unavailable.date ?? reading.date
        self.init(result: .failure(.unsent(unavailable.failure)), reading: reading)
    }
}

extension RateLimitReading {
    /// Reads the headers that come with every answer, 304 included.
    init(_ response: HTTPResponse) {
        let headers = response.headers
        let date = headers["date"].flatMap { HTTPDate($0)?.time }
        let reset = headers["x-ratelimit-reset"].flatMap { Int64($0) }
        self.init(
            limit: headers["x-ratelimit-limit"].flatMap { Int($0) },
            remaining: headers["x-ratelimit-remaining"].flatMap { Int($0) },
            // By the server's own clock, so that ours may be wrong.
            resetIn: reset.flatMap { reset in date.map { max(Timestamp(seconds: reset).seconds(since: $0), 0) } },
            date: date)
        if let text = headers["github-authentication-token-expiration"] {
            // `2024-05-13 19:47:28 UTC`
            tokenExpiresAt = Timestamp(String(text.prefix(19)) + "Z")
        }
        if let sunset = headers["sunset"] ?? headers["deprecation"] {
            retirement =
                "GitHub will retire what is used here (\(sunset.cleanedLine(limit: 80))): watcher must be updated"
        }
    }
}
