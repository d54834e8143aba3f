import Testing
import WatcherCore

@Suite("A wait and the end of a message") struct OutboxWaitTests {
    @Test("a receiver that asks for a pause with the last try of one message gets it before the next message")
    func pauseAtTheEnd() throws {
        var outbox = Outbox()
        for upstream in ["a", "b"] {
            outbox.add(
                { Message(id: $0, type: .release, time: Known.time(0), upstream: upstream) }, to: ["chat"],
                at: Known.at(0))
        }
        let late = Backoff.messageLifetime
        let message = try #require(outbox.next(for: "chat", at: Known.at(late)))
        let outcome = DeliveryOutcome.retry(after: 900, reason: "answered 429")
        #expect(outbox.record(outcome, message: message.id, notifier: "chat", at: Known.at(late)) != nil)
        #expect(outbox.next(for: "chat", at: Known.at(late + 899)) == nil)
        #expect(outbox.next(for: "chat", at: Known.at(late + 900))?.upstream == "b")
    }
}
