import Testing
import WatcherCore

/// Which moving tags move where an upstream has several lines of tags.
@Suite("Moving tags and lines of tags")
struct MovingTagTests {
    private typealias Bench = ImageJobTests.Bench

    /// What moves for the job that is built by these commands.
    private static func moves(_ bench: inout Bench, _ commands: [Command]) throws -> [String] {
        let build = try ImageJobTests.build(commands)
        _ = bench.tell(.built(job: build.job, .built(digest: ImageJobTests.digest, log: "l")))
        let after = bench.tell(.verified(job: build.job, .complete(digest: ImageJobTests.digest, ImageJobTests.notes)))
        return after.compactMap { if case .move(let move) = $0 { move.steps.map(\.to) } else { nil } }.first ?? []
    }

    /// What is remembered after a first check and one that brought a release, without anything to build.
    private static func taken(_ config: Config, _ first: [String], _ second: String) -> Ledger {
        var config = config
        config.actions = [:]
        var before = Bench(config)
        _ = before.advance()
        _ = before.look("app", first)
        var bench = Bench(config, ledger: before.core.ledger)
        _ = bench.advance()
        _ = bench.look("app", [second] + first)
        return bench.core.ledger
    }

    @Test("a higher version of another line, followed before, holds no moving tag back")
    func otherLine() throws {
        var config = try ImageJobTests.config()
        config.upstreams["app"]?.line = "chart-"
        let taken = Self.taken(config, ["chart-8.0", "5.6.11"], "chart-9.0")
        config.upstreams["app"]?.line = ""
        var bench = Bench(config, ledger: taken)
        _ = bench.advance()
        let commands = bench.look("app", ["5.6.12", "chart-9.0", "chart-8.0", "5.6.11"])
        #expect(try Self.moves(&bench, commands) == ["r.example/app:latest", "r.example/app:5.6"])
    }

    @Test("a release of another line that is built by hand moves no tag of the line that is followed")
    func byHand() throws {
        let config = try ImageJobTests.config { build, _ in
            build.tags = [try Template("r.example/app:{{app.slug}}", upstreams: ["app"])]
        }
        var before = Bench(config)
        _ = before.advance()
        _ = before.look("app", ["5.6.11", "5.6.10"])
        var bench = Bench(config, ledger: before.core.ledger)
        _ = bench.advance()
        let chart = ReleaseReference(tag: "chart-9.0", url: "", publishedAt: nil)
        _ = try bench.core.trigger("image", ["app": chart], at: bench.now)
        let commands = bench.look("app", ["5.6.11", "5.6.10"])
        #expect(try Self.moves(&bench, commands) == ["r.example/app:9.0"])
    }

    @Test("a release of another variant that is built by hand leaves latest alone")
    func variant() throws {
        let config = try ImageJobTests.config { build, _ in
            build.movingTags = [try Template("latest", upstreams: ["app"])]
        }
        var before = Bench(config)
        _ = before.advance()
        _ = before.look("app", ["1.1", "1.0"])
        var bench = Bench(config, ledger: before.core.ledger)
        _ = bench.advance()
        let other = ReleaseReference(tag: "1.2-java17", url: "", publishedAt: nil)
        _ = try bench.core.trigger("image", ["app": other], at: bench.now)
        let commands = bench.look("app", ["1.1", "1.0"])
        #expect(try Self.moves(&bench, commands) == [])
    }

    @Test("where include says what the version is, moving tags go by that version")
    func stated() throws {
        var config = try ImageJobTests.config()
        config.upstreams["app"]?.include = "r(?<version>[0-9]+)-of-.*"
        var bench = Bench(config, ledger: Self.taken(config, ["r10-of-20.4"], "r11-of-20.5"))
        _ = bench.advance()
        let commands = bench.look("app", ["r12-of-2.6", "r11-of-20.5", "r10-of-20.4"])
        #expect(try Self.moves(&bench, commands) == ["r.example/app:latest", "r.example/app:12.0"])
    }
}
