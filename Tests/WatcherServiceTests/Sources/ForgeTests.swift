import Curl
import TestSupport
import Testing
import WatcherCore

@testable import WatcherService

@Suite("Releases of Forgejo and GitLab")
struct ForgeTests {
    private let bench = SourceBench()
    private static let forgejo =
        #""forgejo": {"server": "http://SERVER/", "repository": "team/app", "token": "secret-token"}"#
    private static let gitlab =
        #""gitlab": {"server": "http://SERVER", "project": "team/sub/app", "token": "secret-token"}"#
    private static let path = "/api/v1/repos/team/app"
    private static let project = "/api/v4/projects/team%2Fsub%2Fapp"

    private static func release(_ id: Int, _ tag: String, prerelease: Bool = false) -> WireJSON {
        [
            "id": .integer(id), "tag_name": .string(tag), "name": .string("Release \(tag)"), "draft": false,
            "prerelease": .bool(prerelease), "html_url": .string("https://codeberg.org/team/app/releases/tag/\(tag)"),
            "created_at": "2026-01-01T00:00:00Z", "published_at": "2026-01-02T00:00:00+01:00",
            "assets": [["id": 1, "name": "app.tar.gz", "size": 10]],
        ]
    }

    @Test(
        "a page of Forgejo's releases is read, with assets, dates and the mark of prereleases; the rest is for a sweep")
    func forgejo() async throws {
        try await bench.with(Self.forgejo) { client in
            var first = ScriptedAnswer.json(
                200, [Self.release(3, "v1.2.0"), Self.release(2, "v1.2.0-rc1", prerelease: true)])
            first.set("Link", #"<http://127.0.0.1:\#(bench.server.port)/second>; rel="next""#)
            bench.server.always(Self.path + "/releases", first)
            bench.server.always("/second", .json(200, [Self.release(1, "v1.1.0")]))
            bench.server.always(Self.path, .json(200, ["id": 77, "full_name": "team/app", "archived": false]))
            let page = try await client.list()
            #expect(page.releases.map(\.tag) == ["v1.2.0", "v1.2.0-rc1"] && !page.isComplete)
            #expect(page.releases.map(\.isPrerelease) == [false, true])
            #expect(page.releases.first?.publishedAt == Timestamp("2026-01-01T23:00:00Z"))
            #expect(page.releases.first?.assets == [Release.Asset(name: "app.tar.gz", size: 10)])
            let sweep = try await client.list(isSweep: true)
            #expect(sweep.releases.map(\.id) == [3, 2, 1] && sweep.isComplete)
            #expect(sweep.identity?.id == SourceID("127.0.0.1:\(bench.server.port)/77"))
            #expect(bench.server.messages().allSatisfy { $0.header("authorization") == "token secret-token" })
        }
    }

    @Test("GitLab's releases are read, without those of the future; a project is pinned by its id")
    func gitlab() async throws {
        try await bench.with(Self.gitlab) { client in
            func release(_ tag: String, upcoming: Bool) -> WireJSON {
                [
                    "tag_name": .string(tag), "name": .string(tag), "released_at": "2026-01-02T00:00:00.000Z",
                    "upcoming_release": .bool(upcoming),
                    "_links": ["self": "https://gitlab.com/team/sub/app/-/releases"],
                    "assets": ["count": 1, "links": [["name": "app.deb", "url": "https://example.org/app.deb"]]],
                ]
            }
            var answer = ScriptedAnswer.json(200, [release("2.0", upcoming: true), release("1.9", upcoming: false)])
            answer.set("RateLimit-Limit", "2000")
            answer.set("RateLimit-Remaining", "1999")
            answer.set("RateLimit-Reset", "60")
            bench.server.always(Self.project + "/releases", answer)
            bench.server.always(
                Self.project, .json(200, ["id": 5, "path_with_namespace": "team/sub/renamed", "archived": true]))
            let (outcome, reading) = await client.check(isSweep: true, etag: nil)
            guard case .list(let list) = outcome else { throw RequestFailure.transient("\(outcome)") }
            #expect(list.releases.map(\.tag) == ["1.9"])
            #expect(list.releases.first?.assets == [Release.Asset(name: "app.deb")])
            #expect(list.identity?.isArchived == true && list.identity?.fullName.hasSuffix("/team/sub/renamed") == true)
            #expect(reading?.limit == 2000 && reading?.remaining == 1999 && reading?.resetIn == 60)
            #expect(bench.server.messages().allSatisfy { $0.header("private-token") == "secret-token" })
        }
    }

    static let refusals: [(ScriptedAnswer, RequestFailure)] = {
        var limited = ScriptedAnswer.json(429, ["message": "slow down"])
        limited.set("Retry-After", "61")
        var maintenance = ScriptedAnswer.text(503, "maintenance")
        maintenance.set("Retry-After", "120")
        return [
            (limited, .rateLimited(seconds: 61, "SERVER answered 429: slow down")),
            (maintenance, .rateLimited(seconds: 120, "SERVER answered 503")),
            (.text(502, "<html>"), .transient("SERVER answered 502")),
            (
                .json(404, ["message": "not found"]),
                .permanent(
                    "SERVER answered 404: not found", hint: "is the name right? a private repository needs a token")
            ),
        ]
    }()

    @Test("what a server refuses is classified, and its own wait is kept", arguments: 0..<4)
    func refused(index: Int) async throws {
        let (answer, expected) = Self.refusals[index]
        try await bench.with(Self.forgejo) { client in
            bench.server.always(Self.path + "/releases", answer)
            let found = await client.failure()
            let place = "127.0.0.1:\(bench.server.port)"
            #expect(found?.reason == expected.reason.replacing("SERVER", with: place))
            #expect(found?.hint == expected.hint)
            if case .rateLimited(let seconds, _) = expected {
                #expect(found == .rateLimited(seconds: seconds, found?.reason ?? ""))
            }
        }
    }

    static let nonsense: [ScriptedAnswer] = [
        .text(200, "<html>log in</html>", type: "text/html"), .text(200, "null"), .text(200, #"{"message": "no"}"#),
        .json(200, [["id": 1]]), .json(200, ["v1.0"]), .json(200, [["id": 1, "tag_name": nil]]),
        .text(200, #"[{"id": 1,"#),
    ]

    @Test("what is no list of releases is a failed check, never an empty list", arguments: 0..<7)
    func nonsense(index: Int) async throws {
        for text in [Self.forgejo, Self.gitlab] {
            let bench = SourceBench()
            try await bench.with(text) { client in
                bench.server.always(Self.path + "/releases", Self.nonsense[index])
                bench.server.always(Self.project + "/releases", Self.nonsense[index])
                guard case .transient? = await client.failure() else {
                    Issue.record("taken: \(await client.check(isSweep: false, etag: nil))")
                    return
                }
            }
        }
    }

    @Test("a next page on another host, and one that was read, end the check")
    func pages() async throws {
        try await bench.with(Self.forgejo) { client in
            bench.server.always(Self.path, .json(200, ["id": 77, "full_name": "team/app"]))
            for (next, words) in [
                ("http://localhost:\(bench.server.port)/x", "leads to another host"),
                ("//example.org/x", "leads to another host"),
                (Self.path + "/releases?draft=false&limit=50", "lead back"),
            ] {
                var answer = ScriptedAnswer.json(200, [Self.release(3, "v1.2.0")])
                answer.set("Link", #"<\#(next)>; rel="next""#)
                bench.server.always(Self.path + "/releases", answer)
                let failure = await client.failure(isSweep: true)
                #expect(failure?.reason.contains(words) == true, "\(next): \(String(describing: failure))")
            }
        }
    }

    @Test("the configuration is checked: addresses, names, and what a source does not have")
    func configuration() {
        #expect(SourceBench.problems(#""forgejo": {"repository": "a/b"}"#).first?.contains("server") == true)
        #expect(SourceBench.problems(#""gitlab": {"project": "app"}"#).first?.contains("GROUP/NAME") == true)
        #expect(SourceBench.source(#""gitlab": {"project": "a/b"}"#)?.name == "gitlab.com/a/b")
        #expect(
            SourceBench.source(#""forgejo": {"server": "https://codeberg.org", "repository": "a/b"}"#)?.name
                == "codeberg.org/a/b")
        #expect(SourceBench.problems(#""git": "git@host:a/b.git""#).first?.contains("https://host/a/b.git") == true)
        #expect(
            SourceBench.problems(#""git": "https://host/a/b", "requiredAssets": ["*.tgz"]"#).first?.contains("assets")
                == true)
        #expect(
            SourceBench.problems(#""image": "alpine:3.22", "line": "x-""#).first?.contains("several versions") == true)
        #expect(
            SourceBench.problems(#""github": "a/b", "git": "https://host/a/b""#).first?.contains("exactly one") == true)
    }
}
