import Testing
import WatcherCore

/// The core alone, with a builder and a registry that answer by hand.
@Suite("Jobs that build images")
struct ImageJobTests {
    /// A core with what it hands out, at a time that only moves by hand.
    struct Bench {
        var core: Core
        var now = Instant(wall: 1_800_000_000_000, uptime: 1_000_000)

        init(_ config: Config, ledger: Ledger = Ledger(), waits: Bool = false) {
            core = Core(config, mode: Core.Mode(waits: waits), ledger: ledger)
        }

        mutating func advance() -> [Command] { core.advance(at: now) }

        mutating func tell(_ event: Event) -> [Command] {
            core.apply(event, at: now)
            return core.advance(at: now)
        }

        /// A look that brings these tags; more commands than the look itself.
        mutating func look(_ upstream: String, _ tags: [String]) -> [Command] {
            let releases = tags.map { tag in
                Release(
                    id: SourceID(Int64(tag.filter(\.isNumber)) ?? 0), tag: tag, url: "https://example.com/\(tag)",
                    publishedAt: Timestamp(seconds: 1_700_000_000))
            }
            let list = ReleaseList(
                releases: releases, isComplete: true, isSweep: true,
                identity: RepositoryIdentity(id: 1, fullName: "o/\(upstream)"))
            guard let target = core.config.checkTarget(of: upstream) else { return [] }
            return tell(.checked(target, .list(list), nil))
        }

        var jobs: [Job] { core.ledger.jobs + core.ledger.history }
        var messages: [MessageType] { core.ledger.outbox.messages.map(\.message.type) }
    }

    static let digest = "sha256:" + String(repeating: "d", count: 64)
    static let notes = [PlatformDigest(platform: "linux/arm64", digest: digest)]

    static func config(_ change: (inout Config.ImageBuild, inout Config.Action) throws -> Void = { _, _ in }) throws
        -> Config
    {
        var config = Config()
        config.upstreams = ["app": Config.Upstream(repository: "o/app")]
        func one(_ text: String) throws -> Template { try Template(text, upstreams: ["app"]) }
        var build = Config.ImageBuild(
            context: try one("https://x.example/a.git#{{app.tag}}"), tags: [try one("r.example/app:{{app.tag}}")])
        build.movingTags = [try one("latest"), try one("{{app.major}}.{{app.minor}}")]
        build.buildArgs = ["V": try one("{{app.version}}")]
        build.platforms = ["linux/arm64"]
        var action = Config.Action(upstreams: ["app"], work: .imageBuild(build))
        try change(&build, &action)
        action.work = .imageBuild(build)
        config.actions = ["image": action]
        config.notifiers = ["n": Known.notifier()]
        return config
    }

    /// The first look with `first`, the second with `second`, and what the second one asks for.
    static func begun(_ config: Config, _ first: [String], _ second: [String]) throws -> (Bench, [Command]) {
        var before = Bench(config)
        _ = before.advance()
        _ = before.look("app", first)
        var bench = Bench(config, ledger: before.core.ledger)
        _ = bench.advance()
        let commands = bench.look("app", second)
        return (bench, commands)
    }

    static func build(_ commands: [Command]) throws -> Command.Build { try #require(anyBuild(commands)) }

    static func anyBuild(_ commands: [Command]) -> Command.Build? {
        commands.compactMap { if case .build(let build) = $0 { build } else { nil } }.first
    }

    @Test("a build is begun with everything filled in, proven, and then its tags move")
    func whole() throws {
        var (bench, commands) = try Self.begun(try Self.config(), ["5.6.11"], ["5.6.12", "5.6.11"])
        let build = try Self.build(commands)
        #expect(build.context == "https://x.example/a.git#5.6.12")
        #expect(build.tags == ["r.example/app:5.6.12"])
        #expect(build.buildArgs == ["V": "5.6.12"])
        #expect(build.labels[Command.Build.jobLabel] == build.job)
        #expect(build.labels["watcher.upstream.app"] == "5.6.12")
        #expect(build.labels["org.opencontainers.image.version"] == "5.6.12")
        #expect(build.labels["org.opencontainers.image.source"] == "https://github.com/o/app")
        #expect(build.mayBeThere)

        commands = bench.tell(.built(job: build.job, .built(digest: Self.digest, log: "l")))
        #expect(
            commands.contains(
                .verify(
                    .init(job: build.job, action: "image", images: ["r.example/app:5.6.12"], platforms: ["linux/arm64"])
                )))
        commands = bench.tell(.verified(job: build.job, .complete(digest: Self.digest, Self.notes)))
        let from = "r.example/app@" + Self.digest
        #expect(
            commands.contains(
                .move(
                    .init(
                        job: build.job, action: "image", digest: Self.digest,
                        steps: [
                            .init(from: from, to: "r.example/app:latest"), .init(from: from, to: "r.example/app:5.6"),
                        ]))))
        _ = bench.core.takeNotes()
        bench.now = Instant(wall: bench.now.wall + 65_000, uptime: bench.now.uptime + 65_000)
        _ = bench.tell(.moved(job: build.job, .moved))
        let job = try #require(bench.jobs.last)
        #expect(job.status == "succeeded")
        #expect(job.platforms == Self.notes)
        #expect(
            bench.core.takeNotes().map(\.text).contains(
                "image succeeded for app 5.6.12 in 1 min 5 s: r.example/app:5.6.12@\(Self.digest), linux/arm64, "
                    + "moved r.example/app:latest r.example/app:5.6"))
        #expect(bench.messages == [.release, .succeeded])
    }

    @Test("an older line moves its own tag and leaves latest alone")
    func olderLine() throws {
        let config = try Self.config { $1.releases = .each }
        var (bench, commands) = try Self.begun(config, ["5.6.12", "5.5.13"], ["5.6.12", "5.5.14", "5.5.13"])
        let job = try Self.build(commands).job
        _ = bench.tell(.built(job: job, .built(digest: nil, log: "l")))
        commands = bench.tell(.verified(job: job, .complete(digest: Self.digest, Self.notes)))
        let steps = commands.compactMap { if case .move(let move) = $0 { move.steps.map(\.to) } else { nil } }
        #expect(steps == [["r.example/app:5.5"]])
    }

    @Test("latest is judged when it moves: a higher release that came during the build holds it back")
    func overtaken() throws {
        let config = try Self.config { $1.releases = .each }
        var (bench, commands) = try Self.begun(config, ["5.6.11"], ["5.6.12", "5.6.11"])
        let job = try Self.build(commands).job
        bench = Bench(config, ledger: bench.core.ledger)
        _ = bench.advance()
        _ = bench.look("app", ["5.6.13", "5.6.12", "5.6.11"])
        _ = bench.tell(.built(job: job, .built(digest: nil, log: "l")))
        commands = bench.tell(.verified(job: job, .complete(digest: Self.digest, Self.notes)))
        #expect(!commands.contains { if case .move = $0 { true } else { false } })
        #expect(bench.jobs.first { $0.id == job }?.status == "succeeded")
        // Nothing else would come back to begin the next one.
        #expect(Self.anyBuild(commands)?.tags == ["r.example/app:5.6.13"])
    }

    @Test("what was passed over at the first check because it was incomplete holds no moving tag back")
    func passedOver() throws {
        var config = try Self.config()
        config.upstreams["app"]?.requiredAssets = [Glob("*.tgz")]
        let assets = [Release.Asset(name: "a.tgz")]
        func list(_ more: [Release] = []) -> ReleaseList {
            let first = [
                Known.release("1.0.0", id: 1, assets: assets), Known.release("1.2.0", id: 2),
                Known.release("1.3.0", id: 3),
            ]
            return ReleaseList(
                releases: first + more, isComplete: true, isSweep: true,
                identity: RepositoryIdentity(id: 1, fullName: "o/app"))
        }
        let target = try #require(config.checkTarget(of: "app"))
        var before = Bench(config)
        _ = before.advance()
        _ = before.tell(.checked(target, .list(list()), nil))
        var bench = Bench(config, ledger: before.core.ledger)
        _ = bench.advance()
        let build = try Self.build(
            bench.tell(.checked(target, .list(list([Known.release("1.1.0", id: 4, assets: assets)])), nil)))
        _ = bench.tell(.built(job: build.job, .built(digest: Self.digest, log: "x.log")))
        let commands = bench.tell(.verified(job: build.job, .complete(digest: Self.digest, Self.notes)))
        let moves = commands.compactMap { if case .move(let move) = $0 { move.steps.map(\.to) } else { nil } }.first
        #expect(moves == ["r.example/app:latest", "r.example/app:1.1"])
    }

    @Test("one build at a time over all actions, and the others say what they wait for")
    func oneAtATime() throws {
        var config = try Self.config { $1.releases = .each }
        config.actions["other"] = config.actions["image"]
        var (bench, commands) = try Self.begun(config, ["1.0.0"], ["1.0.3", "1.0.2", "1.0.1", "1.0.0"])
        let waits = bench.jobs.first { $0.action == "other" }?.reason
        #expect(waits == "waits for the build of image for app 1.0.1")
        var built: [String] = []
        while let build = Self.anyBuild(commands) {
            #expect(bench.core.ledger.jobs.count { $0.phase == .building } == 1)
            built.append(build.tags[0])
            commands = bench.tell(.built(job: build.job, .failed(.permanent("no", hint: nil), log: nil)))
        }
        #expect(built.count == 6)
        let tags = ["1.0.1", "1.0.2", "1.0.3"].map { "r.example/app:" + $0 }
        #expect(built == tags + tags)
        #expect(bench.jobs.allSatisfy { $0.status == "failed" })
    }

    @Test("what was cut off by a shutdown is pending again and no attempt; what was cut off by a crash is built again")
    func cutOff() throws {
        let config = try Self.config()
        var (bench, commands) = try Self.begun(config, ["1.0"], ["1.1", "1.0"])
        let job = try Self.build(commands).job
        var crashed = Bench(config, ledger: bench.core.ledger)
        let again = try Self.build(crashed.advance())
        #expect(again.job == job)
        #expect(again.mayBeThere)
        #expect(again.attempt == 2)

        bench.core.apply(.shutdownRequested, at: bench.now)
        _ = bench.tell(.built(job: job, .failed(.cancelled, log: nil)))
        let stopped = try #require(bench.jobs.last)
        #expect(stopped.status == "pending")
        #expect(stopped.attempts == 0)
    }

    @Test("a build that ends the program each time is given up")
    func poison() throws {
        let config = try Self.config()
        let (bench, _) = try Self.begun(config, ["1.0"], ["1.1", "1.0"])
        var ledger = bench.core.ledger
        for _ in 0...Core.cutOffLimit {
            var crashed = Bench(config, ledger: ledger)
            _ = crashed.advance()
            ledger = crashed.core.ledger
        }
        #expect(ledger.history.last?.status == "failed")
    }

    @Test("a platform that is missing fails the job by name, and nothing moves")
    func missing() throws {
        var (bench, commands) = try Self.begun(try Self.config(), ["1.0"], ["1.1", "1.0"])
        let job = try Self.build(commands).job
        _ = bench.tell(.built(job: job, .built(digest: nil, log: "l")))
        commands = bench.tell(.verified(job: job, .incomplete(image: "r.example/app:1.1", missing: ["linux/arm/v7"])))
        #expect(!commands.contains { if case .move = $0 { true } else { false } })
        #expect(bench.jobs.last?.reason == "r.example/app:1.1 lacks linux/arm/v7 in the registry")
    }

    @Test("failed builds are tried again up to the limit")
    func attempts() throws {
        let config = try Self.config()
        var (bench, commands) = try Self.begun(config, ["1.0"], ["1.1", "1.0"])
        bench = Bench(config, ledger: bench.core.ledger, waits: true)
        commands = bench.advance()
        let job = try Self.build(commands).job
        _ = bench.look("app", ["1.1", "1.0"])
        for attempt in 1...3 {
            _ = bench.tell(.built(job: job, .failed(.transient("exit 1"), log: "log.\(attempt)")))
            bench.now = Instant(wall: bench.now.wall + 1_000_000, uptime: bench.now.uptime + 1_000_000)
            _ = bench.advance()
        }
        #expect(bench.jobs.last?.status == "failed")
        #expect(bench.jobs.last?.log == "log.3")
    }

    @Test(
        "a tag that no image can have fails the job before docker is asked, and says why",
        arguments: [("1.1+2", "+"), ("1.1~2", "~"), ("n8n@1.1", "@"), ("cmd/builder/v1.1", "/")])
    func impossible(tag: String, character: String) throws {
        var config = try Self.config()
        config.upstreams["app"]?.include = ".*"
        config.upstreams["app"]?.prereleases = true
        let (begun, commands) = try Self.begun(config, ["1.0"], [tag, "1.0"])
        var bench = begun
        #expect(Self.anyBuild(commands) == nil)
        #expect(bench.jobs.last?.status == "failed")
        let image = "\"r.example/app:\(tag)\" is no name of an image with a tag"
        #expect(bench.jobs.last?.reason == "\(image): an image tag cannot have \"\(character)\"")
        #expect(bench.core.takeNotes().contains { $0.hint?.contains("{{UPSTREAM.slug}}") == true })
    }

    @Test("build-if-missing asks the registry first, and builds what is not there")
    func ifMissing() throws {
        var config = try Self.config()
        config.upstreams["app"]?.onFirstSight = .buildIfMissing
        var bench = Bench(config)
        _ = bench.advance()
        let asked = bench.look("app", ["1.1", "1.0"])
        let verify = try #require(asked.compactMap { if case .verify(let verify) = $0 { verify } else { nil } }.first)
        #expect(verify.images == ["r.example/app:1.1"])
        #expect(bench.messages.isEmpty)

        var there = bench
        #expect(there.tell(.verified(job: verify.job, .complete(digest: Self.digest, Self.notes))).isEmpty)
        #expect(there.jobs.map(\.status) == ["superseded"])
        #expect(there.messages.isEmpty)

        let commands = bench.tell(.verified(job: verify.job, .absent(image: "r.example/app:1.1")))
        #expect(try Self.build(commands).tags == ["r.example/app:1.1"])
        #expect(bench.messages == [.release])
    }

    @Test("a registry that does not answer leaves the question open")
    func unanswered() throws {
        var config = try Self.config()
        config.upstreams["app"]?.onFirstSight = .buildIfMissing
        var bench = Bench(config)
        _ = bench.advance()
        _ = bench.look("app", ["1.1"])
        let job = try #require(bench.jobs.first?.id)
        #expect(bench.tell(.verified(job: job, .failed(.transient("503")))).isEmpty)
        var later = Bench(config, ledger: bench.core.ledger)
        #expect(later.advance().contains { if case .verify = $0 { true } else { false } })
    }

    @Test("a workflow's success is believed when the registry shows every platform")
    func workflow() throws {
        var config = try Self.config()
        config.github.token = .literal("t")
        var action = Config.Action(
            upstreams: ["app"], work: .workflowDispatch(.init(repository: "o/i", workflow: "b.yaml", ref: "main")))
        action.verify = Config.Verify(
            image: try Template("r.example/app:{{app.tag}}", upstreams: ["app"]), platforms: ["linux/arm64"])
        config.actions = ["image": action]
        var (bench, commands) = try Self.begun(config, ["1.0"], ["1.1", "1.0"])
        let job = try #require(bench.jobs.last?.id)
        bench = Bench(config, ledger: bench.core.ledger, waits: true)
        bench.core.apply(.dispatched(job: job, .accepted(Run(id: 7, url: "https://x.example/7")), nil), at: bench.now)
        commands = bench.tell(
            .followed(job: job, .ended(Conclusion(word: "success", title: job, url: "https://x.example/7")), nil))
        #expect(commands.contains { if case .verify = $0 { true } else { false } })
        #expect(bench.jobs.last?.status == "running")
        _ = bench.tell(.verified(job: job, .incomplete(image: "r.example/app:1.1", missing: ["linux/arm64"])))
        #expect(bench.jobs.last?.status == "failed")
        #expect(bench.jobs.last?.reason == "r.example/app:1.1 lacks linux/arm64 in the registry")
    }
}
