import Crypto
import Foundation
import TestSupport
import Testing

@Suite("Releases of the lookalike") struct ReleaseTests {
    @Test("the fixtures hold what their names say, from any current folder") func fixtures() throws {
        #expect(try Fixtures.elabftw().count == 81)
        #expect(try Fixtures.s6Overlay().count == 39)
        #expect(try Fixtures.elabftwTags().count == 434)
        #expect(try Fixtures.s6OverlayTags().count == 108)
        #expect(try Fixtures.s6OverlayTimeline().map(\.release.assets.count) == [0, 7, 28])
        #expect(try Fixtures.elabftw().first?.tag == "6.0.0-alpha4")
    }

    @Test("a page has the shape, the size and the order of GitHub's") func page() async throws {
        try await withGitHubLookalike { github async throws in
            github.load("just-containers/s6-overlay", try Fixtures.s6Overlay())
            let answer = try await github.get("/repos/just-containers/s6-overlay/releases")
            #expect(answer.status == 200)
            #expect(answer.json?.array?.count == 30)
            #expect(answer.json?[0]?["tag_name"] == "v3.2.3.2")
            #expect(answer.json?[0]?["published_at"] == "2026-07-16T08:26:20Z")
            #expect(answer.json?[0]?["assets"]?.array?.count == 28)
            #expect(answer.json?[0]?["assets"]?[0]?["uploader"]?["login"] == "github-actions[bot]")
            #expect(answer.body.count > 1_000_000)
            #expect(answer.header("Last-Modified") == nil)
        }
    }

    @Test("pages are linked under the repository's id, with all relations that apply") func links() async throws {
        try await withGitHubLookalike { github async throws in
            github.load("elabftw/elabftw", try Fixtures.elabftw())
            let id = try #require(github.repositoryID("elabftw/elabftw"))
            let list = "\(github.url)/repositories/\(id)/releases"
            let first = try await github.get("/repos/elabftw/elabftw/releases?per_page=40")
            #expect(
                first.header("Link")
                    == "<\(list)?page=2&per_page=40>; rel=\"next\", <\(list)?page=3&per_page=40>; rel=\"last\"")
            let last = try await github.get("/repositories/\(id)/releases?per_page=40&page=3")
            #expect(last.json?.array?.count == 1)
            #expect(
                last.header("Link")
                    == "<\(list)?page=2&per_page=40>; rel=\"prev\", <\(list)?page=1&per_page=40>; rel=\"first\"")
            let all = try await github.get("/repos/elabftw/elabftw/releases?per_page=1000")
            #expect(all.json?.array?.count == 81)
            #expect(all.header("Link") == nil)
        }
    }

    @Test("the ETag is the hash of what was sent of Accept and Authorization, and of the body") func entityTag()
        async throws
    {
        try await withGitHubLookalike { github async throws in
            github.publish("o/r", "1.0")
            let answer = try await github.get("/repos/o/r/releases", ["Accept": "*/*", "Authorization": "Bearer t"])
            let hash = SHA256.hash(data: Data("*/*:Bearer t:".utf8) + Data(answer.body))
            let hex = hash.map { String(($0 >> 4), radix: 16) + String($0 & 15, radix: 16) }.joined()
            #expect(answer.header("ETag") == "\"\(hex)\"")
            github.addRepository("o/empty")
            let empty = try await github.get("/repos/o/empty/releases", ["Accept": ""])
            #expect(empty.header("ETag")?.hasPrefix("\"4f53cda18c2b") == true)
            let weak = try await github.get("/repos/o/r/releases", ["Accept-Encoding": "gzip"])
            #expect(weak.header("ETag")?.hasPrefix("W/\"") == true)
        }
    }

    @Test("304 carries no body and no Link, and is free only with a token") func conditional() async throws {
        try await withGitHubLookalike { github async throws in
            github.load("o/r", try Fixtures.elabftw())
            for (authorization, cost) in [("", 1), ("Bearer t", 0)] {
                var headers = ["Authorization": authorization]
                let first = try await github.get("/repos/o/r/releases?per_page=5", headers)
                let used = try #require(first.header("X-RateLimit-Used").flatMap { Int($0) })
                headers["If-None-Match"] = first.header("ETag")
                let second = try await github.get("/repos/o/r/releases?per_page=5", headers)
                #expect(second.status == 304)
                #expect(second.body.isEmpty)
                #expect(second.header("Link") == nil)
                #expect(second.header("X-RateLimit-Used") == String(used + cost))
            }
            #expect(try await github.get("/repos/o/r").header("X-RateLimit-Limit") == "60")
        }
    }

    @Test("with moving downloads no ETag matches again") func churn() async throws {
        try await withGitHubLookalike { github async throws in
            github.publish("o/r", "1.0", assets: [.init("a")])
            github.configure { $0.downloadsMove = true }
            let first = try await github.get("/repos/o/r/releases")
            let tag = try #require(first.header("ETag"))
            #expect(try await github.get("/repos/o/r/releases", ["If-None-Match": tag]).status == 200)
        }
    }

    @Test("an upload changes the ETag and leaves Last-Modified, an edit moves it") func lastModified() async throws {
        try await withGitHubLookalike { github async throws in
            github.publish("o/r", "1.0", published: Date(timeIntervalSince1970: 1_000_000_000))
            let path = "/repos/o/r/releases/tags/1.0"
            let before = try await github.get(path)
            let stamp = try #require(before.header("Last-Modified"))
            #expect(stamp == "Sun, 09 Sep 2001 01:46:40 GMT")
            github.addAssets("o/r", "1.0", [.init("late.tar.xz", size: 0, state: "starter")])
            let after = try await github.get(path)
            #expect(after.header("Last-Modified") == stamp)
            #expect(after.header("ETag") != before.header("ETag"))
            #expect(after.json?["assets"]?[0]?["state"] == "starter")
            #expect(try await github.get(path, ["If-Modified-Since": stamp]).status == 304)
            github.promote("o/r", "1.0")
            #expect(try await github.get(path).header("Last-Modified") != stamp)
        }
    }

    @Test("drafts and what was removed are invisible, a new id is another release") func life() async throws {
        try await withGitHubLookalike { github async throws in
            let id = github.publish("o/r", "1.0", overrides: ["published_at": .null, "name": 7])
            let release = try await github.get("/repos/o/r/releases/\(id)")
            #expect(release.json?["published_at"] == .null)
            #expect(release.json?["name"] == 7)
            let again = try #require(github.publishAgain("o/r", "1.0"))
            #expect(again != id)
            #expect(try await github.get("/repos/o/r/releases/\(id)").status == 404)
            github.draft("o/r", "1.0")
            #expect(try await github.get("/repos/o/r/releases").body == Array("[]".utf8))
            github.draft("o/r", "1.0", false)
            github.publish("o/r", "1.1-rc", prerelease: true, created: Date(timeIntervalSince1970: 0))
            #expect(try await github.get("/repos/o/r/releases/latest").json?["tag_name"] == "1.0")
            github.configure { $0.releaseOrder = .createdAscending }
            #expect(try await github.get("/repos/o/r/releases").json?[0]?["tag_name"] == "1.1-rc")
            github.remove("o/r", "1.0")
            #expect(try await github.get("/repos/o/r/releases/tags/1.0").status == 404)
        }
    }
}
