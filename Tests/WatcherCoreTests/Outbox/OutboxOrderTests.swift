import FoundationEssentials
import Testing
import WatcherCore

/// The outbox of all notifiers, by virtual time.
@Suite("Order in the outbox")
struct OutboxOrderTests {
    private var outbox = Outbox()
    /// Milliseconds, of both clocks.
    private var time: Int64 = 1_785_751_200_000
    private var now: Instant { Instant(wall: time, uptime: time) }

    private mutating func add(_ upstream: String?, _ tag: String, to notifiers: [String] = ["chat"]) {
        outbox.add(
            { Message(id: $0, type: .release, time: Timestamp(seconds: 0), upstream: upstream, previous: tag) },
            to: notifiers, at: now)
    }

    /// What would be sent now; `previous` tells the messages apart.
    private func next(_ notifier: String = "chat") -> String? { outbox.next(for: notifier, at: now)?.previous }

    private mutating func answer(_ outcome: DeliveryOutcome, _ notifier: String = "chat") throws -> Outbox.Delivery? {
        let message = try #require(outbox.next(for: notifier, at: now))
        return outbox.record(outcome, message: message.id, notifier: notifier, at: now)
    }

    private static let busy = DeliveryOutcome.retry(after: nil, reason: "answered 503")

    @Test("a dead receiver holds up nobody else")
    mutating func dead() throws {
        for tag in ["1", "2", "3"] { add("a", tag, to: ["chat", "dead"]) }
        _ = try answer(Self.busy, "dead")
        for tag in ["1", "2", "3"] {
            #expect(next() == tag)
            _ = try answer(.delivered)
        }
        #expect(next("dead") == nil && next() == nil)
        time += 3000
        #expect(next("dead") == "1")
    }

    @Test("a message waits 2 s, 10 s, 1 min, 5 min, 15 min, then hours, also over a restart")
    mutating func backoff() throws {
        add("a", "1")
        for seconds: Int64 in [2, 10, 60, 300, 900, 3600, 3600] {
            _ = try answer(Self.busy)
            outbox = try reread(outbox)
            time += seconds * 1000 - 1
            #expect(next() == nil)
            time += 1
            #expect(next() == "1", "after \(seconds) s")
        }
        _ = try answer(.delivered)
        add("a", "2")
        _ = try answer(Self.busy)
        time += 2000
        #expect(next() == "2")
    }

    @Test("a wait that the receiver asks for is never cut short")
    mutating func asked() throws {
        time += 1
        add("a", "1")
        _ = try answer(.retry(after: 7, reason: "answered 429"))
        time += 6999
        #expect(next() == nil)
        time += 1000
        #expect(next() == "1")
    }

    @Test("it is kept also when the message that it answers was given up meanwhile")
    mutating func waitOfForgotten() throws {
        add("a", "1")
        add("a", "2")
        let first = try #require(outbox.next(for: "chat", at: now))
        let isKnown = outbox.forget(first.id)
        #expect(isKnown && next() == "2")
        let end = outbox.record(
            .retry(after: 60, reason: "answered 429"), message: first.id, notifier: "chat", at: now)
        #expect(end == nil && next() == nil)
        time += 60_000
        #expect(next() == "2")
    }

    @Test("200 releases reach a receiver that takes one a second, in order, and none is lost")
    mutating func burst() throws {
        for tag in 0..<200 { add("a", String(tag)) }
        var taken: [String] = []
        var nextAllowed: Int64 = 0
        while let message = outbox.messages.first?.message {
            #expect(time < 1_785_751_200_000 + 600_000)
            if outbox.next(for: "chat", at: now) == nil {
                time += 100
                continue
            }
            let isAllowed = time >= nextAllowed
            if isAllowed {
                taken.append(message.previous ?? "")
                nextAllowed = time + 1000
            }
            let outcome = isAllowed ? DeliveryOutcome.delivered : .retry(after: 1, reason: "answered 429")
            #expect(try answer(outcome) == nil)
            time += 5
        }
        #expect(taken == (0..<200).map { String($0) })
        #expect(!outbox.ended.contains { !$0.succeeded })
    }

    @Test("a message that the receiver stumbles over holds up its own upstream alone")
    mutating func poisoned() throws {
        add("a", "poison")
        add("a", "a2")
        add("b", "b1")
        add(nil, "none")
        add("b", "b2")
        _ = try answer(Self.busy)
        time += 2000
        var order: [String] = []
        while let tag = next(), tag != "poison" {
            order.append(tag)
            _ = try answer(.delivered)
        }
        #expect(order == ["b1", "none", "b2"])
        #expect(next() == "poison")
        outbox = try reread(outbox)
        _ = try answer(.delivered)
        #expect(next() == "a2")
        _ = try answer(.delivered)
        #expect(outbox.receivers.isEmpty && outbox.messages.isEmpty)
    }

    @Test("a receiver that is busy gets its messages in their order all the same")
    mutating func limited() throws {
        add("a", "a1")
        add("b", "b1")
        _ = try answer(.retry(after: 1, reason: "answered 429"))
        time += 3000
        #expect(next() == "a1")
    }

    @Test("what is refused is kept with the receiver's words, and the next goes on")
    mutating func refused() throws {
        add("a", "1")
        add("a", "2")
        let end = try #require(try answer(.refused(reason: "answered 404: no_service")))
        #expect((end.notifier, end.succeeded, end.reason) == ("chat", false, "answered 404: no_service"))
        #expect(outbox.ended == [end])
        #expect(next() == "2")
    }

    @Test("forgetting a message drops its failed delivery, and what waits for another notifier is sent")
    mutating func forgotten() throws {
        add("a", "1", to: ["chat", "mail"])
        let end = try #require(try answer(.refused(reason: "answered 404")))
        let isKnown = outbox.forget(end.id)
        #expect(isKnown && outbox.ended.isEmpty && next("mail") == "1")
        let waited = outbox.forget(end.id)
        #expect(waited && outbox.messages.isEmpty)
        let isStillKnown = outbox.forget(end.id)
        #expect(!isStillKnown)
    }

    @Test("after three days a try that fails is the last one")
    mutating func givenUp() throws {
        add("a", "1")
        time += Backoff.messageLifetime * 1000
        let end = try #require(try answer(Self.busy))
        #expect(end.reason == "given up after 3d: answered 503")
        #expect(outbox.messages.isEmpty)
    }

    @Test("after three days without a running watcher each message still gets a try")
    mutating func slept() throws {
        for tag in ["1", "2", "3"] { add("a", tag) }
        time += Backoff.messageLifetime * 2000
        #expect(outbox.expire(known: ["chat"], at: now).isEmpty)
        for tag in ["1", "2", "3"] {
            #expect(next() == tag)
            _ = try answer(.delivered)
        }
    }

    @Test("what waits for a receiver that is down is given up when its three days are over, all at once")
    mutating func down() throws {
        for tag in 0..<100 { add("u\(tag)", String(tag), to: ["chat", "other"]) }
        let start = time
        while time < start + Backoff.messageLifetime * 1000 {
            if outbox.next(for: "chat", at: now) != nil { _ = try answer(Self.busy) }
            #expect(outbox.expire(known: ["chat", "other"], at: now).isEmpty)
            time += 600_000
        }
        let expired = outbox.expire(known: ["chat", "other"], at: now)
        #expect(expired.count == 100)
        #expect(expired.allSatisfy { $0.notifier == "chat" && $0.reason == "given up after 3d: answered 503" })
        #expect(outbox.messages.allSatisfy { $0.notifiers == ["other"] })
    }

    @Test("the oldest of too many messages is given up in the open")
    mutating func overflow() {
        for tag in 0..<Outbox.messageLimit { add("a", String(tag), to: ["chat", "other"]) }
        #expect(outbox.ended.isEmpty)
        let lost = outbox.add(
            { Message(id: $0, type: .test, time: Timestamp(seconds: 0)) }, to: ["chat"], at: now)
        #expect(lost.map(\.notifier) == ["chat", "other"])
        #expect(lost == outbox.ended)
        #expect(outbox.messages.count == Outbox.messageLimit)
    }

    @Test("ids are never used twice")
    mutating func ids() {
        for tag in 0..<500 { add("a", String(tag)) }
        #expect(Set(outbox.messages.map(\.message.id)).count == 500)
    }

    private func reread(_ outbox: Outbox) throws -> Outbox {
        let copy = try JSONDecoder().decode(Outbox.self, from: JSONEncoder().encode(outbox))
        #expect(copy == outbox)
        return copy
    }
}
