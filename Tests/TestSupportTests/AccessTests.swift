import Foundation
import TestSupport
import Testing

@Suite("Who may what on the lookalike") struct AccessTests {
    @Test("a request without User-Agent is refused in plain text") func userAgent() async throws {
        try await withGitHubLookalike { github async throws in
            github.addRepository("o/r")
            let answer = try await github.get("/repos/o/r", ["User-Agent": ""])
            #expect(answer.status == 403)
            #expect(answer.header("Content-Type")?.hasPrefix("text/plain") == true)
        }
    }

    @Test("an unknown API version is 400, a retired one 410, none is 2022-11-28") func versions() async throws {
        try await withGitHubLookalike { github async throws in
            github.addRepository("o/r")
            github.configure {
                $0.retiredVersions = ["2020-01-01"]
                $0.sunset = "Fri, 10 Mar 2028 00:00:00 GMT"
            }
            #expect(try await github.get("/repos/o/r", ["X-GitHub-Api-Version": "2031-01-01"]).status == 400)
            #expect(try await github.get("/repos/o/r", ["X-GitHub-Api-Version": "2020-01-01"]).status == 410)
            let answer = try await github.get("/repos/o/r")
            #expect(answer.header("x-github-api-version-selected") == "2022-11-28")
            #expect(answer.header("sunset") == "Fri, 10 Mar 2028 00:00:00 GMT")
        }
    }

    @Test("tokens: unknown and expired are 401, a missing permission is 403 and named, the expiry is said")
    func tokens() async throws {
        try await withGitHubLookalike { github async throws in
            github.addWorkflow("o/r", "w.yaml", inputs: [:])
            let expiry = Date(timeIntervalSince1970: 4_000_000_000)
            github.addToken("reader", .init(permissions: ["contents": "read"], expires: expiry))
            github.addToken("old", .init(expires: Date(timeIntervalSince1970: 1)))
            for token in ["other", "old"] {
                let answer = try await github.get("/repos/o/r", ["Authorization": "Bearer \(token)"])
                #expect(answer.status == 401)
                #expect(answer.json?["message"] == "Bad credentials")
            }
            let path = "/repos/o/r/actions/workflows/w.yaml/dispatches"
            let refused = try await github.post(path, #"{"ref":"main"}"#, ["Authorization": "Bearer reader"])
            #expect(refused.status == 403)
            #expect(refused.json?["message"] == "Resource not accessible by personal access token")
            #expect(refused.header("X-Accepted-GitHub-Permissions") == "actions=write")
            #expect(refused.header("github-authentication-token-expiration") == "2096-10-02 07:06:40 UTC")
            #expect(try await github.post(path, #"{"ref":"main"}"#).status == 401)
            #expect(github.runs().isEmpty)
        }
    }

    @Test("a private repository is 404 for who does not see it") func hidden() async throws {
        try await withGitHubLookalike { github async throws in
            github.hide("o/r")
            github.addToken("in", .init(repositories: ["O/R"]))
            github.addToken("out", .init(repositories: []))
            #expect(try await github.get("/repos/o/r").status == 404)
            #expect(try await github.get("/repos/o/r", ["Authorization": "Bearer out"]).status == 404)
            #expect(try await github.get("/repos/o/r", ["Authorization": "token in"]).status == 200)
        }
    }

    @Test("the primary limit refuses in GitHub's words and names the moment at which it ends") func limit() async throws
    {
        try await withGitHubLookalike { github async throws in
            github.addRepository("o/r")
            github.setRemaining(1, resetsIn: 90)
            let reset = Int(github.now.timeIntervalSince1970) + 90
            #expect(try await github.get("/repos/o/r").header("X-RateLimit-Remaining") == "0")
            let refused = try await github.get("/repos/o/r")
            #expect(refused.status == 403)
            #expect(refused.json?["message"]?.string?.hasPrefix("API rate limit exceeded for 127.0.0.1.") == true)
            let said = try #require(refused.header("X-RateLimit-Reset").flatMap { Int($0) })
            #expect((reset - 2...reset + 2).contains(said))
            #expect(try await github.get("/rate_limit").json?["resources"]?["core"]?["remaining"] == 0)
            #expect(try await github.get("/repos/o/r", ["Authorization": "Bearer t"]).status == 200)
            github.configure { $0.clockOffset = .seconds(100) }
            #expect(try await github.get("/repos/o/r").status == 200)
        }
    }

    @Test("the secondary limit comes with and without retry-after, and above so many points a minute")
    func secondary() async throws {
        try await withGitHubLookalike { github async throws in
            github.addRepository("o/r")
            github.fail(.any, with: .secondaryLimit(retryAfter: 7, status: 429), times: 1)
            github.fail(.any, with: .secondaryLimit(retryAfter: nil), times: 1)
            let first = try await github.get("/repos/o/r")
            #expect(first.status == 429)
            #expect(first.header("Retry-After") == "7")
            #expect(first.header("X-RateLimit-Remaining") == "60")
            let second = try await github.get("/repos/o/r")
            #expect(second.status == 403)
            #expect(second.header("Retry-After") == nil)
            #expect(second.json?["message"]?.string?.contains("secondary rate limit") == true)
            github.configure { $0.pointsPerMinute = 2 }
            var statuses: [Int?] = []
            for _ in 0..<3 { statuses.append(try await github.get("/repos/o/r").status) }
            #expect(statuses == [200, 200, 403])
            #expect(github.busiestMinute == 5)
        }
    }

    @Test("a renamed repository is 301 for GET and 307 for POST, to its id") func renamed() async throws {
        try await withGitHubLookalike { github async throws in
            let id = github.addRepository("o/old")
            github.addWorkflow("o/old", "w.yaml", inputs: [:])
            github.rename("o/old", to: "o/new")
            let moved = try await github.get("/repos/o/old/releases?per_page=3")
            #expect(moved.status == 301)
            #expect(moved.header("Location") == "\(github.url)/repositories/\(id)/releases?per_page=3")
            let path = "/repos/O/OLD/actions/workflows/w.yaml/dispatches"
            let redirected = try await github.post(path, #"{"ref":"main"}"#, ["Authorization": "Bearer t"])
            #expect(redirected.status == 307)
            #expect(
                redirected.header("Location")
                    == "\(github.url)/repositories/\(id)/actions/workflows/w.yaml/dispatches")
            #expect(github.runs().isEmpty)
            #expect(try await github.get("/repositories/\(id)").json?["full_name"] == "o/new")
            let thief = github.addRepository("o/old")
            #expect(try await github.get("/repos/o/old").json?["id"] == .integer(thief))
            #expect(try await github.get("/repos/o/new").json?["id"] == .integer(id))
        }
    }

    @Test("redirects can lead elsewhere or round in a circle") func redirects() async throws {
        try await withGitHubLookalike { github async throws in
            let id = github.addRepository("o/r")
            github.redirect("o/r", to: "http://127.0.0.1:9")
            #expect(try await github.get("/repos/o/r").header("Location") == "http://127.0.0.1:9/repositories/\(id)")
            github.redirectForever("o/r")
            #expect(try await github.get("/repos/o/r").header("Location") == "\(github.url)/repositories/\(id)")
            #expect(try await github.get("/repositories/\(id)").header("Location") == "\(github.url)/repos/o/r")
            github.redirect("o/r", to: nil)
            github.archive("o/r")
            #expect(try await github.get("/repos/o/r").json?["archived"] == true)
            github.block("o/r")
            #expect(try await github.get("/repos/o/r").status == 451)
            github.delete("o/r")
            #expect(try await github.get("/repos/o/r").status == 404)
        }
    }

    @Test("behind a prefix only the prefix answers, and the server can be an old one") func prefix() async throws {
        try await withGitHubLookalike(pathPrefix: "/api/v3") { github async throws in
            github.addRepository("o/r")
            github.configure { $0.actAsOldServer() }
            #expect(github.url.hasSuffix("/api/v3"))
            #expect(try await github.get("/repos/o/r").status == 404)
            let answer = try await github.get("/api/v3/repos/o/r")
            #expect(answer.status == 200)
            #expect(answer.header("X-RateLimit-Limit") == nil)
        }
    }
}
