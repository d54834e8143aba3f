import Testing

@testable import WatcherCore

@Suite("Sources")
struct SourceTests {
    private static func config(_ upstreams: [String: String], _ rest: String = "") -> Config {
        let members = upstreams.sorted { $0.key < $1.key }.map { "\"\($0.key)\": {\($0.value)}" }
        let text = #"{"upstreams": {\#(members.joined(separator: ", "))}\#(rest)}"#
        guard case .success(let reading) = ConfigReader.read(Array(text.utf8)) else { preconditionFailure(text) }
        return reading.config
    }

    private static func checks(_ commands: [Command]) -> [CheckTarget] {
        commands.compactMap { if case .check(let check) = $0 { check.target } else { nil } }
    }

    /// What a check brings that needs no identity of its own.
    private static func list(_ target: CheckTarget, _ releases: [Release]) -> Event {
        let identity = RepositoryIdentity(id: SourceID("x:" + target.upstream) ?? 1, fullName: target.source.name)
        return .checked(
            target, .list(ReleaseList(releases: releases, isComplete: true, isSweep: true, identity: identity)), nil)
    }

    @Test("each server has its own number of checks at once, and none holds up another")
    func accounts() {
        var upstreams: [String: String] = [:]
        for number in 0..<6 {
            upstreams["git\(number)"] = #""git": "https://git.example.org/\#(number)""#
            upstreams["hub\(number)"] = #""github": "owner/\#(number)""#
        }
        let config = Self.config(upstreams, #", "github": {"concurrency": 2}"#)
        var core = Core(config, mode: Core.Mode(), ledger: Ledger())
        var begun = Self.checks(core.advance(at: Known.at(0)))
        #expect(begun.count { $0.source.account == nil } == 2)
        #expect(begun.count { $0.source.account == "git.example.org" } == Core.serverConcurrency)
        var all = Set(begun.map(\.upstream))
        while let target = begun.popLast() {
            core.apply(.checked(target, .failed(.transient("bad gateway")), nil), at: Known.at(1))
            let next = Self.checks(core.advance(at: Known.at(1)))
            #expect(next.allSatisfy { $0.source.account == target.source.account }, "the place is its own account's")
            begun += next
            all.formUnion(next.map(\.upstream))
        }
        #expect(all == Set(upstreams.keys), "a pass checks every upstream once")
        #expect(core.wakeIn(at: Known.at(2)) == nil)
    }

    @Test("a limit is that of the server and the token that met it")
    func limits() throws {
        let config = Self.config([
            "a": #""git": "https://git.example.org/a""#, "b": #""git": "https://git.example.org/b""#,
            "c": #""git": "https://other.example.org/c""#, "d": #""github": "owner/d""#,
            "e": #""forgejo": {"server": "https://git.example.org", "repository": "o/e", "token": "abc"}"#,
        ])
        #expect(Set(config.upstreams.values.map { $0.source.account ?? "github" }).count == 4)
        var core = Core(config, mode: Core.Mode(repeats: true), ledger: Ledger())
        _ = core.advance(at: Known.at(0))
        let target = try #require(config.checkTarget(of: "a"))
        core.apply(.checked(target, .failed(.rateLimited(seconds: 600, "slow down")), nil), at: Known.at(1))
        #expect(core.ledger.quotas["server:git.example.org"]?.pausedUntil == Known.time(601))
        #expect(core.ledger.quotas["github"]?.pausedUntil == nil)
    }

    @Test("each digest behind a tag that was not there before is a release, and none is taken twice")
    func digests() throws {
        let config = Self.config(
            ["base": #""image": "docker.io/library/alpine:latest""#],
            #", "actions": {"rebuild": {"upstreams": ["base"], "workflowDispatch": {"repository": "o/r", "#
                + #""workflow": "w.yaml", "ref": "main", "inputs": {"digest": "{{base.digest}} {{base.version}}"}}}}"#)
        let source = try #require(config.upstreams["base"]?.source.base as? ImageTags)
        let target = try #require(config.checkTarget(of: "base"))
        var core = Core(config, mode: Core.Mode(), ledger: Ledger())
        var jobs: [[String]] = []
        for digest in ["sha256:a", "sha256:b", "sha256:a", "sha256:b", "sha256:c"] {
            core = Core(config, mode: Core.Mode(), ledger: core.ledger)
            _ = core.advance(at: Known.at(0))
            core.apply(Self.list(target, [source.release(digest: digest)]), at: Known.at(1))
            jobs.append(core.ledger.jobs.compactMap { $0.causes["base"]?.digest })
        }
        #expect(jobs == [[], ["sha256:b"], ["sha256:b"], ["sha256:b"], ["sha256:c"]])
        #expect(core.ledger.upstreams["base"]?.lastSeen?.digest == "sha256:c")
        #expect(core.ledger.history.map(\.status) == ["superseded"])
        let inputs = core.advance(at: Known.at(2)).compactMap { command -> [String: String]? in
            if case .dispatch(let dispatch) = command { dispatch.inputs } else { nil }
        }
        #expect(inputs == [["digest": "sha256:c latest"]])
    }

    @Test("what has no date was published when it was first seen, and its age counts from there")
    func ages() throws {
        let config = Self.config(["app": #""git": "https://git.example.org/app", "minimumAge": "1h""#])
        let target = try #require(config.checkTarget(of: "app"))
        func tag(_ name: String) -> Release { Release(id: SourceID(tag: name, object: "01"), tag: name) }
        var core = Core(config, mode: Core.Mode(), ledger: Ledger())
        var news: [String?] = []
        for (second, tags) in [(Int64(0), ["v1"]), (60, ["v2", "v1"]), (3000, ["v2", "v1"]), (3700, ["v2", "v1"])] {
            core = Core(config, mode: Core.Mode(), ledger: core.ledger)
            _ = core.advance(at: Known.at(second))
            core.apply(Self.list(target, tags.map(tag)), at: Known.at(second))
            news.append(core.ledger.upstreams["app"]?.lastSeen?.tag)
        }
        #expect(news == [nil, nil, nil, "v2"] || news == ["v1", "v1", "v1", "v2"], "\(news)")
        #expect(core.ledger.upstreams["app"]?.lastSeen?.publishedAt == Known.time(60))
    }

    @Test("a configuration that names another source under an old name starts anew")
    func moved() throws {
        let config = Self.config(["app": #""git": "https://git.example.org/app""#])
        var core = Core(config, mode: Core.Mode(), ledger: Ledger())
        _ = core.advance(at: Known.at(0))
        let git = try #require(config.checkTarget(of: "app"))
        core.apply(Self.list(git, [Release(id: SourceID(tag: "v9"), tag: "v9")]), at: Known.at(0))
        let other = Self.config(["app": #""image": "ghcr.io/team/app""#])
        core = Core(other, mode: Core.Mode(), ledger: core.ledger)
        _ = core.advance(at: Known.at(60))
        let image = try #require(other.checkTarget(of: "app"))
        let identity = RepositoryIdentity(id: SourceID("image:ghcr.io/team/app") ?? 1, fullName: "ghcr.io/team/app")
        core.apply(
            .checked(
                image,
                .list(
                    ReleaseList(
                        releases: [Release(id: SourceID(tag: "1.0"), tag: "1.0")], isComplete: true, isSweep: true,
                        identity: identity)), nil), at: Known.at(60))
        #expect(core.ledger.upstreams["app"]?.lastSeen?.tag == "1.0")
        #expect(core.ledger.upstreams["app"]?.repositoryID?.text == "image:ghcr.io/team/app")
    }

    @Test(
        "a source is named on a command line as in the configuration",
        arguments: [
            ("owner/name", ["github owner/name"]), ("https://github.com/owner/name/releases", ["github owner/name"]),
            ("git:https://host/a/b.git", ["git https://host/a/b.git"]),
            ("forgejo:https://codeberg.org/a/b", ["forgejo codeberg.org/a/b"]),
            ("gitlab:https://gitlab.com/a/b/c/-/tags", ["gitlab gitlab.com/a/b/c"]),
            ("image:alpine:3.22", ["image alpine:3.22"]), ("image:ghcr.io/a/b", ["image ghcr.io/a/b"]),
            ("https://host/a/b", ["forgejo host/a/b", "gitlab host/a/b", "git https://host/a/b"]),
            ("forgejo:https://host", []), ("a/b/c", []), ("git:ftp://host/a", []), ("https:///x", []),
        ])
    func arguments(text: String, sources: [String]) {
        #expect(SourceArgument.isSource(text))
        #expect(SourceArgument.upstreams(text).map { "\($0.source.key) \($0.repository)" } == sources)
    }

    @Test("what breaks git's framing is told, and never read beyond its end")
    func framing() throws {
        func lines(_ text: String) -> [PktLines.Line]? {
            var reader = PktLines(Array(text.utf8))
            var found: [PktLines.Line] = []
            do throws(PktLines.Malformed) {
                while let line = try reader.next() { found.append(line) }
                return found
            } catch {
                return nil
            }
        }
        #expect(lines("0006a\n00010000") == [.data(ArraySlice("a".utf8)), .delimiter, .flush])
        for text in ["000", "0003", "zzzz", "ffffab", "0009abc", "-001", "<html>"] {
            #expect(lines(text) == nil, "\(text)")
        }
        #expect(PktLines.request(["a", nil]) == Array("0006a\n00010000".utf8))
    }
}
