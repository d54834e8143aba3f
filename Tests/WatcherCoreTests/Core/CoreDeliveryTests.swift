import Testing
import WatcherCore

@Suite("Deliveries in the core") struct CoreDeliveryTests {
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
        #expect(bench.ledger.needsPerson(bench.core.config))
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
