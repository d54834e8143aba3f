import Foundation
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

@Suite("A message with several recipients") struct OutboxRecipientsTests {
    @Test("goes on to those who have not got it, also after a restart, and to all of another notifier")
    func remaining() throws {
        var outbox = Outbox()
        outbox.add(
            { Message(id: $0, type: .test, time: Known.time(0)) }, to: ["mail", "other"], at: Known.at(0))
        let first = try #require(outbox.next(for: "mail", at: Known.at(0)))
        #expect(first.remaining == nil)
        let outcome = DeliveryOutcome.retry(after: nil, reason: "greylisted", remaining: ["b", "c"])
        #expect(outbox.record(outcome, message: first.id, notifier: "mail", at: Known.at(0)) == nil)
        let saved = try JSONEncoder().encode(outbox)
        outbox = try JSONDecoder().decode(Outbox.self, from: saved)
        #expect(outbox.next(for: "mail", at: Known.at(60))?.remaining == ["b", "c"])
        #expect(outbox.next(for: "other", at: Known.at(60))?.remaining == nil)
        let later = DeliveryOutcome.retry(after: nil, reason: "no connection")
        #expect(outbox.record(later, message: first.id, notifier: "mail", at: Known.at(60)) == nil)
        #expect(outbox.next(for: "mail", at: Known.at(3600))?.remaining == ["b", "c"])
        #expect(outbox.record(.delivered, message: first.id, notifier: "mail", at: Known.at(3600)) == nil)
        #expect(outbox.next(for: "mail", at: Known.at(3600)) == nil)
    }
}
