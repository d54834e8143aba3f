import Testing

@testable import WatcherCore

@Suite("Outputs in the core") struct CoreOutputTests {
    private static let all = Dictionary(uniqueKeysWithValues: outputFormats.map { ($0.key, "/srv/\($0.key)") })

    private static func config() -> Config { Known.config { $0.outputs = all } }

    private func published(_ commands: [Command]) -> StatusSnapshot? {
        commands.lazy.compactMap { if case .publish(let snapshot, _) = $0 { snapshot } else { nil } }.first
    }

    private func unchanged(_ bench: inout Bench) -> [Command] {
        bench.step(.checked(upstream: "one", .unchanged, nil))
    }

    @Test("without outputs nothing is written, counted or kept")
    func none() {
        var bench = Bench(Known.config())
        bench.look([Known.release("1.0.0", id: 1)])
        #expect(published(bench.commands) == nil)
        #expect(bench.ledger.events == nil && bench.ledger.counters == nil && bench.ledger.outputFailures == nil)
    }

    @Test("a pass writes them once, when nothing else is left to do")
    func once() throws {
        var bench = Bench(Self.config())
        bench.step()
        #expect(published(bench.commands) == nil, "the check is in flight")
        bench.look([Known.release("1.0.0", id: 1)])
        let snapshot = try #require(published(bench.commands))
        #expect(snapshot.upstreams.map(\.lastSeen?.tag) == ["1.0.0"])
        #expect(snapshot.counters.checks == ["baseline": 1])
        bench.step(.published([:]))
        #expect(bench.commands.isEmpty)
        let wait = bench.core.wakeIn(at: Known.at(bench.clock))
        #expect(wait == nil)
    }

    @Test("a dry run writes nothing")
    func dryRun() {
        var bench = Bench(Self.config(), mode: Core.Mode(acts: false))
        bench.look([Known.release("1.0.0", id: 1)])
        #expect(published(bench.commands) == nil)
    }

    @Test("a daemon writes them after a change, at most once a second, and comes back for what is left")
    func daemon() throws {
        var bench = Bench(Self.config(), mode: Core.Mode(repeats: true))
        for command in bench.step() {
            guard case .check = command else { continue }
            let commands = unchanged(&bench)
            #expect(published(commands) == nil, "the first second has not passed")
        }
        let wait = bench.core.wakeIn(at: Known.at(bench.clock))
        #expect(try #require(wait) <= Core.outputInterval)
        bench.clock += 1
        bench.step(.woke)
        #expect(published(bench.commands) != nil)
        bench.clock += 5
        bench.core.changed(.durable)
        bench.step(.woke)
        #expect(published(bench.commands) == nil, "one is in flight")
        bench.step(.published([:]))
        #expect(published(bench.commands) != nil)
        bench.step(.published([:]))
        #expect(published(bench.commands) == nil, "nothing has changed")
    }

    @Test("a daemon with many upstreams waits longer after changes of times and counters only")
    func many() {
        var bench = Bench(
            Known.config {
                $0.outputs = Self.all
                for number in 0..<100 { $0.upstreams["u\(number)"] = Config.Upstream(repository: "o/u\(number)") }
            }, mode: Core.Mode(repeats: true))
        bench.step()
        bench.core.changed(.noted)
        bench.clock += 9
        bench.step(.woke)
        #expect(published(bench.commands) == nil)
        bench.core.changed(.durable)
        bench.step(.woke)
        #expect(published(bench.commands) != nil)
    }

    @Test("a file that cannot be written is told once, needs action until it is written, and stops nothing")
    func failure() throws {
        var bench = Bench(Self.config())
        bench.look([Known.release("1.0.0", id: 1)])
        bench.step(.published(["metrics": "/srv/metrics: open: No such file or directory"]))
        #expect(bench.told == [.attention])
        #expect(bench.notes.map(\.topic) == ["attention"])
        bench.lookUnchanged()
        bench.deliver()
        let snapshot = try #require(published(bench.commands))
        #expect(
            snapshot.actionRequired.map(\.text) == [
                "outputs.metrics cannot be written: /srv/metrics: open: No such file or directory"
            ])
        bench.step(.published(["metrics": "/srv/metrics: open: No such file or directory"]))
        #expect(bench.notes.isEmpty, "it is known")
        #expect(bench.result?.word == .unchanged)
        bench.lookUnchanged()
        bench.step(.published([:]))
        #expect(bench.ledger.outputFailures == nil && bench.ledger.told.isEmpty)
    }

    @Test("the feed has each event once, with its message's id or one of its own, and keeps the latest")
    func events() throws {
        var bench = Bench(Known.config { $0.outputs = Self.all })
        bench.look([Known.release("1.0.0", id: 1)])
        bench.look([Known.release("1.0.1", id: 2), Known.release("1.0.0", id: 1)])
        let id = try #require(bench.ledger.events?.id)
        #expect(bench.ledger.events?.entries.map(\.id) == bench.ledger.outbox.messages.map(\.message.id))
        bench.restart(
            Known.config {
                $0.outputs = Self.all
                $0.notifiers = [:]
            })
        for number in Int64(3)...(Int64(EventLog.limit) + 3) {
            bench.look([Known.release("1.0.\(number)", id: number), Known.release("1.0.0", id: 1)])
        }
        let log = try #require(try Known.roundTrip(bench.ledger).events)
        #expect(log.id == id)
        #expect(log.entries.count == EventLog.limit)
        #expect(Set(log.entries.map(\.id)).count == EventLog.limit)
        #expect(log.entries.last?.title == "one 1.0.\(EventLog.limit + 3) is out")
        bench.restart(Known.config())
        #expect(bench.ledger.events == nil)
    }

    @Test("the releases of the last weeks are kept for the page, the ignored ones with their reason, each once")
    func recent() throws {
        var bench = Bench(Self.config())
        let old = Known.release("0.9.0", id: 9)
        bench.look([Known.release("1.0.0", id: 1), old])
        var candidate = Known.release("1.1.0", id: 2)
        candidate.isPrerelease = true
        bench.look([candidate, Known.release("1.0.0", id: 1), old])
        let before = try #require(try Known.roundTrip(bench.ledger).recent)
        #expect(before == bench.ledger.recent)
        #expect(before.entries.contains { $0.tag == "1.1.0" && $0.reason == .prerelease && $0.upstream == "one" })
        candidate.isPrerelease = false
        bench.look([candidate, Known.release("1.0.0", id: 1), old])
        #expect(bench.ledger.recent?.entries.filter { $0.tag == "1.1.0" }.map(\.reason) == [.taken], "it was promoted")
        bench.restart(Known.config())
        #expect(bench.ledger.recent == nil)
    }

    @Test("no more releases are kept than there is room for, and none that is older than the drawing")
    func recentLimit() {
        var log = ReleaseLog()
        let now = Known.at(0).floor
        let decided = (0..<(ReleaseLog.limit + 50)).map {
            UpstreamState.Decided(tag: "v\($0)", published: now.adding(Int64($0 - 10_000)), reason: .taken)
        }
        log.add(decided, of: "one", at: now)
        #expect(log.entries.count == ReleaseLog.limit && log.entries.first?.tag == "v50")
        let later = now.adding(ReleaseLog.reach)
        log.add([.init(tag: "v9 x", published: later, reason: .unusableTag)], of: "two", at: later)
        log.add([.init(tag: "undated", published: nil, reason: .taken)], of: "two", at: later)
        #expect(log.entries.map(\.tag) == ["v9 x"])
    }

    @Test("counters go on after a restart, and end with their outputs")
    func counters() throws {
        var bench = Bench(Self.config())
        bench.look([Known.release("1.0.0", id: 1)])
        bench.fail()
        bench.look([Known.release("1.0.1", id: 2), Known.release("1.0.0", id: 1)])
        let job = try #require(bench.dispatches.first).job
        bench.clock += 30
        bench.step(.dispatched(job: job, .refused(.permanent("no such workflow", hint: nil)), nil))
        bench.deliver()
        let ledger = try Known.roundTrip(bench.ledger)
        #expect(ledger.counters == bench.ledger.counters)
        #expect(ledger.counters?.checks == ["baseline": 1, "failed": 1, "news": 1])
        #expect(ledger.counters?.jobs == ["build": ["failed": 1]])
        #expect(ledger.counters?.durations == ["build": .init(count: 1, seconds: 30)])
        #expect(ledger.counters?.deliveries["chat"]?["succeeded"] ?? 0 > 0)
        bench.restart(Known.config())
        #expect(bench.ledger.counters == nil)
    }
}

extension Bench {
    /// Delivers all messages; returns what was handed out last.
    @discardableResult mutating func deliver() -> [Command] {
        while let message = ledger.outbox.messages.first?.message {
            step(.delivered(message: message.id, notifier: "chat", .delivered))
        }
        return commands
    }
}
