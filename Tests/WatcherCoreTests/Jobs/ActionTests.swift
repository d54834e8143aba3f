import FoundationEssentials
import Testing

@testable import WatcherCore

/// A kind that only this file knows, with whatever a test asks of it.
struct TrialAction: ActionKind {
    static let key = "trial"
    static let summary = "Do something for a test."

    var place: String
    var recovery = ActionRecovery.repeated

    var secrets: [String: Secret] { [:] }

    func target(for job: JobContents) throws(ActionObjection) -> Trial {
        guard place != "nowhere" else { throw ActionObjection("there is no such place") }
        return Trial(place: place, tag: job.releases["one"]?.tag ?? "", word: "\(recovery)")
    }
}

extension TrialAction {
    init?(reading object: ConfigObject, _ surroundings: ActionSurroundings) {
        self.init(place: object.text("place", .any, "Where.", required: true) ?? "")
    }
}

struct Trial: ActionTarget {
    static let key = TrialAction.key
    var place: String
    var tag: String
    var word: String

    var recovery: ActionRecovery {
        switch word {
        case "repeated": .repeated
        case "failed": .failed
        default: .lookedUp
        }
    }
    var follows: Bool { recovery == .lookedUp }
    var timeout: Int64 { 600 }
    var lookup: Int64 { 180 }
}

@Suite("Actions of any kind") struct ActionTests {
    private static let old = [Known.release("1.0.0", id: 1)]
    private static let news = [Known.release("1.1.0", id: 2, published: 1)] + old
    private static let run = Run(id: 5, url: "https://example.org/5")
    private static let recoveries: [ActionRecovery] = [.repeated, .failed, .lookedUp]

    private static func config(_ recovery: ActionRecovery, place: String = "here", attempts: Int = 3) -> Config {
        Known.config {
            $0.actions["build"] = Config.Action(
                upstreams: ["one"], work: .kind(AnyActionKind(TrialAction(place: place, recovery: recovery))))
            $0.actions["build"]?.attempts = attempts
        }
    }

    /// With one job that has just been handed out.
    private static func begun(_ config: Config) throws -> (Bench, ActionRequest) {
        var bench = Bench(config, mode: Core.Mode(waits: true))
        bench.look(old)
        bench.look(news)
        return (bench, try #require(bench.requests.first))
    }

    @Test("what a job does is fixed, and on disk, before it acts", arguments: recoveries)
    func target(_ recovery: ActionRecovery) throws {
        let (bench, request) = try Self.begun(Self.config(recovery))
        #expect(request.target.base as? Trial == Trial(place: "here", tag: "1.1.0", word: "\(recovery)"))
        let job = try #require(bench.ledger.jobs.first)
        #expect(job.phase == .acting(.start) && job.work == request.target && job.status == "running")
        #expect(bench.core.unsaved == .durable)
        #expect(request.step == .start && request.message.releases?.first?.tag == "1.1.0")
        #expect(bench.commands.contains { $0.acts })
    }

    @Test("success and failure end it; one moment more is tried again, up to attempts", arguments: recoveries)
    func ends(_ recovery: ActionRecovery) throws {
        var (bench, request) = try Self.begun(Self.config(recovery, attempts: 2))
        let id = request.job
        var other = bench
        bench.step(.ran(job: id, ActionResult(.succeeded)))
        #expect(bench.ledger.history.last?.status == "succeeded" && bench.told.last == .succeeded)
        other.step(.ran(job: id, ActionResult(.failed(.transient("busy")))))
        #expect(other.ledger.jobs.first?.status == "pending" && other.requests.isEmpty)
        other.clock += 5
        other.step(.woke)
        #expect(other.requests.map(\.job) == [id])
        other.step(.ran(job: id, ActionResult(.failed(.transient("busy")), log: "x.log")))
        #expect(other.ledger.history.last?.reason == "busy (after 2 attempts)")
        #expect(other.ledger.history.last?.log == "x.log" && other.told.last == .failed)
    }

    @Test("a limit and an interruption count for nothing", arguments: [ActionRecovery.repeated, .failed])
    func uncounted(_ recovery: ActionRecovery) throws {
        var (bench, request) = try Self.begun(Self.config(recovery, attempts: 1))
        for _ in 0..<5 {
            bench.step(.ran(job: request.job, ActionResult(.failed(.rateLimited(seconds: 40, "slow down")))))
            let job = try #require(bench.ledger.jobs.first)
            #expect(bench.core.isUnderWay(job), "--wait stays for it")
            bench.clock += 39
            bench.step(.woke)
            #expect(bench.requests.isEmpty)
            bench.clock += 1
            bench.step(.woke)
            #expect(bench.requests.count == 1)
        }
        bench.step(.ran(job: request.job, ActionResult(.failed(.cancelled))))
        #expect(bench.requests.count == 1 && bench.ledger.jobs.first?.attempts == 1)
    }

    @Test("after a crash it is done again, has failed, or is looked for", arguments: recoveries)
    func crash(_ recovery: ActionRecovery) throws {
        var (bench, request) = try Self.begun(Self.config(recovery))
        bench.restart(Self.config(recovery, place: "elsewhere"))
        bench.step()
        switch recovery {
        case .repeated: #expect(bench.requests.map(\.target) == [request.target])
        case .failed:
            #expect(bench.requests.isEmpty && bench.told.last == .failed)
            #expect(bench.ledger.history.last?.reason?.contains("cut off") == true)
        case .lookedUp:
            #expect(bench.requests.map(\.target) == [request.target])
            guard case .find? = bench.requests.first?.step else {
                Issue.record("not looked for")
                return
            }
            #expect(bench.commands.allSatisfy { !$0.acts || !"\($0)".contains(request.job) })
            bench.step(.ran(job: request.job, ActionResult(.started(Self.run))))
            #expect(bench.ledger.jobs.first?.run == Self.run && bench.ledger.jobs.first?.attempts == 1)
        }
    }

    @Test("a lost answer is looked for as long as it may show up, and only then it is started again")
    func lost() throws {
        var (bench, request) = try Self.begun(Self.config(.lookedUp))
        bench.step(.ran(job: request.job, ActionResult(.unknown("no answer"))))
        for _ in 0..<3 {
            guard case .find? = bench.requests.first?.step else {
                Issue.record("not looked for")
                return
            }
            bench.step(.ran(job: request.job, ActionResult(.absent)))
            #expect(bench.requests.isEmpty && bench.core.wakeIn(at: Known.at(bench.clock)) == 2000)
            bench.clock += 2
            bench.step(.woke)
        }
        bench.clock += 180
        bench.step(.ran(job: request.job, ActionResult(.absent)))
        #expect(bench.requests.map(\.step) == [.start] && bench.ledger.jobs.first?.attempts == 2)
    }

    @Test("what was started is followed to its end, and no longer than its time limit")
    func followed() throws {
        var (bench, request) = try Self.begun(Self.config(.lookedUp))
        bench.step(.ran(job: request.job, ActionResult(.started(Self.run))))
        #expect(bench.told.last == .started || !bench.told.contains(.started))
        bench.clock += 1
        bench.step(.woke)
        #expect(bench.requests.map(\.run) == [Self.run])
        var other = bench
        bench.step(.ran(job: request.job, ActionResult(.succeeded)))
        #expect(bench.ledger.history.last?.status == "succeeded" && bench.ledger.history.last?.run == Self.run)
        other.clock += 600
        other.step(.ran(job: request.job, ActionResult(.underway)))
        #expect(other.ledger.history.last?.reason?.hasPrefix("no end after 10m") == true)
    }

    @Test("a program that kills watcher each time is given up")
    func givenUp() throws {
        var (bench, _) = try Self.begun(Self.config(.repeated))
        for _ in 0..<Core.cutOffLimit {
            bench.restart()
            bench.step()
            #expect(bench.requests.count == 1)
        }
        bench.restart()
        bench.step()
        #expect(bench.requests.isEmpty && bench.ledger.history.last?.reason?.hasPrefix("given up") == true)
    }

    @Test("what cannot be begun has failed, with the reason")
    func objection() throws {
        var bench = Bench(Self.config(.repeated, place: "nowhere"))
        bench.look(Self.old)
        bench.look(Self.news)
        #expect(bench.requests.isEmpty && bench.ledger.history.last?.reason == "there is no such place")
    }

    @Test("a kind that is added is read, described and required like the others")
    func seam() throws {
        let kinds = actionKinds + [TrialAction.self]
        func read(_ work: String) -> Result<ConfigReader.Reading, ConfigError> {
            let text = #"{"upstreams": {"one": {"github": "o/r"}}, "actions": {"a": {"upstreams": ["one"]\#(work)}}}"#
            return ConfigReader.read(Array(text.utf8), actionKinds: kinds)
        }
        let config = try read(#", "trial": {"place": "x"}"#).get().config
        #expect(config.actions["a"]?.work == .kind(AnyActionKind(TrialAction(place: "x"))))
        guard case .failure(let error) = read("") else {
            Issue.record("nothing to do is no problem")
            return
        }
        #expect(error.problems.first?.expected?.contains("\"trial\"") == true)
        #expect(ConfigSchema.json(actionKinds: kinds)["$defs"]?["trial"]?["required"] == ["place"])
    }
}

@Suite("The action command") struct CommandActionTests {
    private func action(_ settings: String) throws -> (Config.Action, ConfigReader.Reading) {
        let text = """
            {"upstreams": {"one": {"github": "o/r"}}, "actions": {"a": {"upstreams": ["one"],
             "command": \(settings)}}}
            """
        let reading = try ConfigReader.read(Array(text.utf8)).get()
        return (try #require(reading.config.actions["a"]), reading)
    }

    private let contents = JobContents(
        id: "w-1", isHighest: true, releases: ["one": Known.reference("v1.2.3")], gitHubAPI: "")

    @Test("its templates are filled in, its secrets stay where they are, and the whole survives the state file")
    func target() throws {
        let (action, _) = try action(
            """
            {"argv": ["/bin/x", "--tag={{one.tag}}", "a b; $(c)"], "environment": {"V": "{{one.version}}",
             "KEY": {"env": "SECRET"}}, "workingDirectory": "/srv", "timeout": "5m", "repeatable": false}
            """)
        guard case .kind(let kind) = action.work else {
            Issue.record("another kind")
            return
        }
        #expect(kind.base.secrets == ["environment.KEY": .environment("SECRET")])
        let target = try kind.target(for: contents)
        let wanted = CommandTarget(
            argv: ["/bin/x", "--tag=v1.2.3", "a b; $(c)"], workingDirectory: "/srv", environment: ["V": "1.2.3"],
            secrets: ["KEY"], timeout: 300, repeatable: false)
        #expect(target.base as? CommandTarget == wanted)
        #expect(try Known.roundTrip(target) == target)
        #expect(target.base.recovery == .failed && target.base.isLong)
    }

    @Test(
        "what a program cannot be given is a problem",
        arguments: [
            #"{"argv": []}"#, #"{"argv": [""]}"#, #"{"argv": ["x", "\u0000"]}"#, #"{"argv": "x y"}"#, "{}",
            #"{"argv": ["x", "{{two.tag}}"]}"#, #"{"argv": ["x"], "environment": {"WATCHER_TAG": "y"}}"#,
            #"{"argv": ["x"], "environment": {"A=B": "y"}}"#, #"{"argv": ["x"], "timeout": "0s"}"#,
            #"{"argv": ["x"], "shell": true}"#,
        ])
    func wrong(_ settings: String) {
        #expect(throws: ConfigError.self) { try action(settings) }
    }
}

@Suite("The actions request and repositoryDispatch") struct RequestActionTests {
    private func kind(_ work: String) throws -> AnyActionKind {
        let text = #"{"upstreams": {"one": {"github": "o/r"}}, "actions": {"a": {"upstreams": ["one"], \#(work)}}}"#
        let config = try ConfigReader.read(Array(text.utf8)).get().config
        guard case .kind(let kind)? = config.actions["a"]?.work else { throw ActionObjection("another kind") }
        return kind
    }

    private let contents = JobContents(
        id: "w-1", isHighest: true, releases: ["one": Known.reference("v1.2.3")], gitHubAPI: "https://api.example")

    @Test("are filled in whole, but for secrets, and survive the state file")
    func targets() throws {
        let request = try kind(
            #""request": {"url": {"env": "U"}, "headers": {"A": {"env": "H"}, "B": "{{one.tag}}"}, "body": "x {{job.id}}"}"#
        )
        #expect(request.base.secrets == ["url": .environment("U"), "headers.A": .environment("H")])
        let target = try request.target(for: contents)
        #expect(
            target.base as? HTTPRequestTarget
                == HTTPRequestTarget(
                    url: nil, method: "POST", headers: ["Idempotency-Key": "w-1", "B": "v1.2.3"], secretHeaders: ["A"],
                    body: "x w-1"))
        #expect(try Known.roundTrip(target) == target)
        let event = try kind(
            #""repositoryDispatch": {"repository": "o/r", "eventType": "e", "payload": {"t": "{{one.tag}}\""}}"#)
        let sent = try event.target(for: contents)
        #expect(
            (sent.base as? RepositoryDispatchTarget).map { String(decoding: $0.body, as: UTF8.self) }
                == #"{"event_type":"e","client_payload":{"t":"v1.2.3\""}}"#)
        #expect(try Known.roundTrip(sent) == sent)
        #expect(event.base.account == .github && request.base.account == .none)
    }

    @Test(
        "with what cannot be sent is a problem",
        arguments: [
            #""request": {}"#, #""request": {"url": "ftp://x"}"#, #""request": {"url": "https://x", "method": "get"}"#,
            #""request": {"url": "https://x", "method": "GET", "body": ""}"#,
            #""request": {"url": "https://x", "headers": {"idempotency-key": "1"}}"#,
            #""request": {"url": "https://x", "headers": {"A": "a\nb"}}"#,
            #""request": {"url": "https://x", "body": {"a": ["{{nobody.tag}}"]}}"#,
            #""request": {"url": "https://x", "expect": []}"#, #""request": {"url": "https://x", "expect": [42]}"#,
            #""repositoryDispatch": {"repository": "o/r"}"#,
            #""repositoryDispatch": {"repository": "o/r", "eventType": "e", "payload": ["x"]}"#,
            #""repositoryDispatch": {"repository": "o/r", "eventType": "e", "payload": {"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1,"10":1,"11":1}}"#,
        ])
    func wrong(_ work: String) {
        #expect(throws: ConfigError.self) { try kind(work) }
    }
}

@Suite("A build") struct BuildInputTests {
    @Test("that was cut off goes on with what it was begun with, whatever the configuration has come to say")
    func resumed() throws {
        func config(_ context: String, _ platform: String) -> Config {
            var build = Config.ImageBuild(
                context: Template(literal: context), tags: [Template(literal: "registry.example/\(context):1")])
            build.platforms = [platform]
            return Known.config { $0.actions["build"] = Config.Action(upstreams: ["one"], work: .imageBuild(build)) }
        }
        var bench = Bench(config("a", "linux/amd64"))
        bench.look([Known.release("1.0.0", id: 1)])
        bench.look([Known.release("1.1.0", id: 2, published: 1), Known.release("1.0.0", id: 1)])
        bench.restart(config("b", "linux/arm64"))
        bench.step()
        let build = bench.commands.compactMap { if case .build(let build) = $0 { build } else { nil } }.first
        #expect(build?.context == "a" && build?.platforms == ["linux/amd64"] && build?.attempt == 2)
        let job = try #require(build?.job)
        bench.step(.built(job: job, .built(digest: nil, log: "x")))
        #expect(
            bench.commands.contains(
                .verify(
                    .init(
                        job: job, action: "build", images: ["registry.example/a:1"], platforms: ["linux/amd64"]))))
        // A new attempt takes what is configured then.
        bench.restart(config("b", "linux/arm64"))
        #expect(try Known.roundTrip(bench.ledger) == bench.ledger)
    }
}

extension Bench {
    var requests: [ActionRequest] {
        commands.compactMap { if case .run(let request) = $0 { request } else { nil } }
    }
}
