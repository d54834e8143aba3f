import Curl
import Testing
import WatcherService

@testable import WatcherCore

@Suite("Signatures of a webhook")
struct NotifiersSignatureTests {
    @Test("the vector of Standard Webhooks' own test suites")
    func standardVector() {
        let signature = Signature.standard(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: Timestamp(seconds: 1_614_265_330),
            body: Array(#"{"test": 2432232314}"#.utf8), secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("the vector of GitHub's documentation")
    func githubVector() {
        let signature = Signature.github(body: Array("Hello, World!".utf8), secret: "It's a Secret to Everybody")
        #expect(signature == "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
    }

    @Test("a secret is base64 behind whsec_, and else its own bytes")
    func keys() {
        #expect(Signature.key("whsec_AAEC") == [0, 1, 2])
        #expect(Signature.key("whsec_AAE") == [0, 1])
        #expect(Signature.key("AAEC") == Array("AAEC".utf8))
        #expect(Signature.key("whsec_not base64!") == Array("whsec_not base64!".utf8))
        #expect(Signature.key("whsec_") == Array("whsec_".utf8))
    }

    @Test("two attempts differ in time and signature alone")
    func attempts() throws {
        let notifier = try NotifiersFixtures.client(
            "webhook", settings: NotifiersFixtures.webhook(#""secret": "s3cret", "headers": {"X-Team": "releases"}"#))
        let message = Message.example(of: .release, at: NotifiersFixtures.time)
        let first = try notifier.request(for: message, at: Timestamp(seconds: 1)).http
        let second = try notifier.request(for: message, at: Timestamp(seconds: 2)).http
        #expect(first.body == second.body)
        let different = zip(first.headers, second.headers).filter { $0.value != $1.value }.map { $0.0.name }
        #expect(different == ["webhook-timestamp", "webhook-signature"])
        #expect(
            first.headers.map(\.name) == [
                "Content-Type", "webhook-id", "webhook-timestamp", "webhook-signature", "X-Hub-Signature-256", "X-Team",
            ])
    }

    @Test("without a secret nothing is signed, and the id is still said")
    func unsigned() throws {
        let notifier = try NotifiersFixtures.client(
            "webhook", settings: NotifiersFixtures.webhook(#""headers": {"X-Team": "releases"}"#))
        let request = try notifier.request(
            for: .example(of: .test, at: NotifiersFixtures.time), at: NotifiersFixtures.time
        ).http
        #expect(request.headers.map(\.name) == ["Content-Type", "webhook-id", "webhook-timestamp", "X-Team"])
    }

    @Test("a header of one's own replaces the type")
    func contentType() throws {
        let settings = NotifiersFixtures.webhook(#""headers": {"content-type": "application/vnd.example+json"}"#)
        let request = try NotifiersFixtures.client("webhook", settings: settings).request(
            for: .example(of: .test, at: NotifiersFixtures.time), at: NotifiersFixtures.time
        ).http
        #expect(request.headers.map(\.name) == ["webhook-id", "webhook-timestamp", "content-type"])
    }
}
