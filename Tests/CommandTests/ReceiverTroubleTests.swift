import TestSupport
import Testing

/// What a receiver does instead of answering, and what is said of it.
struct ReceiverTrouble: Sendable, CustomStringConvertible {
    let description: String
    let fault: Fault
    /// Begins what `notify` says.
    let words: String
    /// Holds what follows.
    var more = ""

    private init(_ name: String, _ fault: Fault, _ words: String, _ more: String = "") {
        description = name
        self.fault = fault
        self.words = words
        self.more = more
    }

    private static func limit(_ name: String, _ value: String, _ patience: String) -> ReceiverTrouble {
        ReceiverTrouble(
            "429 with \(name)",
            .answer(ScriptedAnswer(429, headers: [("Retry-After", value), ("Date", "Mon, 03 Aug 2026 10:00:00 GMT")])),
            "not delivered: answered 429", "(retry after \(patience))")
    }

    static let all = [
        ReceiverTrouble("429 without a word", .answer(ScriptedAnswer(429)), "not delivered: answered 429"),
        limit("seconds", "7", "7 s"),
        limit("a fraction of seconds", "6.2", "7 s"),
        limit("a date", "Mon, 03 Aug 2026 10:02:00 GMT", "2 min"),
        limit("a wait of a year", "31536000", "1 d"),
        ReceiverTrouble("a connection closed before the answer", .close, "not delivered: "),
        ReceiverTrouble("a connection closed within the headers", .midHeaders, "not delivered: "),
        ReceiverTrouble(
            "a connection closed within the body",
            Fault { answer in
                answer.body = .bytes(Array(repeating: 0x20, count: 4096))
                (answer.status, answer.cut, answer.ending) = (200, .midBody, .close)
            }, "not delivered: "),
        ReceiverTrouble("a reset connection", .reset, "not delivered: "),
        ReceiverTrouble("100 MiB", .hugeBody(), "not delivered: ", "larger than"),
        ReceiverTrouble("100 MiB in a small one", .gzipBomb(), "not delivered: ", "larger than"),
        ReceiverTrouble("a page of a proxy", .status(502), "not delivered: answered 502"),
    ]
}

@Suite("A receiver in trouble") struct ReceiverTroubleTests {
    @Test("is read the same for every service", arguments: ReceiverTrouble.all)
    func trouble(_ trouble: ReceiverTrouble) async throws {
        try await withWorld { world async throws in
            for service in world.addServices() {
                world.sink.fail(nil, with: trouble.fault, times: 1)
                let output = try await world.run("notify", service.description)
                #expect(output.status == 1, "\(service)")
                let lines = output.err.split(separator: "\n")
                let isSaid = lines.contains { $0.hasPrefix("error: \(trouble.words)") && $0.contains(trouble.more) }
                #expect(isSaid, "\(service): \(output.err)")
            }
        }
    }

    @Test("a slow drip is waited for") func drip() async throws {
        try await withWorld { world async throws in
            _ = world.addServices()
            for name in ["slack", "discord", "webhook"] {
                world.sink.fail(nil, with: .drip(1, every: .milliseconds(50)), times: 1)
                let output = try await world.run("notify", name)
                #expect(output.status == 0, "\(name): \(output.err)")
            }
        }
    }

    @Test("a redirect is never followed, and its target never sees a byte", arguments: [301, 302, 303, 307, 308])
    func redirects(_ status: Int) async throws {
        let other = WebhookSink()
        try await other.start()
        let target = other.url + "/elsewhere"
        try await withWorld { world async throws in
            for service in world.addServices() {
                world.sink.fail(nil, with: .status(status, "", headers: [("Location", target)]), times: 1)
                let output = try await world.run("notify", service.description)
                #expect(output.status == 1, "\(service)")
                #expect(output.err.contains("refused: answered \(status): redirects are not followed"), "\(service)")
            }
        }
        #expect(other.traffic.connections == 0)
        await other.stop()
    }
}
