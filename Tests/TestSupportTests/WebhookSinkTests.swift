import TestSupport
import Testing

@Suite("The webhook sink") struct WebhookSinkTests {
    @Test("a message is recorded with path, headers and body, and answered 200") func records() async throws {
        let sink = WebhookSink()
        try await sink.start()
        async let waited = sink.waitForMessages(1, path: "/a")
        let answer = try await RawClient.send(
            "POST", "/a", to: sink.port, headers: ["webhook-id": "m1"], body: #"{"text":"grüß"}"#)
        #expect(answer.status == 200)
        let message = try #require(try await waited.first)
        #expect(message.method == "POST")
        #expect(message.header("Webhook-ID") == "m1")
        #expect(message.json?["text"] == "grüß")
        await sink.stop()
    }

    @Test("answers follow the script of their path, then the standing answer") func scripts() async throws {
        let sink = WebhookSink()
        try await sink.start()
        sink.script("/a", [.text(500, "no"), ScriptedAnswer(302, headers: [("Location", "http://127.0.0.1:9/")])])
        sink.always("/a", .text(204, ""))
        sink.always(nil, .text(410, "gone"))
        var statuses: [Int?] = []
        for path in ["/a", "/b", "/a", "/a"] {
            statuses.append(try await RawClient.send("POST", path, to: sink.port).status)
        }
        #expect(statuses == [500, 410, 302, 204])
        await sink.stop()
    }

    @Test("an answer can be withheld although the message has arrived") func faults() async throws {
        let sink = WebhookSink()
        try await sink.start()
        sink.fail("/a", with: .close, times: 1)
        sink.fail(nil, with: .reset, times: 1, after: 1)
        #expect(try await RawClient.send("POST", "/a", to: sink.port).bytes.isEmpty)
        #expect(try await RawClient.send("POST", "/b", to: sink.port).status == 200)
        #expect(try await RawClient.send("POST", "/b", to: sink.port).end == .reset)
        #expect(sink.messages("/b").count == 2)
        #expect(sink.messages().map(\.status) == [0, 200, 0])
        await sink.stop()
    }
}
