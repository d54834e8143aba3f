import Curl
import FoundationEssentials
import WatcherCore

extension RequestFailure {
    /// Tells apart every refusal that GitHub is known to give, in the order that its documentation asks for:
    /// `retry-after`, then an exhausted budget, then a limit without a named time; all else is no limit.
    init(_ response: HTTPResponse, _ login: GitHubLogin) {
        let words = Self.words(of: response)
        let said = "GitHub answered \(response.status)\(words.map { ": " + $0 } ?? "")"
        switch response.status {
        case 301, 302, 303, 307, 308:
            self = .transient("GitHub answered \(response.status): too many redirects, or one that leads nowhere")
        case 401:
            self = .permanent(said, hint: login.hintAtRefusal)
        case 403, 429:
            if let seconds = Self.limit(response, words) {
                self = .rateLimited(seconds: seconds, said)
            } else if response.status == 429 || Self.isLimit(words) {
                self = .rateLimited(seconds: nil, said)
            } else {
                let needed = response.headers["x-accepted-github-permissions"].map {
                    " (needed: \($0.cleanedLine(limit: 200)))"
                }
                self = .permanent(
                    said, hint: words?.contains("blocked") == true ? nil : login.hint(atForbidden: words, needed ?? ""))
            }
        case 404:
            self = .permanent(said, hint: login.hintAtMissing)
        case 410: self = .permanent(said, hint: "this API version is retired: update watcher")
        case 451: self = .permanent(said, hint: "the repository is blocked for legal reasons")
        case 400, 422: self = .permanent(said, hint: nil)
        default:
            // An outage may name its end, too.
            self = response.retryAfter.map { .rateLimited(seconds: $0, said) } ?? .transient(said)
        }
    }

    /// A limit with a time: seconds to wait, rounded up.
    private static func limit(_ response: HTTPResponse, _ words: String?) -> Int64? {
        if let seconds = response.retryAfter { return seconds }
        guard response.headers["x-ratelimit-remaining"] == "0" else { return nil }
        return RateLimitReading(response).resetIn.map { $0 + 1 } ?? 60
    }

    private static func isLimit(_ words: String?) -> Bool {
        guard let words = words?.lowercased() else { return false }
        return ["secondary rate", "rate limit exceeded", "abuse detection", "number of login attempts exceeded"]
            .contains { words.contains($0) }
    }

    /// GitHub's own words: `message` and what `errors` adds; for another kind of body, its kind.
    private static func words(of response: HTTPResponse) -> String? {
        struct Body: Decodable {
            var message: String?
            var error: String?
            var errors: [Item]?
        }
        struct Item: Decodable {
            var text: String?

            init(from decoder: any Decoder) throws {
                struct Fields: Decodable {
                    var message: String?
                    var resource: String?
                    var field: String?
                    var code: String?
                }
                if let text = try? decoder.singleValueContainer().decode(String.self) {
                    self.text = text
                } else if let fields = try? Fields(from: decoder) {
                    text =
                        fields.message
                        ?? [fields.resource, fields.field, fields.code].compactMap { $0 }.joined(separator: " ")
                }
            }
        }
        if let body = try? JSONDecoder().decode(Body.self, from: Data(response.body)) {
            guard let message = body.message ?? body.error else { return "a JSON object without a message" }
            let more = (body.errors ?? []).prefix(5).compactMap(\.text).filter { !$0.isEmpty && !message.contains($0) }
            return ([message] + more).joined(separator: "; ").cleanedLine(limit: 500)
        }
        if response.body.isEmpty { return nil }
        let kind = response.headers["content-type"].map { $0.cleanedLine(limit: 60) } ?? "no named type"
        return "no JSON but \(response.body.count) bytes of \(kind)"
    }
}

extension GitHubLogin {
    /// Of 401.
    fileprivate var hintAtRefusal: String {
        if case .app = self { return "the installation's token is refused: is the app still installed and active?" }
        return "the token is wrong or has expired: make a new one"
    }

    /// Of 403 that is no limit.
    fileprivate func hint(atForbidden words: String?, _ needed: String) -> String {
        switch self {
        case .nobody: "it may need a token: github.token"
        case .token: "the token may not do this\(needed): Actions: write is needed to dispatch"
        case .app where words?.lowercased().contains("suspended") == true:
            "the installation is suspended: its owner can unsuspend it in its settings"
        case .app:
            "the app may not do this\(needed), or is not installed there: Actions: write is needed to dispatch"
        }
    }

    /// Of 404.
    fileprivate var hintAtMissing: String {
        switch self {
        case .nobody: "is the name right? a private repository needs a token"
        case .token: "is the name right, and may the token see it?"
        case .app: "is the name right, and does the app's installation see it?"
        }
    }
}

extension HTTPResponse {
    /// Seconds of `Retry-After`, rounded up; a minute where it says neither a number nor a date; nil without one.
    var retryAfter: Int64? {
        headers["retry-after"].map { after in
            if let seconds = Int64(after.trimmed), seconds >= 0 { return max(seconds, 1) }
            if let date = HTTPDate(after)?.time, let now = headers["date"].flatMap({ HTTPDate($0)?.time }) {
                return max(date.seconds(since: now), 1)
            }
            return 60
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
