import Testing
import WatcherCore

@Suite("Jobs") struct JobTests {
    private static let old = [Known.release("1.0.0", id: 1)]
    private static func news(_ count: Int) -> [Release] {
        (1...count).map { Known.release("1.1.\($0)", id: 10 + Int64($0), published: Int64($0)) } + old
    }
    private static let run = Run(id: 5, url: "https://example.org/runs/5")

    /// With one job that has just been handed out.
    private static func begun(_ change: (inout Config.Action) -> Void = { _ in }) throws -> (Bench, String) {
        var action = Known.action(["one"])
        change(&action)
        var bench = Bench(Known.config { $0.actions["build"] = action }, mode: Core.Mode(waits: true))
        bench.look(old)
        bench.look(news(1))
        return (bench, try #require(bench.dispatches.first).job)
    }

    private static func phase(_ bench: Bench) -> String {
        (bench.ledger.jobs.first ?? bench.ledger.history.last)?.status ?? "none"
    }

    @Test("a dispatch carries the inputs, and its intent is in the ledger before")
    func inputs() throws {
        let (bench, id) = try Self.begun()
        #expect(bench.dispatches.first?.inputs == ["job": id, "one": "1.1.1"])
        #expect(id.hasPrefix("w-") && id.utf8.count == 14)
        #expect(bench.ledger.jobs.first?.status == "running" && bench.core.unsaved == .durable)
    }

    @Test(
        "a run that is named is followed to its end",
        arguments: ["success", "failure", "cancelled", "a word of tomorrow"])
    func followed(word: String) throws {
        var (bench, id) = try Self.begun()
        bench.step(.dispatched(job: id, .accepted(Self.run), nil))
        bench.clock += 2
        #expect(
            bench.step(.woke).contains {
                if case .follow(id, "build", _, run: Self.run) = $0 { true } else { false }
            })
        bench.step(.followed(job: id, .ended(Conclusion(word: word, title: id, url: Self.run.url)), nil))
        #expect(Self.phase(bench) == (word == "success" ? "succeeded" : "failed"))
        #expect(bench.told.last == (word == "success" ? .succeeded : .failed))
        #expect(bench.ledger.needsPerson(bench.core.config) == (word != "success"))
        bench.restart()
        bench.step()
        #expect(bench.dispatches.isEmpty)
    }

    @Test("without follow a job is done when it is started", arguments: [Self.run, nil] as [Run?])
    func unfollowed(run: Run?) throws {
        var (bench, id) = try Self.begun { $0.dispatch { $0.follow = false } }
        bench.step(.dispatched(job: id, .accepted(run), nil))
        #expect(Self.phase(bench) == "succeeded")
    }

    @Test("after a lost answer the run is looked for every two seconds, and adopted when it is found")
    func lost() throws {
        var (bench, id) = try Self.begun()
        bench.step(.dispatched(job: id, .unknown("no answer"), nil))
        for _ in 0..<5 {
            bench.clock += 2
            #expect(bench.step(.woke).contains { if case .lookUp = $0 { true } else { false } })
            bench.step(.lookedUp(job: id, .absent(others: 3), nil))
            #expect(bench.core.wakeIn(at: Known.at(bench.clock)) == 2000)
        }
        bench.step(.lookedUp(job: id, .found(Self.run), nil))
        #expect(bench.ledger.jobs.first?.run == Self.run && bench.ledger.jobs.first?.attempts == 1)
    }

    @Test("only when it was looked for as long as `lookup` is it dispatched again, under the same id, up to `attempts`")
    func lostForGood() throws {
        var (bench, id) = try Self.begun { $0.attempts = 2 }
        for attempt in 1...2 {
            bench.step(.dispatched(job: id, .unknown("no answer"), nil))
            bench.clock += 179
            bench.step(.woke)
            #expect(bench.step(.lookedUp(job: id, .absent(others: 0), nil)).filter(\.acts).isEmpty)
            bench.clock += 2
            bench.step(.woke)
            bench.step(.lookedUp(job: id, .absent(others: 0), nil))
            #expect(bench.dispatches.map(\.job) == (attempt == 1 ? [id] : []))
        }
        #expect(Self.phase(bench) == "failed")
    }

    @Test("a process that died between intent and answer looks before it repeats")
    func died() throws {
        var (bench, id) = try Self.begun()
        bench.restart()
        let commands = bench.step()
        #expect(bench.dispatches.isEmpty)
        #expect(commands.contains { if case .lookUp(id, _, _, _) = $0 { true } else { false } })
    }

    @Test(
        "204: the run is looked for; when runs without our id came up instead, the run-name is at fault and nothing is repeated",
        arguments: [0, 2])
    func noContent(others: Int) throws {
        var (bench, id) = try Self.begun()
        bench.step(.dispatched(job: id, .accepted(nil), nil))
        bench.clock += 200
        bench.step(.woke)
        bench.step(.lookedUp(job: id, .absent(others: others), nil))
        #expect(bench.dispatches.count == (others == 0 ? 1 : 0))
        #expect(Self.phase(bench) == (others == 0 ? "running" : "failed"))
    }

    @Test("a refusal for good fails at once, one that may pass waits 5 s, 30 s, 2 min")
    func refused() throws {
        var (bench, id) = try Self.begun { $0.attempts = 4 }
        for wait: Int64 in [5, 30, 120] {
            bench.step(.dispatched(job: id, .refused(.transient("no route")), nil))
            #expect(bench.core.wakeIn(at: Known.at(bench.clock)) == wait * 1000)
            bench.clock += wait
            #expect(bench.step(.woke).filter(\.acts).count >= 1)
        }
        bench.step(.dispatched(job: id, .refused(.permanent("no such workflow", hint: nil)), nil))
        #expect(Self.phase(bench) == "failed" && bench.told.contains(.failed))
    }

    @Test("what was interrupted does not count as an attempt")
    func interrupted() throws {
        var (bench, id) = try Self.begun()
        bench.step(.dispatched(job: id, .refused(.cancelled), nil))
        #expect(bench.ledger.jobs.first?.attempts ?? 1 <= 1)
        bench.core.apply(.shutdownRequested, at: Known.at(bench.clock))
        #expect(bench.step().isEmpty)
    }

    @Test("a limit pauses the action, does not count, and the run is looked for before the next try")
    func limited() throws {
        var (bench, id) = try Self.begun { $0.attempts = 1 }
        bench.step(.dispatched(job: id, .refused(.rateLimited(seconds: 300, "slow down")), nil))
        #expect(bench.core.wakeIn(at: Known.at(bench.clock)) == 300_000)
        bench.clock += 300
        #expect(bench.step(.woke).contains { if case .lookUp = $0 { true } else { false } })
        bench.step(.lookedUp(job: id, .absent(others: 0), nil))
        #expect(bench.dispatches.map(\.job) == [id] && bench.ledger.jobs.first?.attempts == 1)
    }

    @Test("a run without an end fails after its time, judged after a look")
    func timeout() throws {
        var (bench, id) = try Self.begun { $0.dispatch { $0.timeout = 3600 } }
        bench.step(.dispatched(job: id, .accepted(Self.run), nil))
        bench.clock += 3601
        bench.step(.woke)
        #expect(Self.phase(bench) == "running")
        bench.step(.followed(job: id, .underway(title: id), nil))
        #expect(Self.phase(bench) == "failed")
    }

    @Test("a run that is 404 is given two minutes")
    func missing() throws {
        var (bench, id) = try Self.begun()
        bench.step(.dispatched(job: id, .accepted(Self.run), nil))
        for second in [0, 60, 119, 120] as [Int64] {
            #expect(Self.phase(bench) == "running")
            bench.clock = 120 + second
            bench.step(.followed(job: id, .missing, nil))
        }
        #expect(Self.phase(bench) == "failed")
    }

    @Test("with each, one job a release, oldest first, one at a time, also when the first is refused")
    func each() throws {
        var (bench, id) = try Self.begun { $0.releases = .each }
        bench.look(Self.news(3))
        #expect(bench.ledger.jobs.map { $0.causes["one"]?.tag } == ["1.1.1", "1.1.2", "1.1.3"])
        bench = try Self.begun { $0.releases = .each }.0
        id = bench.ledger.jobs.first?.id ?? ""
        bench.step(.dispatched(job: id, .refused(.transient("no")), nil))
        bench.look(Self.news(3), after: 1)
        #expect(bench.dispatches.isEmpty)
        bench.clock += 5
        bench.step(.woke)
        #expect(bench.dispatches.map(\.job) == [id])
    }

    @Test(
        "with newest, a job that has not begun is superseded and kept as such; one that has begun is followed to its end"
    )
    func supersede() throws {
        var quiet = Bench(Known.config { $0.actions["build"]?.quietPeriod = 600 })
        quiet.look(Self.old)
        quiet.look(Self.news(1))
        let first = quiet.ledger.jobs.first?.id
        quiet.look(Self.news(2))
        #expect(quiet.ledger.jobs.map { $0.causes["one"]?.tag } == ["1.1.2"])
        #expect(quiet.ledger.history.map(\.id) == [first ?? ""] && quiet.ledger.history.first?.status == "superseded")
        #expect(!quiet.told.contains(.failed))
        var (bench, id) = try Self.begun()
        bench.step(.dispatched(job: id, .accepted(Self.run), nil))
        bench.look(Self.news(2))
        #expect(bench.ledger.jobs.map(\.status) == ["running", "pending"])
        bench.step(.followed(job: id, .ended(Conclusion(word: "success", title: id, url: "")), nil))
        #expect(bench.dispatches.map { $0.inputs["one"] } == ["1.1.2"])
    }

    @Test("a burst is one job after the quiet period, at most six times as late")
    func quietPeriod() {
        var bench = Bench(Known.config { $0.actions["build"]?.quietPeriod = 600 })
        bench.look(Self.old)
        var begun: Int64?
        let first = bench.clock + 60
        for count in 1...20 {
            bench.look(Self.news(count), after: count == 1 ? 60 : 500)
            if begun == nil, !bench.dispatches.isEmpty { begun = bench.clock }
        }
        #expect(begun.map { $0 - first } ?? 0 >= 3600 && begun.map { $0 - first } ?? 99_999 < 4200)
        var calm = Bench(Known.config { $0.actions["build"]?.quietPeriod = 600 })
        calm.look(Self.old)
        calm.look(Self.news(1))
        calm.lookUnchanged(after: 599)
        #expect(calm.dispatches.isEmpty)
        calm.lookUnchanged(after: 1)
        #expect(calm.dispatches.count == 1)
    }

    @Test("an action whose upstreams are not all known waits and says so")
    func unknownUpstream() {
        let config = Known.config {
            $0.upstreams["two"] = .init(repository: "owner/two")
            $0.actions["build"] = Known.action(["one", "two"])
        }
        var bench = Bench(config, mode: Core.Mode(upstreams: ["one"]))
        bench.look(Self.old)
        bench.look(Self.news(1))
        #expect(bench.dispatches.isEmpty)
        #expect(bench.ledger.jobs.first?.reason == "waits for the first release of two")
        bench.restart(mode: Core.Mode(upstreams: ["two"]))
        bench.answer(
            bench.step(), [Known.release("9.0", id: 90)], complete: true,
            identity: RepositoryIdentity(id: 70, fullName: "owner/two"))
        #expect(bench.dispatches.first?.inputs["two"] == "9.0" && bench.dispatches.first?.inputs["one"] == "1.1.1")
    }

    @Test("trigger starts a job for the highest known or the named releases, each time anew")
    func trigger() throws {
        var bench = Bench(Known.config())
        #expect(throws: Core.ControlError.notSeenYet("one")) { try bench.core.trigger("build", [:], at: Known.at(0)) }
        bench.look(Self.old)
        let first = try bench.core.trigger("build", [:], at: Known.at(bench.clock))
        let second = try bench.core.trigger("build", ["one": Known.reference("0.9")], at: Known.at(bench.clock))
        let third = try bench.core.trigger("build", [:], at: Known.at(bench.clock))
        #expect(Set([first, second, third]).count == 3)
        #expect(throws: Core.ControlError.unknownAction("x")) { try bench.core.trigger("x", [:], at: Known.at(0)) }
        #expect(throws: Core.ControlError.unknownUpstream("y", action: "build")) {
            try bench.core.trigger("build", ["y": Known.reference("1")], at: Known.at(0))
        }
        bench.step()
        #expect(bench.dispatches.map { $0.inputs["one"] } == ["1.0.0"])
    }

    @Test("a failed job is put back under a new id, or dropped; nothing else can be")
    func retryAndForget() throws {
        var (bench, id) = try Self.begun()
        let now = Known.at(bench.clock)
        #expect(throws: Core.ControlError.notFailed(id, status: "running")) { try bench.core.retry(id, at: now) }
        bench.step(.dispatched(job: id, .refused(.permanent("no", hint: nil)), nil))
        #expect(bench.ledger.needsPerson(bench.core.config))
        let again = try bench.core.retry(id, at: now)
        #expect(again != id && !bench.ledger.needsPerson(bench.core.config))
        #expect(bench.ledger.jobs.first?.causes["one"]?.tag == "1.1.1")
        try bench.core.forget(again, at: now)
        #expect(bench.ledger.jobs.isEmpty && !bench.ledger.needsPerson(bench.core.config))
        #expect(throws: Core.ControlError.unknownJob("w-x")) { try bench.core.forget("w-x", at: now) }
        bench.step(.dispatched(job: again, .accepted(Self.run), nil))
        #expect(bench.ledger.jobs.isEmpty)
    }

    @Test("the limit in an answer to a job that was forgotten meanwhile holds for the next one of that account")
    func limitOfForgotten() throws {
        let limit = RequestFailure.rateLimited(seconds: 300, "slow down")
        let answers: [@Sendable (String) -> Event] = [
            { .dispatched(job: $0, .refused(limit), nil) },
            { .lookedUp(job: $0, .failed(limit), nil) },
            { .followed(job: $0, .failed(limit), nil) },
            { .ran(job: $0, ActionResult(.failed(limit))) },
        ]
        for answer in answers {
            var (bench, id) = try Self.begun()
            try bench.core.forget(id, at: Known.at(bench.clock))
            let next = try bench.core.trigger("build", [:], at: Known.at(bench.clock))
            bench.step(answer(id))
            #expect(bench.dispatches.isEmpty && bench.ledger.jobs.map(\.id) == [next])
            bench.clock += 301
            bench.step()
            #expect(bench.dispatches.map(\.job) == [next])
        }
    }

    @Test("a job whose action has gone from the configuration fails with that reason")
    func orphan() throws {
        var (bench, _) = try Self.begun()
        bench.restart(Known.config { $0.actions = [:] })
        bench.step()
        #expect(Self.phase(bench) == "failed" && bench.ledger.history.last?.reason?.contains("no longer") == true)
    }
}
