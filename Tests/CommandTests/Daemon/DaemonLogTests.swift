import Glibc
import TestSupport
import Testing

@Suite("The daemon's log") struct DaemonLogTests {
    @Test("for people: a line for each thing that happens, and nothing for nothing new") func text() async throws {
        let lines = try await lines("--log", "text")
        #expect(lines.first?.hasPrefix("watching 2 upstreams") == true, "\(lines)")
        #expect(lines.contains { $0.contains("elabftw 5.6.13 is new (previous: 5.6.12)") }, "\(lines)")
        #expect(lines.last == "stopped")
        #expect(!lines.contains { $0.contains("nothing new") })
        #expect(lines.count <= 6, "\(lines)")
    }

    @Test("--verbose tells all") func verbose() async throws {
        let lines = try await lines("--log", "text", "--verbose")
        #expect(lines.contains { $0.contains("nothing new") })
    }

    @Test("as JSON: a document a line, with the same words each time and the rest as fields") func json() async throws {
        let lines = try await lines("--log", "json")
        let documents = try lines.map { try WireJSON(parsing: Array($0.utf8)) }
        for document in documents {
            #expect(document["time"]?.string.flatMap(World.date) != nil)
            #expect(document["level"]?.string != nil && document["message"]?.string != nil)
        }
        let news = try #require(documents.first { $0["message"] == "new release" }, "\(lines)")
        #expect(news["tag"] == "5.6.13" && news["upstream"] == "elabftw")
        #expect(documents.first?["message"] == "started" && documents.last?["message"] == "stopped")
    }

    @Test("for the journal: each line has its priority, constant words, then fields") func journal() async throws {
        let lines = try await lines("--log", "journal")
        #expect(lines.allSatisfy { $0.hasPrefix("<") && $0.dropFirst(2).first == ">" }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("<5>new release:") && $0.contains("tag=5.6.13") }, "\(lines)")
    }

    @Test("nobody asks for the journal: it is taken where standard error is the journal") func auto() async throws {
        try await withWorld { world in
            world.environ("JOURNAL_STREAM", "1:1")
            let lines = try await lines(in: world)
            #expect(lines.first?.hasPrefix("watching") == true, "another's stream: \(lines)")
        }
    }

    @Test("trouble has the priority of trouble, and no line break of a stranger's makes a line") func trouble()
        async throws
    {
        try await withWorld { world in
            world.publishBaseline()
            world.github.fail(
                Route(.releases, of: World.elabftw), with: .json("{\"message\": \"a\\n<0>b\"}", status: 500), times: 3)
            try await world.withDaemon("--log", "journal", isStopped: false) { daemon in
                try await world.waitUntilTold("upstreamRecovered elabftw")
                let lines = try await daemon.stop().err.split(separator: "\n")
                #expect(
                    lines.contains { $0.hasPrefix("<3>check failed:") && $0.contains("upstream=elabftw") }, "\(lines)")
                #expect(lines.contains { $0.hasPrefix("<5>upstream recovered:") }, "\(lines)")
                #expect(!lines.contains { $0.hasPrefix("<0>") })
            }
        }
    }

    private func lines(_ arguments: String...) async throws -> [String] {
        var lines: [String] = []
        try await withWorld { world in
            lines = try await self.lines(in: world, arguments)
        }
        return lines
    }

    private func lines(in world: World, _ arguments: [String] = []) async throws -> [String] {
        world.publishBaseline()
        let systemd = try NotifySocket(in: world.folder)
        defer { systemd.close() }
        world.environ("NOTIFY_SOCKET", systemd.path)
        world.set("poll.every", "1s")
        let process = try world.launch(["run"] + arguments, wrapper: [], isTerminal: false, limit: .seconds(120))
        try await world.looks(2)
        world.github.publish(World.elabftw, "5.6.13")
        try await world.github.waitForRequests(Route(.run))
        process.signal(SIGTERM)
        let output = try await world.end(process)
        #expect(output.status == 0 && output.out.isEmpty)
        return output.err.split(separator: "\n").map(String.init)
    }
}
