import Foundation
import TestSupport
import Testing

@Suite("Faults at the wire") struct FaultTests {
    private func withReleases(_ body: (GitHubLookalike) async throws -> Void) async throws {
        try await withGitHubLookalike { github async throws in
            github.load("o/r", try Fixtures.elabftw())
            try await body(github)
        }
    }

    private static let list = "/repos/o/r/releases"

    @Test("half a body has the length of the whole announced, and ends early") func halfBody() async throws {
        try await withReleases { github async throws in
            let whole = try await github.get(Self.list)
            github.fail(Route(.releases, of: "O/R"), with: .halfBody, times: 1)
            let half = try await github.get(Self.list)
            #expect(half.status == 200)
            #expect(half.header("Content-Length") == String(whole.body.count))
            #expect(half.body.count == whole.body.count / 2)
            #expect(half.end == .closed)
            #expect(try await github.get(Self.list).body.count == whole.body.count)
        }
    }

    @Test("half of the headers, nothing at all, or a reset") func noAnswer() async throws {
        try await withReleases { github async throws in
            github.fail(.any, with: .midHeaders, times: 1)
            let headers = try await github.get(Self.list)
            #expect(headers.head.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(headers.body.isEmpty)
            github.fail(.any, with: .close, times: 1)
            let nothing = try await github.get(Self.list)
            #expect(nothing.bytes.isEmpty && nothing.end == .closed)
            github.fail(.any, with: .reset, times: 1)
            let reset = try await github.get(Self.list)
            #expect(reset.bytes.isEmpty && reset.end == .reset)
            github.fail(.any, with: .ending(.reset, after: .midBody), times: 1)
            #expect(try await github.get(Self.list).end == .reset)
            #expect(github.requests.map(\.status) == [200, 0, 0, 200])
        }
    }

    @Test("a black hole takes the request and stays silent until the server stops") func blackHole() async throws {
        try await withReleases { github async throws in
            github.fail(.any, with: .blackHole)
            async let answer = github.get(Self.list)
            try await github.waitForRequests(Route(.releases))
            await github.stop()
            #expect(try await answer.bytes.isEmpty)
        }
    }

    @Test("connections can be dropped before a byte is read, and are counted") func connections() async throws {
        try await withReleases { github async throws in
            github.failConnections(.close)
            github.failConnections(.reset)
            // The kernel may report the end of the connection while it is still connecting.
            for _ in 0..<2 { #expect((try? await github.get(Self.list))?.bytes.isEmpty ?? true) }
            #expect(github.requests.isEmpty)
            #expect(try await github.get(Self.list).status == 200)
            #expect(github.traffic.connections == 3)
        }
    }

    @Test("a stopped server refuses, and comes back at the same address") func restart() async throws {
        try await withReleases { github async throws in
            let url = github.url
            await github.stop()
            // The kernel may report the end of the connection while it is still connecting.
            #expect((try? await github.get(Self.list))?.bytes.isEmpty ?? true)
            try await github.start()
            #expect(github.url == url)
            #expect(try await github.get(Self.list).status == 200)
        }
    }

    @Test("nonsense takes the place of a page, for so many requests, after so many good ones") func nonsense()
        async throws
    {
        try await withReleases { github async throws in
            github.fail(Route(.releases), with: .json("[null]"), times: 1, after: 1)
            github.fail(Route(.releases), with: .html, times: 1, after: 1)
            github.fail(Route(.releases, query: ["page": "2"]), with: .status(502))
            #expect(try await github.get(Self.list).json?.array?.count == 30)
            #expect(try await github.get(Self.list).body == Array("[null]".utf8))
            let html = try await github.get(Self.list)
            #expect(html.status == 200)
            #expect(html.header("Content-Type")?.hasPrefix("text/html") == true)
            #expect(try await github.get(Self.list + "?page=2").status == 502)
            github.clearFaults()
            #expect(try await github.get(Self.list + "?page=2").status == 200)
            github.fail(Route(.releases), with: .editing { $0 = ["releases": $0] })
            let edited = try await github.get(Self.list, ["If-None-Match": "*"])
            #expect(edited.json?["releases"]?.array?.count == 30)
        }
    }

    @Test("a dispatch whose answer is lost has started its run, when so asked") func afterTheEffect() async throws {
        try await withGitHubLookalike { github async throws in
            github.addWorkflow("o/r", "w.yaml")
            let faults: [Fault] = [.close, .reset, .halfBody, .status(502), .status(204, ""), .secondaryLimit()]
            for (effect, count) in [(Fault.Effect.prevented, 0), (.done, faults.count)] {
                for fault in faults {
                    github.fail(Route(.dispatch), with: fault, times: 1, effect: effect)
                    _ = try await github.post(WorkflowTests.path, WorkflowTests.body, WorkflowTests.new)
                }
                #expect(github.runs().count == count)
            }
            #expect(github.count(Route(.dispatch)) == 2 * faults.count)
            github.fail(Route(.dispatch), with: .delay(.milliseconds(1)), times: 1)
            let late = try await github.post(WorkflowTests.path, WorkflowTests.body, WorkflowTests.new)
            #expect(late.json?["workflow_run_id"]?.integer == github.runs().last?.id)
        }
    }

    @Test("100 MiB are sent without being held") func hugeBody() async throws {
        try await withReleases { github async throws in
            github.fail(.any, with: .hugeBody(3_000_001), times: 1)
            let answer = try await github.get(Self.list)
            #expect(answer.header("Content-Length") == "3000001")
            #expect(answer.body.count == 3_000_001)
            #expect(answer.body.allSatisfy { $0 == UInt8(ascii: "[") })
        }
    }

    @Test("a body can come drop by drop, in one chunk, late, and as gzip") func slow() async throws {
        try await withReleases { github async throws in
            let whole = try await github.get(Self.list + "?per_page=1")
            github.fail(.any, with: .drip(400, every: .milliseconds(1)), times: 1)
            #expect(try await github.get(Self.list + "?per_page=1").body == whole.body)
            github.fail(.any, with: Fault { $0.chunked = true }, times: 1)
            let chunked = try await github.get(Self.list + "?per_page=1")
            #expect(chunked.header("Transfer-Encoding") == "chunked")
            #expect(chunked.body.suffix(5) == Array("0\r\n\r\n".utf8)[...])
            github.fail(.any, with: .delay(.milliseconds(20)), times: 1)
            let start = ContinuousClock.now
            _ = try await github.get(Self.list)
            #expect(ContinuousClock.now - start >= .milliseconds(20))
            github.configure { $0.gzip = true }
            let packed = try await github.get(Self.list + "?per_page=1", ["Accept-Encoding": "gzip"])
            #expect(packed.header("Content-Encoding") == "gzip")
            #expect(packed.body.starts(with: [0x1F, 0x8B]))
        }
    }

    @Test("a wait ends with the request that it is for, and says what came when it expires") func waiting() async throws
    {
        try await withReleases { github async throws in
            async let found = github.waitForRequests(Route(.releases, query: ["page": "2"]), count: 2)
            for page in [1, 2, 3, 2] { _ = try await github.get(Self.list + "?page=\(page)") }
            #expect(try await found.count == 2)
            let error = await #expect(throws: WaitExpired.self) {
                try await github.waitForRequests(Route(.dispatch), timeout: .milliseconds(1))
            }
            #expect(error?.description.contains("GET /repos/o/r/releases?page=3 → 200") == true)
            #expect(github.traffic.peakInFlight == 1)
        }
    }
}
