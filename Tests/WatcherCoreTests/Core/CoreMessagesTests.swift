import Testing
import WatcherCore

/// What the core tells to whom when deliveries fail.
@Suite("Messages that fail")
struct CoreMessagesTests {
    private let now = Instant(wall: 1_785_751_200_000, uptime: 1_785_751_200_000)

    private func core(_ messages: Int = 1) -> Core {
        var config = Config()
        for name in ["chat", "other", "third"] {
            config.notifiers[name] = Known.notifier()
        }
        var ledger = Ledger()
        for _ in 0..<messages {
            _ = ledger.outbox.add(
                { Message(id: $0, type: .release, time: Timestamp(seconds: 0), upstream: "a") }, to: ["chat"], at: now)
        }
        return Core(config, mode: Core.Mode(), ledger: ledger)
    }

    private func deliveries(_ commands: [Command]) -> [String: Message] {
        var found: [String: Message] = [:]
        for case .deliver(let message, let notifier) in commands { found[notifier] = message }
        return found
    }

    @Test("what is refused for good is told to the others, once, and stays in sight")
    func refused() throws {
        var core = core(3)
        for _ in 0..<3 {
            let message = try #require(deliveries(core.advance(at: now))["chat"])
            core.apply(
                .delivered(message: message.id, notifier: "chat", .refused(reason: "answered 410: gone")), at: now)
        }
        let told = core.ledger.outbox.messages.filter { $0.message.type == .attention }
        #expect(told.count == 1 && told.first?.notifiers == ["other", "third"])
        #expect(told.first?.message.detail == "the receiver chat refuses messages: answered 410: gone")
        #expect(core.ledger.outbox.ended.map(\.reason) == Array(repeating: "answered 410: gone", count: 3))
        #expect(core.ledger.needsPerson(core.config))
    }

    @Test("it is told again only when something was delivered in between")
    func again() throws {
        var core = core(3)
        for outcome in [DeliveryOutcome.refused(reason: "x"), .delivered, .refused(reason: "y")] {
            let message = try #require(deliveries(core.advance(at: now))["chat"])
            core.apply(.delivered(message: message.id, notifier: "chat", outcome), at: now)
        }
        let told = core.ledger.outbox.messages.filter { $0.message.type == .attention }
        #expect(
            told.map(\.message.detail) == [
                "the receiver chat refuses messages: x", "the receiver chat refuses messages: y",
            ])
    }

    @Test("nothing is told about an attention that is refused")
    func attention() throws {
        var core = core()
        let message = try #require(deliveries(core.advance(at: now))["chat"])
        core.apply(.delivered(message: message.id, notifier: "chat", .refused(reason: "x")), at: now)
        let second = deliveries(core.advance(at: now))
        #expect(second.keys.sorted() == ["other", "third"])
        for (name, message) in second {
            core.apply(.delivered(message: message.id, notifier: name, .refused(reason: "y")), at: now)
        }
        #expect(core.ledger.outbox.messages.isEmpty)
    }

    @Test("each notifier has one delivery under way, and none waits for another")
    func parallel() throws {
        var core = core()
        let first = deliveries(core.advance(at: now))
        #expect(first.keys.sorted() == ["chat"])
        #expect(deliveries(core.advance(at: now)).isEmpty)
        core.apply(.delivered(message: first["chat"]?.id ?? "", notifier: "chat", nil), at: now)
        #expect(deliveries(core.advance(at: now)) == first)
    }
}
