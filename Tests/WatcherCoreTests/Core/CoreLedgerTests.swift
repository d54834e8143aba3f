import Testing
import WatcherCore

@Suite("Ledger and modes") struct CoreLedgerTests {
    private static let phases: [Job.Phase] = [
        .pending, .dispatching(since: Known.time(1)),
        .lookingUp(since: Known.time(1), until: Known.time(181), accepted: true),
        .following(looks: 3, missingSince: nil),
        .following(looks: 0, missingSince: Known.time(9)), .ended(.succeeded), .ended(.failed), .ended(.superseded),
    ]

    @Test("what is saved and what is loaded are equal, in every phase", arguments: phases)
    func roundTrip(phase: Job.Phase) throws {
        var bench = Bench(Known.config { $0.upstreams["one"]?.requiredAssets = [Glob("a")] })
        bench.look([Known.release("1.0.0", id: 1, assets: [.init(name: "a")])])
        bench.look([Known.release("1.1 ;rm", id: 3), Known.release("1.1.0", id: 2, published: 9)])
        bench.fail(.rateLimited(seconds: nil, "slow \"down\"\n\u{0}\u{2028}é😀"))
        _ = try bench.core.trigger("build", [:], at: Known.at(bench.clock))
        var ledger = bench.ledger
        ledger.jobs[0].phase = phase
        ledger.jobs[0].run = Run(id: .max, url: "https://example.org")
        #expect(try Known.roundTrip(ledger) == ledger)
    }

    @Test("the worst times that an upstream can name leave a state file that can be read again")
    func worstTimes() throws {
        var bench = Bench(Known.config { $0.upstreams["one"]?.requiredAssets = [Glob("a")] })
        var late = Known.release("2.0.0", id: 2)
        late.publishedAt = Timestamp("9999-12-31T23:59:59Z")
        var early = Known.release("3.0.0", id: 3)
        early.publishedAt = Timestamp("0000-01-01T00:00:00+23:59")
        bench.look([Known.release("1.0.0", id: 1, assets: [.init(name: "a")])])
        bench.look([late, early])
        let reading = RateLimitReading(limit: 1, remaining: 0, resetIn: .max, date: Timestamp("0000-01-01T00:00:00Z"))
        bench.restart()
        bench.step()
        bench.step(.checked(upstream: "one", .unchanged, reading))
        #expect(bench.watch.waiting.count == 2)
        #expect(try Known.roundTrip(bench.ledger) == bench.ledger)
    }

    @Test("two upstreams and a year of news fit into 100 kB")
    func size() throws {
        var bench = Bench(
            Known.config { $0.upstreams["two"] = .init(repository: "owner/two") }, mode: Core.Mode(upstreams: ["one"]))
        var list = (1...80).map { Known.release("5.0.\($0)", id: 300_000_000 + Int64($0)) }
        bench.look(list)
        for week in 1...52 {
            list.insert(Known.release("5.1.\(week)", id: 310_000_000 + Int64(week)), at: 0)
            bench.look(list, after: 604_800)
            for job in bench.dispatches {
                bench.step(.dispatched(job: job.job, .refused(.permanent("no", hint: nil)), nil))
            }
            while let outgoing = bench.ledger.outbox.messages.first {
                bench.restart()
                bench.step()
                bench.step(.delivered(message: outgoing.message.id, notifier: "chat", .delivered))
            }
        }
        #expect(bench.taken.count == 52)
        #expect(try Known.encoded(bench.ledger).count < 100_000)
    }

    @Test(
        "a pass looks once, and has one look at a run; with waits it stays until the run has ended",
        arguments: [false, true])
    func modes(waits: Bool) throws {
        var bench = Bench(Known.config { $0.notifiers = [:] }, mode: Core.Mode(waits: waits))
        bench.look([Known.release("1.0.0", id: 1)])
        bench.look([Known.release("1.0.1", id: 2), Known.release("1.0.0", id: 1)])
        let id = try #require(bench.dispatches.first).job
        bench.step(.dispatched(job: id, .accepted(Run(id: 5, url: "")), nil))
        #expect(bench.core.wakeIn(at: Known.at(bench.clock)) == (waits ? 1000 : nil))
        bench.restart()
        #expect(bench.step().count == 2)
        bench.step(.checked(upstream: "one", .unchanged, nil))
        bench.step(.followed(job: id, .underway(title: id), nil))
        #expect(bench.core.wakeIn(at: Known.at(bench.clock)) == (waits ? 2000 : nil))
    }

    @Test("a dry run reads and does nothing else")
    func dryRun() {
        var bench = Bench(Known.config(), mode: Core.Mode(acts: false))
        bench.look([Known.release("1.0.0", id: 1)])
        bench.look([Known.release("1.0.1", id: 2), Known.release("1.0.0", id: 1)])
        #expect(bench.taken == ["1.0.1"] && bench.ledger.jobs.map(\.status) == ["pending"])
        bench.restart()
        #expect(!bench.step().contains { $0.acts })
    }

    @Test("after a request to stop nothing is handed out, and what comes back is still taken in")
    func shutdown() {
        var bench = Bench(Known.config())
        bench.look([Known.release("1.0.0", id: 1)])
        bench.restart()
        bench.step()
        #expect(bench.step(.shutdownRequested).isEmpty && bench.core.wakeIn(at: Known.at(bench.clock)) == nil)
        #expect(bench.step(.checked(upstream: "one", .failed(.transient("x")), nil)).isEmpty)
        #expect(bench.watch.failures == 1)
    }

    @Test("events for what nobody knows are ignored")
    func unknown() {
        var bench = Bench(Known.config())
        bench.step(.checked(upstream: "x", .unchanged, nil))
        bench.step(.identified(upstream: "one", .failed(.transient("x")), nil))
        bench.step(.dispatched(job: "w-x", .accepted(nil), nil))
        bench.step(.delivered(message: "m-x", notifier: "y", .delivered))
        #expect(bench.ledger.upstreams["x"] == nil && bench.ledger.jobs.isEmpty)
    }
}
