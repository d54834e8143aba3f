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
        try NotifiersFixtures.client(service).outcome(
            of: HTTPResponse(status: status, headers: HTTPHeaders(headers), body: Array(body.utf8)), at: now)
    }

    /// Every service over HTTP; what a success looks like is its own matter.
    @Test("a status means the same everywhere, but for what a service says otherwise")
    func statuses() throws {
        let retried: Set<Int> = [408, 425, 429, 500, 501, 502, 503, 504, 507, 520, 521, 522, 524, 529, 599]
        for service in try NotifiersFixtures.servicesOverHTTP() {
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
            ("slack", 200, "ok", Kind.delivered), ("slack", 200, "ok\r\n", .delivered),
            ("slack", 200, #"{"ok":true}"#, .delivered),
            ("slack", 200, #"{"success":true}"#, .delivered), ("slack", 200, "<!DOCTYPE html><p>Sign in", .retry),
            ("slack", 200, #"{"ok":false,"error":"rate_limited","retry_after":1}"#, .retry),
            ("slack", 200, #"{"ok":false,"error":"invalid_blocks"}"#, .refused), ("slack", 200, "", .refused),
            ("slack", 200, "invalid_payload", .refused), ("slack", 410, "channel_is_archived", .refused),
            ("slack", 404, "no_service", .refused), ("slack", 500, "rollup_error", .retry),
            ("discord", 204, "", .delivered), ("discord", 200, #"{"id":"1","content":""}"#, .delivered),
            ("discord", 404, #"{"message":"Unknown Webhook","code":10015}"#, .refused),
            ("discord", 403, "<html>error code: 1010", .refused), ("discord", 200, "<!doctype html>", .retry),
            ("teams", 202, "", .delivered), ("teams", 200, "1", .delivered), ("teams", 200, "<html>", .retry),
            ("teams", 200, "Webhook message delivery failed with error: HTTP error 429 returned", .retry),
            ("teams", 200, "Webhook message delivery failed with error: HTTP error 413 returned", .refused),
            ("teams", 400, #"{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"off"}}"#, .refused),
            ("mattermost", 200, "ok", .delivered), ("mattermost", 200, "<html>", .retry),
            ("mattermost", 400, #"{"id":"web.incoming_webhook.parse.app_error","message":"no"}"#, .refused),
            ("rocketchat", 200, #"{"success":true}"#, .delivered),
            ("rocketchat", 200, #"{"success":false,"error":"x"}"#, .refused),
            ("rocketchat", 200, "", .refused), ("rocketchat", 400, #"{"success":false,"error":"x"}"#, .refused),
            ("googleChat", 200, #"{"name":"spaces/AAAA/messages/1"}"#, .delivered), ("googleChat", 200, "{}", .refused),
            ("googleChat", 429, #"{"error":{"status":"RESOURCE_EXHAUSTED","message":"slow"}}"#, .retry),
            ("matrix", 200, #"{"event_id":"$1"}"#, .delivered), ("matrix", 200, "<html>", .retry),
            ("matrix", 401, #"{"errcode":"M_UNKNOWN_TOKEN","error":"x","soft_logout":false}"#, .refused),
            ("matrix", 413, #"{"errcode":"M_TOO_LARGE","error":"x"}"#, .refused),
            ("ntfy", 200, #"{"id":"a","event":"message"}"#, .delivered), ("ntfy", 200, "<!DOCTYPE html>", .retry),
            ("ntfy", 403, #"{"code":40301,"http":403,"error":"forbidden"}"#, .refused),
            ("gotify", 200, #"{"id":5,"message":"x"}"#, .delivered), ("gotify", 200, "[]", .refused),
            ("gotify", 401, #"{"error":"Unauthorized","errorCode":401,"errorDescription":"no"}"#, .refused),
            ("telegram", 200, #"{"ok":true,"result":{}}"#, .delivered), ("telegram", 200, #"{"ok":false}"#, .refused),
            ("telegram", 400, #"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#, .refused),
            ("zulip", 200, #"{"result":"success","id":1}"#, .delivered),
            ("zulip", 200, #"{"result":"error","msg":"x"}"#, .refused),
            ("zulip", 400, #"{"result":"error","code":"STREAM_DOES_NOT_EXIST","msg":"x"}"#, .refused),
            ("apprise", 200, "", .delivered), ("apprise", 204, "", .refused), ("apprise", 200, "<html>", .retry),
            ("apprise", 424, #"{"error":"One or more notification could not be sent"}"#, .refused),
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

    @Test(
        "each service's own hint is taken",
        arguments: [
            ("discord", #"{"message":"slow","retry_after":0.376,"global":false}"#, 1, "slow"),
            (
                "matrix", #"{"errcode":"M_LIMIT_EXCEEDED","error":"slow","retry_after_ms":3164}"#, 4,
                "M_LIMIT_EXCEEDED: slow"
            ),
            ("telegram", #"{"ok":false,"description":"slow","parameters":{"retry_after":35}}"#, 35, "slow"),
            (
                "zulip", #"{"result":"error","code":"RATE_LIMIT_HIT","msg":"slow","retry-after":28.7}"#, 29,
                "RATE_LIMIT_HIT: slow"
            ),
            ("ntfy", #"{"code":42901,"http":429,"error":"slow"}"#, 5, "slow"),
        ])
    func ownHints(service: String, body: String, seconds: Int64, word: String) throws {
        #expect(
            try Self.outcome(service, 429, body) == .retry(after: seconds, reason: "answered 429: \(word)"))
    }

    @Test("a spent day at ntfy is waited out until midnight UTC")
    func midnight() throws {
        let body = #"{"code":42908,"http":429,"error":"limit reached: daily message quota reached"}"#
        guard case .retry(let after, _, _) = try Self.outcome("ntfy", 429, body, at: NotifiersFixtures.time) else {
            Issue.record("expected a retry")
            return
        }
        #expect(after == 50_400)
    }

    @Test("what a person must do is in the reason")
    func advice() throws {
        let moved = #"{"ok":false,"description":"upgraded","parameters":{"migrate_to_chat_id":-100123}}"#
        #expect(
            try Self.outcome("telegram", 400, moved)
                == .refused(reason: "answered 400: the group was upgraded to a supergroup: set chat to -100123"))
        let body = #"{"errcode":"M_FORBIDDEN","error":"no"}"#
        let hint = #"the user must have joined the room, and "room" must be its id, which begins with !"#
        #expect(try Self.outcome("matrix", 403, body) == .refused(reason: "answered 403: M_FORBIDDEN: no: \(hint)"))
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
            for service in NotifiersFixtures.services { _ = try Self.outcome(service, 429, body) }
            for service in NotifiersFixtures.services { _ = try Self.outcome(service, 200, body) }
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
