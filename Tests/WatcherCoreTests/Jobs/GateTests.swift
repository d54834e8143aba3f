import Testing

@testable import WatcherCore

@Suite("What a job waits for") struct GateTests {
    private static let old = [Known.release("1.0.0", id: 1)]

    private static func news(_ tags: String...) -> [Release] {
        tags.enumerated().reversed().map { Known.release($1, id: 10 + Int64($0), published: Int64($0)) } + old
    }

    private static func bench(_ change: (inout Config.Action) -> Void) -> Bench {
        var action = Known.action(["one"])
        change(&action)
        // No check comes between a job and its beginning.
        let config = Known.config {
            $0.actions["build"] = action
            $0.poll.every = 3600
        }
        var bench = Bench(config, mode: Core.Mode(repeats: true))
        bench.look(old)
        return bench
    }

    // MARK: - Approval

    @Test("with approval a job waits, is asked about once, and begins when it is approved") func approved() throws {
        var bench = Self.bench { $0.approval = true }
        bench.look(Self.news("1.1.0"))
        let job = try #require(bench.ledger.jobs.first)
        #expect(bench.dispatches.isEmpty && job.status == "pending" && job.reason == "waits for approval")
        #expect(bench.told == [.release, .approval] && !bench.ledger.needsPerson(bench.core.config))
        bench.look(Self.news("1.1.0"))
        #expect(bench.dispatches.isEmpty && bench.told == [.release, .approval])
        bench.step(.requested(.approve(job: job.id), number: 1))
        #expect(bench.dispatches.map(\.job) == [job.id] && bench.told == [.release, .approval])
        #expect(!bench.ledger.needsPerson(bench.core.config))
    }

    @Test("a rejected job is over, without a message, and cannot be approved any more") func rejected() throws {
        var bench = Self.bench { $0.approval = true }
        bench.look(Self.news("1.1.0"))
        let id = try #require(bench.ledger.jobs.first?.id)
        bench.step(.requested(.reject(job: id), number: 1))
        #expect(bench.dispatches.isEmpty && bench.ledger.jobs.isEmpty && bench.told == [.release, .approval])
        #expect(bench.ledger.history.last?.reason == "rejected on request")
        #expect(!bench.ledger.needsPerson(bench.core.config))
        bench.step(.requested(.approve(job: id), number: 2))
        let replies = bench.core.takeAnswers().map(\.1)
        guard case .refused(let why, _)? = replies.last else {
            Issue.record("\(replies)")
            return
        }
        #expect(why.contains("does not wait for approval"))
    }

    @Test("a newer release takes the place of one that waits or was approved, and asks anew") func superseded() throws {
        var bench = Self.bench {
            $0.approval = true
            $0.quietPeriod = 0
        }
        bench.look(Self.news("1.1.0"))
        let first = try #require(bench.ledger.jobs.first?.id)
        bench.look(Self.news("1.1.0", "1.2.0"))
        let second = try #require(bench.ledger.jobs.first)
        #expect(bench.ledger.jobs.count == 1 && second.causes["one"]?.tag == "1.2.0" && second.id != first)
        #expect(bench.told == [.release, .approval, .release, .approval])
        bench.step(.requested(.approve(job: first), number: 1))
        #expect(bench.dispatches.isEmpty)
    }

    @Test("what a person has asked for, and what has begun before, is not asked about") func byHand() throws {
        var bench = Self.bench { $0.approval = true }
        bench.step(.requested(.trigger(action: "build", releases: [:]), number: 1))
        let id = try #require(bench.dispatches.first?.job)
        bench.step(.dispatched(job: id, .refused(.transient("busy")), nil))
        bench.clock += 60
        bench.step(.woke)
        #expect(bench.dispatches.map(\.job) == [id] && !bench.told.contains(.approval))
    }

    // MARK: - Window

    @Test("outside of its window a job waits, says until when, and begins when it opens") func window() throws {
        // The test's clock begins at 10:00 UTC.
        var bench = Self.bench {
            $0.window = JobWindow()
            $0.window?.from = 12 * 60
            $0.window?.to = 13 * 60
        }
        bench.look(Self.news("1.1.0"))
        let job = try #require(bench.ledger.jobs.first)
        #expect(bench.dispatches.isEmpty && job.opensAt == Timestamp("2026-08-03T12:00:00Z"))
        #expect(job.reason == "waits for its window, which opens at 2026-08-03T12:00:00Z")
        bench.clock = 7199
        bench.look(Self.news("1.1.0"), after: 0)
        #expect(bench.dispatches.isEmpty)
        bench.look(Self.news("1.1.0"), after: 1)
        #expect(bench.dispatches.map(\.job) == [job.id])
    }

    @Test("the daemon sleeps until the window opens, and looks anew when the configuration has changed")
    func sleep() throws {
        var bench = Self.bench {
            $0.window = JobWindow()
            $0.window?.from = 10 * 60 + 5
            $0.window?.to = 11 * 60
        }
        bench.look(Self.news("1.1.0"))
        let opens = try #require(bench.ledger.jobs.first?.opensAt)
        #expect(bench.core.nextTime(of: try #require(bench.ledger.jobs.first), at: Known.at(bench.clock)) == opens)
        var config = bench.core.config
        config.actions["build"]?.window = nil
        bench.step(.reconfigured(config))
        #expect(bench.dispatches.count == 1)
    }

    // MARK: - After

    @Test("after another action a job begins when that one's job for the same releases has succeeded") func after()
        throws
    {
        var config = Known.config()
        config.actions["deploy"] = Known.action(["one"]) { $0.after = "build" }
        var bench = Bench(config)
        bench.look(Self.old)
        bench.look(Self.news("1.1.0"))
        let build = try #require(bench.dispatches.first)
        #expect(bench.dispatches.map(\.action) == ["build"])
        let waiting = bench.ledger.jobs.first { $0.action == "deploy" }
        #expect(waiting?.reason == "waits for build: job \(build.job) is running")
        var failed = bench
        let run = Run(id: 1, url: "https://example.org/1")
        bench.step(.dispatched(job: build.job, .accepted(run), nil))
        bench.step(.followed(job: build.job, .ended(Conclusion(word: "success", title: build.job, url: "u")), nil))
        #expect(bench.dispatches.map(\.action) == ["deploy"])

        failed.step(.dispatched(job: build.job, .refused(.permanent("no such workflow", hint: nil)), nil))
        #expect(failed.dispatches.isEmpty && failed.ledger.jobs.map(\.action) == ["deploy"])
        failed.step(.requested(.retry(job: build.job), number: 1))
        let again = try #require(failed.dispatches.first)
        #expect(again.action == "build")
        failed.step(.dispatched(job: again.job, .accepted(run), nil))
        failed.step(.followed(job: again.job, .ended(Conclusion(word: "success", title: again.job, url: "u")), nil))
        #expect(failed.dispatches.map(\.action) == ["deploy"])
    }

    @Test("after a job that was rejected a job ends like it") func afterRejection() throws {
        var config = Known.config()
        config.actions["build"]?.approval = true
        config.actions["deploy"] = Known.action(["one"]) { $0.after = "build" }
        var bench = Bench(config)
        bench.look(Self.old)
        bench.look(Self.news("1.1.0"))
        let build = try #require(bench.ledger.jobs.first { $0.action == "build" })
        bench.step(.requested(.reject(job: build.id), number: 1))
        bench.step(.woke)
        #expect(bench.dispatches.isEmpty && bench.ledger.jobs.isEmpty)
        let deploy = bench.ledger.history.last
        #expect(deploy?.action == "deploy" && deploy?.phase == .ended(.superseded))
        #expect(deploy?.reason == "build was not done: rejected on request")
    }

    @Test("what a job would wait for is said without doing anything") func reasons() throws {
        var config = Known.config { $0.actions["build"]?.approval = true }
        config.actions["deploy"] = Known.action(["one"]) { $0.after = "build" }
        var bench = Bench(config, mode: Core.Mode(acts: false))
        bench.look(Self.old)
        bench.look(Self.news("1.1.0"))
        let words = bench.ledger.jobs.map { bench.core.waitingReason($0, at: Known.at(bench.clock)) ?? "" }
        #expect(words.count == 2 && words[0] == "waits for approval" && words[1].hasPrefix("waits for build: job w-"))
    }

    // MARK: - Levels

    @Test(
        "levels: the first, the second or any later number that differs from the highest before",
        arguments: [
            ([Version.Level.major], "2.0.0", true), ([.major], "1.1.0", false), ([.minor], "1.1.0", true),
            ([.minor, .major], "1.0.1", false), ([.patch], "1.0.0.1", true), ([.patch], "2.0.1", false),
        ])
    func levels(_ levels: [Version.Level], _ tag: String, _ starts: Bool) {
        var bench = Self.bench { $0.levels = Set(levels) }
        bench.look(Self.news(tag))
        #expect(bench.dispatches.isEmpty != starts && bench.told == [.release])
    }

    @Test("with each, every release is judged by the highest before it") func levelsOfEach() {
        var bench = Self.bench {
            $0.levels = [.minor]
            $0.releases = .each
        }
        bench.look(Self.news("1.1.0", "1.1.1", "1.2.0"))
        #expect(bench.ledger.jobs.compactMap { $0.causes["one"]?.tag } == ["1.1.0", "1.2.0"])
    }

    @Test("a notifier hears of releases of its levels, and of all jobs") func notifierLevels() {
        var config = Known.config { $0.notifiers["chat"]?.levels = [.major] }
        config.actions["build"]?.approval = true
        var bench = Bench(config)
        bench.look(Self.old)
        bench.look(Self.news("1.1.0"))
        #expect(bench.told == [.approval])
        bench.look(Self.news("1.1.0", "2.0.0"))
        #expect(bench.told == [.approval, .release, .approval])
    }

    // MARK: - Configuration

    private func problems(_ action: String, _ more: String = "") -> [String] {
        let work = #""request": {"url": "https://x.example"}"#
        let text = """
            {"upstreams": {"one": {"github": "o/r"}, "two": {"github": "o/t"}},
             "actions": {"a": {"upstreams": ["one"], \(work), \(action)}\(more)}}
            """
        switch ConfigReader.read(Array(text.utf8)) {
        case .failure(let error): return error.problems.map { "\($0.path): \($0.found)" }
        case .success: return []
        }
    }

    @Test("a circle of actions, an unknown one and one of other upstreams are problems") func circles() {
        let work = #""request": {"url": "https://x.example"}"#
        #expect(problems(#""after": "a""#) == ["$.actions.a.after: a circle: a after a"])
        #expect(problems(#""after": "b""#) == ["$.actions.a.after: an action that is not there"])
        let back = #", "b": {"upstreams": ["one"], "after": "a", \#(work)}"#
        #expect(
            problems(#""after": "b""#, back) == [
                "$.actions.a.after: a circle: a after b after a", "$.actions.b.after: a circle: b after a after b",
            ])
        let other = #", "b": {"upstreams": ["two"], \#(work)}"#
        #expect(problems(#""after": "b""#, other) == ["$.actions.a.after: an action without a common upstream"])
        #expect(problems(#""after": "b""#, #", "b": {"upstreams": ["one", "two"], \#(work)}"#).isEmpty)
    }

    @Test(
        "a window that never opens is a problem",
        arguments: [
            #"{"from": "22:00", "to": "22:00"}"#, #"{"days": []}"#, #"{"from": "25:00"}"#, #"{"from": "9:00"}"#,
            #"{"timeZone": "Europe/Nowhere"}"#, #"{"timeZone": "../passwd"}"#, #"{"days": ["monday"]}"#,
            #"{"from": "24:00", "to": "00:00"}"#,
        ])
    func neverOpens(_ window: String) {
        #expect(!problems(#""window": \#(window)"#).isEmpty)
    }

    @Test("a window has useful defaults") func defaults() {
        #expect(problems(#""window": {"days": ["sat", "sun"]}, "levels": ["major"], "approval": true"#).isEmpty)
        #expect(problems(#""window": {"from": "22:00", "to": "06:00", "timeZone": "UTC"}"#).isEmpty)
    }
}
