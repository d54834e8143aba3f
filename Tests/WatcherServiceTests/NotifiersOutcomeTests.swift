import Curl
import Testing
import WatcherCore
import WatcherService

@Suite("What a receiver's answer means")
struct NotifiersOutcomeTests {
    enum Kind: String { case delivered, retry, refused }

    static func kind(_ outcome: DeliveryOutcome) -> Kind {
        switch outcome {
        case .delivered: .delivered
        case .retry: .retry
        case .refused: .refused
        }
    }

    static func outcome(
        _ service: String, _ status: Int, _ body: String = "", _ headers: [(name: String, value: String)] = [],
        at now: Timestamp? = nil
    ) throws -> DeliveryOutcome {
        let config = try #require(NotifiersFixtures.services[service])
        return NotifiersFixtures.notifier(config).outcome(
            of: HTTPResponse(status: status, headers: HTTPHeaders(headers), body: Array(body.utf8)), at: now)
    }

    /// Every service; what a success looks like is its own matter.
    @Test("a status means the same everywhere, but for what a service says otherwise")
    func statuses() throws {
        let retried: Set<Int> = [408, 425, 429, 500, 501, 502, 503, 504, 507, 520, 521, 522, 524, 529, 599]
        for service in NotifiersFixtures.services.keys.sorted() {
            for status in [300, 301, 302, 303, 304, 307, 308] + Array(400...451) + Array(500...530) + [599, 600, 999] {
                let expected: Kind = retried.contains(status) || (500...599).contains(status) ? .retry : .refused
                let found = Self.kind(try Self.outcome(service, status))
                #expect(found == expected, "\(service) \(status)")
            }
        }
    }

    @Test(
        "what services say in their own words",
        arguments: [
            ("slack", 200, "ok", Kind.delivered), ("slack", 200, #"{"ok":true}"#, .delivered),
            ("slack", 200, #"{"success":true}"#, .delivered), ("slack", 200, "<!DOCTYPE html><p>Sign in", .retry),
            ("slack", 200, #"{"ok":false,"error":"rate_limited","retry_after":1}"#, .retry),
            ("slack", 200, #"{"ok":false,"error":"invalid_blocks"}"#, .refused), ("slack", 200, "", .refused),
            ("slack", 200, "invalid_payload", .refused), ("slack", 410, "channel_is_archived", .refused),
            ("slack", 404, "no_service", .refused), ("slack", 500, "rollup_error", .retry),
            ("webhook", 200, "", .delivered), ("webhook", 204, "", .delivered), ("webhook", 202, "<html>", .delivered),
            ("webhook", 200, "Hook rules were not satisfied.", .refused),
            ("webhook", 200, "Hook rules were not satisfied.\n", .refused),
            ("webhook", 500, "Error occurred while evaluating hook rules.", .refused), ("webhook", 410, "", .refused),
        ])
    func words(service: String, status: Int, body: String, expected: Kind) throws {
        #expect(Self.kind(try Self.outcome(service, status, body)) == expected)
    }

    @Test(
        "a hint is taken in every form, rounded up, and never beyond a day",
        arguments: [
            ("30", 30), ("0.376", 1), ("1.0", 1), ("0", 0), ("86401", 86_400), ("99999999999999999999", 86_400),
            ("Mon, 03 Aug 2026 10:00:09 GMT", 9), ("Mon, 03 Aug 2026 09:00:00 GMT", 0),
            ("Mon, 03 Aug 2027 09:00:00 GMT", 86_400), ("soon", nil), ("-5", nil), ("", nil), ("1e9", nil),
            ("Mon, 33 Aug 2026 10:00:09 GMT", nil), ("Mon, 03 Aug 2026 10:00:09 CET", nil), ("1.2.3", nil),
        ])
    func hints(value: String, seconds: Int64?) throws {
        let date = (name: "Date", value: "Mon, 03 Aug 2026 10:00:00 GMT")
        let outcome = try Self.outcome("webhook", 503, "", [date, (name: "retry-after", value: value)])
        #expect(outcome == .retry(after: seconds, reason: "answered 503"))
    }

    @Test("without the receiver's clock a date is counted from ours, and without any it is no hint")
    func clocks() throws {
        let header = (name: "Retry-After", value: "Mon, 03 Aug 2026 10:00:09 GMT")
        #expect(
            try Self.outcome("webhook", 503, "", [header], at: Timestamp(seconds: 1_785_751_205))
                == .retry(after: 4, reason: "answered 503"))
        #expect(try Self.outcome("webhook", 503, "", [header]) == .retry(after: nil, reason: "answered 503"))
    }

    @Test("the longest of several hints counts")
    func longest() throws {
        let header = (name: "Retry-After", value: "2")
        #expect(
            try Self.outcome("slack", 429, #"{"retry_after":3.2,"ok":false,"error":"rate_limited"}"#, [header])
                == .retry(after: 4, reason: "answered 429: rate_limited"))
        let reset = (name: "X-RateLimit-Reset-After", value: "7.5")
        #expect(try Self.outcome("webhook", 429, "", [header, reset]) == .retry(after: 8, reason: "answered 429"))
        #expect(try Self.outcome("webhook", 500, "", [reset]) == .retry(after: nil, reason: "answered 500"))
    }

    @Test("a reason is one clean line and holds no part of a secret")
    func reasons() throws {
        let body = "no \u{1B}[31m /services/T00000000/B00000000/aaaabbbbccccdddd\nand\u{202E} aaaabbbbccccdddd"
        #expect(
            try Self.outcome("slack", 404, body)
                == .refused(reason: "answered 404: no [31m /***/***/***/*** and ***"))
        guard case .refused(let reason) = try Self.outcome("webhook", 400, String(repeating: "x", count: 60_000)) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(reason.utf16.count <= DeliveryOutcome.reasonLimit)
        #expect(reason.hasSuffix("… (cut)"))
    }

    @Test("an error page of a proxy is not quoted")
    func pages() throws {
        #expect(
            try Self.outcome("slack", 502, "<html><body>Bad gateway</body></html>")
                == .retry(after: nil, reason: "answered 502"))
    }

    @Test("a body that is nonsense traps nothing")
    func nonsense() throws {
        for body in [
            "null", "[]", "[null]", "{", "\u{0}", String(repeating: "[", count: 60_000), #"{"retry_after":1e999}"#,
        ] {
            for service in NotifiersFixtures.services.keys { _ = try Self.outcome(service, 429, body) }
            for service in NotifiersFixtures.services.keys { _ = try Self.outcome(service, 200, body) }
        }
    }

    @Test("a redirect is refused and says where to nobody")
    func redirect() throws {
        let location = (name: "Location", value: "https://evil.example/aaaabbbbccccdddd")
        #expect(
            try Self.outcome("webhook", 307, "", [location])
                == .refused(reason: "answered 307: redirects are not followed"))
    }
}
