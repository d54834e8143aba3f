import TestSupport
import Testing

@Suite("The terminal") struct TerminalTests {
    private static let escape: Character = "\u{1B}"

    @Test("status is a table at a terminal, within its width, and one line an upstream elsewhere") func table()
        async throws
    {
        try await withWorld { world async throws in
            try await world.baseline()
            for columns: UInt16 in [40, 80, 200] {
                let shown = try await world.run("status", isTerminal: true, columns: columns)
                #expect(shown.lines.allSatisfy { $0.count <= columns }, "\(shown.out)")
                #expect(shown.out.contains("NAME ") && shown.out.contains("5.6.12 "))
            }
            let plain = try await world.run("status").out
            #expect(plain.contains("elabftw (elabftw/elabftw): 5.6.12, last checked") && !plain.contains("NAME"))
        }
    }

    @Test("colours appear at a terminal that has them, on request elsewhere, and never against NO_COLOR") func colours()
        async throws
    {
        try await withWorld { world async throws in
            try await world.baseline()
            func isColoured(_ arguments: String..., isTerminal: Bool = true) async throws -> Bool {
                let output = try await world.end(
                    try world.launch(arguments, wrapper: [], isTerminal: isTerminal, limit: World.limit))
                return output.out.contains(Self.escape) || output.err.contains(Self.escape)
            }
            world.environ("TERM", "xterm-256color")
            #expect(try await isColoured("status"))
            #expect(try await isColoured("status", "nobody"), "errors too")
            #expect(try await !isColoured("status", isTerminal: false))
            #expect(try await isColoured("status", "--color", "always", isTerminal: false))
            #expect(try await isColoured("status", "nobody", "--color=always", isTerminal: false))
            #expect(try await !isColoured("status", "--color", "never"))
            world.environ("NO_COLOR", "1")
            #expect(try await !isColoured("status"))
            #expect(try await world.run("status", "--color", "pink").status == 64)
        }
    }

    @Test("status shows the named upstreams, what has failed, or numbers") func filters() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let named = try await world.run("status", "elabftw").out
            #expect(named.contains("elabftw (") && !named.contains("s6-overlay"))
            let json = try await world.run("status", "s6-overlay", "--json").json
            #expect(json["upstreams"]?.object?.keys.sorted() == ["s6-overlay"])
            #expect(try await world.run("status", "--failed").isSilent)
            #expect(try await world.run("status", "--failed", isTerminal: true).out == "Nothing has failed.\n")
            #expect(try await world.run("status", "--summary").out.contains("  2 configured: 2 current"))
            let unknown = try await world.run("status", "elabft")
            #expect(unknown.status == 64 && unknown.out.isEmpty)
            #expect(unknown.err.contains("there is no upstream elabft in the configuration; did you mean elabftw?"))
            #expect(try await world.run("status", "zzz").err.contains("; known: elabftw, s6-overlay"))
        }
    }

    @Test("status sums up more than 50 upstreams at a terminal, and lists each elsewhere") func summary() async throws {
        try await withWorld { world async throws in
            for number in 0..<60 { world.set("upstreams.more-\(number)", ["github": .string("owner/more-\(number)")]) }
            let shown = try await world.run("status", isTerminal: true, columns: 80)
            #expect(shown.out.contains("62 configured: 62 not checked yet") && shown.lines.count < 24, "\(shown.out)")
            #expect(try await world.run("status", "--no-summary", isTerminal: true).lines.count > 60)
            #expect(try await world.run("status").lines.count > 60)
        }
    }

    @Test("once over many upstreams shows no line for each that has not changed, and sums up at the end") func many()
        async throws
    {
        try await withWorld { world async throws in
            for number in 0..<12 {
                world.github.publish("owner/more-\(number)", "1.0")
                world.set("upstreams.more-\(number)", ["github": .string("owner/more-\(number)")])
            }
            world.publishBaseline()
            let first = try await world.run("once", isTerminal: true, columns: 80)
            #expect(first.out.contains("14 checked in ") && first.out.contains("14 recorded as baseline"))
            world.github.publish(World.elabftw, "5.6.13")
            let second = try await world.run("once", isTerminal: true, columns: 80)
            #expect(second.out.contains(": 1 new, 13 unchanged; 1 job"), "\(second.out)")
            #expect(!second.out.contains("nothing new"))
            #expect(try await world.run("once", "--verbose", isTerminal: true).out.contains("nothing new"))
            #expect(try await world.run("once").isSilent)
        }
    }

    @Test("trigger --wait shows the run on one line at a terminal, and a line for each change elsewhere") func waiting()
        async throws
    {
        try await withWorld { world async throws in
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            try await world.baseline()
            let plain = try await world.run("trigger", "build-image", "--wait")
            #expect(plain.lines.count == 3 && !plain.out.contains(Self.escape), "\(plain.out)")
            #expect(plain.lines[1].hasPrefix("build-image started for elabftw 5.6.12, s6-overlay v3.2.3.2: https://"))
            #expect(plain.lines[2].hasPrefix("build-image succeeded for elabftw 5.6.12"))
            world.github.fail(Route(.dispatch), with: .close, times: 1, effect: .done)
            let lost = try await world.run("trigger", "build-image", "--wait")
            #expect(lost.out.contains("build-image for elabftw 5.6.12, s6-overlay v3.2.3.2: looking for its run\n"))
            world.environ("TERM", "xterm")
            let shown = try await world.run("trigger", "build-image", "--wait", isTerminal: true, columns: 200)
            #expect(shown.status == 0)
            #expect(
                shown.out.contains("\r\u{1B}[Kbuild-image for elabftw 5.6.12, s6-overlay v3.2.3.2: run in progress, "),
                "\(shown.out)")
            let last = try #require(shown.out.split(separator: "\r").last)
            #expect(!last.contains("in progress"), "the line is taken away at the end")
        }
    }
}
