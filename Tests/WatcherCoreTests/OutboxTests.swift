import Testing
import WatcherCore

@Suite("Outbox") struct OutboxTests {
    private static func outbox(_ count: Int, to notifiers: [String] = ["a", "b"]) -> Outbox {
        var outbox = Outbox()
        for number in 0..<count { add(&outbox, "\(number)", notifiers) }
        return outbox
    }

    private static func add(_ outbox: inout Outbox, _ detail: String, _ notifiers: [String], at seconds: Int64 = 0) {
        outbox.add(
            { Message(id: $0, type: .release, time: Known.time(seconds), detail: detail) }, to: notifiers,
            at: Known.at(seconds))
    }

    @Test("each notifier gets its messages in order, and one that is dead holds up nobody")
    func order() throws {
        var outbox = Self.outbox(3)
        for expected in ["0", "1", "2"] {
            let message = try #require(outbox.next(for: "a", at: Known.at(1)))
            #expect(message.detail == expected)
            _ = outbox.record(.delivered, message: message.id, notifier: "a", at: Known.at(1))
        }
        #expect(outbox.next(for: "a", at: Known.at(1)) == nil)
        #expect(outbox.next(for: "b", at: Known.at(1))?.detail == "0" && outbox.messages.count == 3)
    }

    @Test("a message waits 2 s, 10 s, 1 min, 5 min, 15 min, an hour, or longer when it was asked for, never shorter")
    func backoff() throws {
        var outbox = Self.outbox(1)
        var now: Int64 = 0
        for (after, wait) in [
            (nil, 2), (nil, 10), (nil, 60), (nil, 300), (1, 900), (nil, 3600), (4000, 4000), (nil, 3600),
        ]
            as [(Int64?, Int64)]
        {
            let message = try #require(outbox.next(for: "a", at: Known.at(now)))
            #expect(
                outbox.record(
                    .retry(after: after, reason: "down"), message: message.id, notifier: "a", at: Known.at(now)) == nil)
            #expect(outbox.next(for: "a", at: Known.at(now + wait - 1, milliseconds: 999)) == nil)
            #expect(outbox.nextWait(for: ["a"], at: Known.at(now)) == Known.time(now + wait))
            now += wait
        }
        #expect(outbox.next(for: "a", at: Known.at(now)) != nil)
    }

    @Test("after three days the try that fails was the last, and there is always one")
    func expiry() throws {
        var outbox = Self.outbox(1, to: ["a"])
        let message = try #require(outbox.next(for: "a", at: Known.at(259_199)))
        #expect(
            outbox.record(.retry(after: nil, reason: "down"), message: message.id, notifier: "a", at: Known.at(259_199))
                == nil)
        #expect(outbox.expire(known: ["a"], at: Known.at(999_999)).isEmpty)
        #expect(outbox.next(for: "a", at: Known.at(999_999)) == message)
        #expect(
            outbox.record(.retry(after: nil, reason: "down"), message: message.id, notifier: "a", at: Known.at(999_999))
                != nil)
        #expect(outbox.messages.isEmpty && outbox.ended.map(\.succeeded) == [false])
    }

    @Test("what is for a notifier that is gone from the configuration is given up after three days, in the open")
    func unknownNotifier() {
        var outbox = Self.outbox(1)
        #expect(outbox.expire(known: ["a"], at: Known.at(259_199)).isEmpty)
        #expect(outbox.expire(known: ["a"], at: Known.at(259_200)).map(\.notifier) == ["b"])
        #expect(outbox.messages.first?.notifiers == ["a"])
    }

    @Test("the outbox and what is remembered of it are bounded, failures longer than successes")
    func bounds() {
        var outbox = Self.outbox(Outbox.messageLimit + 200, to: ["a"])
        #expect(outbox.messages.count == Outbox.messageLimit && outbox.ended.count == Outbox.endedLimit)
        #expect(outbox.messages.first?.message.detail == "200")
        for outgoing in outbox.messages.prefix(200) {
            _ = outbox.record(.delivered, message: outgoing.message.id, notifier: "a", at: Known.at(1))
        }
        #expect(
            outbox.ended.count { !$0.succeeded } == Outbox.endedLimit && outbox.ended.count == 2 * Outbox.endedLimit)
    }

    @Test("ids are all different and stable, and what is unknown is ignored")
    func ids() throws {
        var outbox = Self.outbox(1000, to: ["a"])
        #expect(Set(outbox.messages.map(\.message.id)).count == 1000)
        #expect(outbox.messages.allSatisfy { $0.message.id.hasPrefix("m-") && $0.message.id.utf8.count == 14 })
        #expect(outbox.record(.refused(reason: "no"), message: "m-x", notifier: "a", at: Known.at(0)) == nil)
        #expect(!outbox.forget("m-x") && outbox.forget(outbox.messages[0].message.id))
        #expect(try Known.roundTrip(outbox) == outbox)
    }

    @Test("a refusal for good is told once, to the others, and never about an attention")
    func refusal() throws {
        var bench = Bench(Known.config { $0.notifiers["log"] = Known.notifier() })
        bench.look([Known.release("1.0.0", id: 1)])
        bench.look((2...4).map { Known.release("1.0.\($0)", id: $0) } + [Known.release("1.0.0", id: 1)])
        bench.restart()
        bench.step()
        for _ in 0..<2 {
            let id = try #require(bench.ledger.outbox.messages.first { $0.notifiers.contains("chat") }).message.id
            bench.step(.delivered(message: id, notifier: "chat", .refused(reason: "no such hook")))
            bench.look([Known.release("1.1.\(bench.clock)", id: bench.clock), Known.release("1.0.0", id: 1)])
        }
        let attentions = bench.ledger.outbox.messages.filter { $0.message.type == .attention }
        #expect(attentions.map(\.notifiers) == [["log"]])
        bench.step(
            .delivered(message: try #require(attentions.first).message.id, notifier: "log", .refused(reason: "no")))
        #expect(bench.told.count { $0 == .attention } == 0)
        #expect(bench.ledger.needsPerson)
    }

    @Test("a notifier hears of the events and upstreams that it asked for")
    func selection() {
        var bench = Bench(
            Known.config {
                $0.notifiers["quiet"] = Known.notifier { $0.events = [.failed] }
                $0.notifiers["other"] = Known.notifier { $0.upstreams = ["two"] }
            })
        bench.look([Known.release("1.0.0", id: 1)])
        bench.look([Known.release("1.0.1", id: 2), Known.release("1.0.0", id: 1)])
        #expect(bench.ledger.outbox.messages.map(\.notifiers) == [["chat"]])
    }

    @Test("a delivery that shutdown cut off counts for nothing")
    func interrupted() throws {
        var bench = Bench(Known.config())
        bench.look([Known.release("1.0.0", id: 1)])
        bench.look([Known.release("1.0.1", id: 2), Known.release("1.0.0", id: 1)])
        let message = try #require(bench.ledger.outbox.messages.first).message
        let before = bench.ledger.outbox
        bench.core.apply(.delivered(message: message.id, notifier: "chat", nil), at: Known.at(bench.clock))
        #expect(bench.ledger.outbox == before)
    }
}
