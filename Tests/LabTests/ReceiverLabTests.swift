import Foundation
import TestSupport
import Testing

/// Receivers of signed webhooks that others wrote: Debian's `webhook`, and `standardwebhooks` of Python.
@Suite("Signatures, as others read them", .serialized, .enabled(if: Lab.isWanted, Lab.whyNot))
struct ReceiverLabTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    @Test("the right secret is accepted, a wrong one and none are refused, and each is read as what it is")
    func signatures() throws {
        try Lab.script("receivers.sh", "up", Self.secret)
        defer { try? Lab.script("receivers.sh", "down") }
        let receivers = try #require(try Lab.facts("receivers/lab.json").object)
        let watcher = try LabWatcher()
        defer { watcher.remove() }
        var notifiers: [String: WireJSON] = [:]
        for (name, url) in receivers {
            notifiers[name] = ["webhook": ["url": url, "secret": .string(Self.secret)]]
            notifiers["\(name)-wrong"] = ["webhook": ["url": url, "secret": "another secret"]]
            notifiers["\(name)-none"] = ["webhook": ["url": url]]
        }
        try watcher.configure(nil, notifiers: .object(notifiers))

        func check(_ name: String, _ status: Int32, _ words: String..., event: String = "release") throws {
            let outcome = try watcher.run("notify", name, "--event", event, okay: false)
            #expect(outcome.status == status, "\(name): \(outcome.output)")
            for word in words { #expect(outcome.output.contains(word), "\(name): \(outcome.output)") }
        }
        // Debian's: the hash of the body, then a rule about the body, then a command with a value of the body.
        try check("strict", 0, "answered 200: 5.6.12", "delivered")
        try check("strict-wrong", 1, "refused: answered 500: Error occurred while evaluating hook rules")
        try check("strict-none", 1, "refused: answered 403")
        try check("strict", 1, "refused: answered 403", event: "failed")
        // The same as it is by default: 200 for what its rules refuse.
        try check("careless", 0, "answered 200: 5.6.12", "delivered")
        try check("careless-none", 1, "refused: answered 200: Hook rules were not satisfied")
        for event in ["release", "stalled", "succeeded", "failed", "attention", "test"] {
            try check("standard", 0, "answered 200: verified \(event) m-", "delivered", event: event)
        }
        try check("standard-wrong", 1, "refused: answered 401: No matching signature found")
        try check("standard-none", 1, "refused: answered 401: Missing required headers")
    }
}
