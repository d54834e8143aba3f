import Curl
import Testing
import WatcherCore

@testable import WatcherService

@Suite("What GitHub's answers mean") struct GitHubTroubleTests {
    private static let date = "Mon, 03 Aug 2026 10:00:00 GMT"
    /// The same moment in seconds since 1970.
    private static let epoch = 1_785_751_200

    private func response(_ status: Int, _ message: String?, _ headers: [(String, String)]) -> HTTPResponse {
        let body = message.map { #"{"message": "\#($0)"}"# } ?? ""
        return HTTPResponse(
            status: status,
            headers: HTTPHeaders([("Date", Self.date)] + headers.map { (name: $0.0, value: $0.1) }),
            body: Array(body.utf8))
    }

    /// The wait in seconds; nil for none, -1 for one without a named time.
    private func wait(_ status: Int, _ message: String?, _ headers: [(String, String)]) -> Int64? {
        guard case .rateLimited(let seconds, _) = RequestFailure(response(status, message, headers), .token("token"))
        else {
            return nil
        }
        return seconds ?? -1
    }

    static let primary = "API rate limit exceeded for user ID 1."
    static let secondary = "You have exceeded a secondary rate limit. Please wait a few minutes."

    @Test(
        "a limit is told from a permission, and its wait is never too short",
        arguments: [
            ([("Retry-After", "60")], secondary, 60), ([("Retry-After", " 7 ")], secondary, 7),
            ([("Retry-After", "0")], secondary, 1), ([("Retry-After", "")], secondary, 60),
            ([("Retry-After", "soon")], secondary, 60), ([("Retry-After", "-1")], secondary, 60),
            ([("Retry-After", "Mon, 03 Aug 2026 10:02:00 GMT")], secondary, 120),
            ([("Retry-After", "Mon, 03 Aug 2026 09:00:00 GMT")], secondary, 1),
            ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "\(epoch + 90)")], primary, 91),
            ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "\(epoch - 90)")], primary, 1),
            ([("X-RateLimit-Remaining", "0")], primary, 60),
            ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "never")], primary, 60),
            (
                [("Retry-After", "5"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "\(epoch + 90)")], primary,
                5
            ),
            ([("X-RateLimit-Remaining", "10")], secondary, -1),
            ([], "You have triggered an abuse detection mechanism.", -1),
            ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "9223372036854775807")], primary, nil),
        ] as [([(String, String)], String, Int64?)])
    func limits(_ headers: [(String, String)], _ message: String, _ expected: Int64?) {
        for status in [403, 429] {
            let wait = wait(status, message, headers)
            // A time beyond all reason is some time, and no trap.
            if let expected { #expect(wait == expected) } else { #expect((wait ?? 0) > 0) }
        }
    }

    @Test("429 is a limit whatever it says, 403 is one only when it says so") func bare() {
        #expect(wait(429, nil, []) == -1)
        #expect(wait(429, "anything", []) == -1)
        #expect(wait(403, nil, []) == nil)
        #expect(wait(403, "Resource not accessible by integration", [("X-RateLimit-Remaining", "17")]) == nil)
    }

    @Test(
        "each refusal is lasting or passing, in GitHub's words",
        arguments: [
            (401, "Bad credentials", true), (403, "Resource not accessible by personal access token", true),
            (404, "Not Found", true), (410, "gone", true), (422, "No ref found for: x", true), (451, "blocked", true),
            (400, "Problems parsing JSON", true), (500, "oops", false), (502, "Server Error", false), (503, "", false),
            (408, "late", false), (418, "teapot", false), (301, "moved", false),
        ])
    func kinds(_ status: Int, _ message: String, _ isLasting: Bool) {
        let trouble = RequestFailure(response(status, message, []), .token("token"))
        if case .permanent = trouble { #expect(isLasting) } else { #expect(!isLasting) }
        #expect(trouble.reason.contains("\(status)"))
        if status != 301 { #expect(trouble.reason.contains(message)) }
    }

    @Test(
        "what GitHub adds to its words is told too, in each of its forms",
        arguments: [
            (#"{"message":"Validation Failed","errors":["first","second"]}"#, "Validation Failed; first; second"),
            (
                #"{"message":"M","errors":[{"resource":"Release","field":"tag","code":"missing"}]}"#,
                "M; Release tag missing"
            ),
            (#"{"message":"M","errors":[{"message":"why"}]}"#, "M; why"), (#"{"message":"M","errors":[1]}"#, "M"),
            (#"{"message":"two\nlines\u001b[2J"}"#, "two"), ("<html>", "no JSON but 6 bytes"),
            ("null", "no JSON but 4 bytes"),
        ])
    func words(_ body: String, _ words: String) {
        let response = HTTPResponse(status: 422, body: Array(body.utf8))
        let reason = RequestFailure(response, .token("token")).reason
        #expect(reason.hasPrefix("GitHub answered 422: \(words)"), "\(reason)")
        #expect(!reason.contains("\u{1B}") && !reason.contains("\n"))
    }

    @Test("the budget is read by the server's own clock") func reading() {
        let reading = RateLimitReading(
            response(
                200, nil,
                [
                    ("X-RateLimit-Limit", "5000"), ("X-RateLimit-Remaining", "4999"),
                    ("X-RateLimit-Reset", "\(Self.epoch + 1800)"), ("Sunset", "Fri, 10 Mar 2028 00:00:00 GMT"),
                    ("GitHub-Authentication-Token-Expiration", "2026-08-10 19:47:28 UTC"),
                ]))
        #expect(reading.limit == 5000 && reading.remaining == 4999 && reading.resetIn == 1800)
        #expect(reading.date == Timestamp(seconds: Int64(Self.epoch)))
        #expect(reading.tokenExpiresAt == Timestamp("2026-08-10T19:47:28Z"))
        #expect(reading.retirement?.contains("10 Mar 2028") == true)
        let nonsense = RateLimitReading(
            response(
                200, nil,
                [
                    ("X-RateLimit-Limit", "many"), ("X-RateLimit-Remaining", "-"), ("X-RateLimit-Reset", "1e9"),
                    ("GitHub-Authentication-Token-Expiration", "never"),
                ]))
        #expect(nonsense.limit == nil && nonsense.remaining == nil && nonsense.resetIn == nil)
        #expect(nonsense.tokenExpiresAt == nil)
    }

    @Test(
        "the next page is the one that is named so",
        arguments: [
            (#"<https://x/2>; rel="next", <https://x/9>; rel="last""#, "https://x/2"),
            (#"<https://x/1>; rel="prev", <https://x/3>; rel="next""#, "https://x/3"),
            (#"<https://x/1>; rel="first""#, nil), ("", nil), ("nonsense", nil), (#"rel="next""#, nil),
            (#">https://x<; rel="next""#, nil), (#"<>; rel="next""#, ""),
        ] as [(String, String?)])
    func nextPage(_ link: String, _ expected: String?) {
        let response = HTTPResponse(status: 200, headers: HTTPHeaders([(name: "Link", value: link)]))
        #expect(GitHubClient.nextPage(response) == expected)
    }
}
