import Foundation
import TestSupport
import Testing

@Suite("The command line") struct CommandLineTests {
    static let commands = [
        "init", "once", "run", "validate", "status", "explain", "trigger", "notify", "approve", "reject", "retry",
        "forget", "accept",
        "check-now", "schema",
    ]

    @Test("every command has a help with an example, status 0 and nothing on standard error", arguments: commands)
    func help(_ command: String) async throws {
        try await withWorld { world async throws in
            let output = try await world.run(command, "--help")
            #expect(output.status == 0)
            #expect(output.err.isEmpty)
            #expect(output.out.contains("  watcher \(command)"), "an example:\n\(output.out)")
            #expect(output.out.contains("USAGE: watcher \(command)"))
            for option in ["--config", "--help", "--version", "--verbose"] { #expect(output.out.contains(option)) }
            #expect(output.lines.allSatisfy { $0.count <= 120 })
        }
    }

    @Test("help names every command and every exit status") func overview() async throws {
        try await withWorld { world async throws in
            let output = try await world.run("--help")
            #expect(output.status == 0)
            for word in Self.commands + ["0 ", "1 ", "64", "74", "75", "78"] { #expect(output.out.contains(word)) }
        }
    }

    @Test("every command tells the version", arguments: commands + [""]) func version(_ command: String) async throws {
        try await withWorld { world async throws in
            let output = try await world.run(command.isEmpty ? "--version" : command, "--version")
            #expect(output.status == 0)
            #expect(output.out.split(separator: ".").count == 3, "\(output.out)")
        }
    }

    @Test(
        "a wrong command line is status 64, says so on standard error, and touches nothing",
        arguments: [
            ["twice"], ["once", "--now"], ["once", "--only"], ["once", "--only", "elab"], ["explain"],
            ["explain", "elab"],
            ["explain", "a/b/c"], ["explain", "../x"], ["explain", "a/"], ["notify"], ["notify", "nobody"],
            ["notify", "hook", "--event", "party"], ["retry"], ["forget"], ["accept"], ["once", "extra"],
        ])
    func wrong(_ arguments: [String]) async throws {
        try await withWorld { world async throws in
            let output =
                switch arguments.count {
                case 1: try await world.run(arguments[0])
                case 2: try await world.run(arguments[0], arguments[1])
                case 3: try await world.run(arguments[0], arguments[1], arguments[2])
                default: try await world.run(arguments[0], arguments[1], arguments[2], arguments[3])
                }
            #expect(output.status == 64, "\(output.err)")
            #expect(output.out.isEmpty)
            #expect(output.err.hasPrefix("error: "), "\(output.err)")
            #expect(world.stateBytes == nil)
            #expect(world.github.count() == 0)
        }
    }

    @Test("an unknown command or name is answered with the one that was meant, or with those there are")
    func suggestions() async throws {
        try await withWorld { world async throws in
            for (arguments, words) in [
                (["onec"], "hint: did you mean watcher once?"),
                (["--verbose", "onec"], "did you mean watcher once?"), (["statsu"], "did you mean watcher status?"),
                (["frobnicate"], "hint: watcher --help lists all commands"),
                (["explain", "elabft"], "; did you mean elabftw?"), (["notify", "nobody"], "; known: hook, team-chat"),
                (["trigger", "build"], "; did you mean build-image?"),
            ] {
                let output =
                    arguments.count == 1
                    ? try await world.run(arguments[0]) : try await world.run(arguments[0], arguments[1])
                #expect(output.status == 64)
                #expect(output.err.contains(words), "\(output.err)")
            }
        }
    }

    @Test("options may stand before the command") func optionsFirst() async throws {
        try await withWorld { world async throws in
            try world.writeConfig()
            let output = try await world.run("--verbose", "--config", world.configPath, "validate")
            #expect((output.status, output.err) == (0, ""))
            #expect(try await world.run("--config", "/nowhere/x.json", "validate").status == 78)
        }
    }

    @Test("without a command a terminal shows what to do next, and anything else the help") func alone() async throws {
        try await withWorld { world async throws in
            world.environ("WATCHER_CONFIG", world.folder + "/none.json")
            let first = try await world.runAlone(isTerminal: true)
            #expect(first.status == 0)
            #expect(first.out.contains("watcher init OWNER/NAME"), "\(first.out)")
            try world.writeConfig()
            world.environ("WATCHER_CONFIG", world.configPath)
            #expect(try await world.runAlone(isTerminal: true).out.contains("watcher validate"))
            #expect(try await world.runAlone(isTerminal: false).out.contains("USAGE: watcher"))
        }
    }

    @Test("init writes a valid configuration, never over a file, and its hints work as printed") func initialise()
        async throws
    {
        try await withWorld { world async throws in
            let path = world.folder + "/new folder/config.json"
            let written = try await world.run("init", "cli/cli", "vercel/next.js", "--config", path)
            #expect(written.status == 0 && written.err.isEmpty, "\(written.err)")
            #expect(written.out.contains("watcher validate --config '\(path)'"), "\(written.out)")
            let valid = try await world.run("validate", "--config", path)
            #expect((valid.status, valid.err) == (0, ""))
            #expect(valid.out.contains("2 upstreams"), "\(valid.out)")
            let before = try Data(contentsOf: URL(filePath: path))
            let again = try await world.run("init", "other/one", "--config", path)
            #expect(again.status == 78)
            #expect(again.err.contains("exists, and is left as it is"), "\(again.err)")
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
            let wrong = try await world.run("init", "https://github.com/a/b", "--config", path + "2")
            #expect(wrong.status == 64)
            #expect(wrong.err.contains("did you mean \"a/b\"?"), "\(wrong.err)")
            #expect(!FileManager.default.fileExists(atPath: path + "2"))
        }
    }

    @Test("without a terminal once says nothing unless a person should know it") func silence() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            try await world.quietPass()
            world.github.fail(Route(.releases), with: .status(502), times: 2)
            world.sink.fail(with: .close)
            try await world.quietPass()
            let verbose = try await world.run("once", "--verbose")
            #expect(verbose.out.isEmpty)
            #expect(verbose.err.contains("elabftw: 5.6.12, nothing new"))
            #expect(verbose.err.contains("s6-overlay: v3.2.3.2, nothing new"))
        }
    }

    @Test("at a terminal once tells what it did") func terminal() async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            let first = try await world.run("once", isTerminal: true)
            #expect(first.out.contains("elabftw: first check: 5.6.12 recorded as baseline"), "\(first.out)")
            let second = try await world.run("once", isTerminal: true)
            #expect(second.out.contains("elabftw: 5.6.12, nothing new"))
            world.github.fail(Route(.releases, of: World.elabftw), with: .status(502), times: 1)
            #expect(try await world.run("once", isTerminal: true).out.contains("502"))
            let help = try await world.run("--help", isTerminal: true)
            #expect(help.status == 0)
        }
    }

    @Test("text from outside does nothing to a terminal") func controlCharacters() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.fail(
                Route(.releases), with: .json(#"{"message": "\u001b[2J\u0007\u202Egnp"}"#, status: 451))
            let output = try await world.run("once", isTerminal: true)
            #expect(output.out.contains("451"))
            #expect(!output.out.unicodeScalars.contains { $0.value == 0x1B || $0.value == 7 || $0.value == 0x202E })
        }
    }

    @Test("--dry-run reads, tells what it would do, and changes neither state nor world") func dryRun() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            let (before, beats) = (world.stateBytes, world.sink.messages().count)
            let output = try await world.run("once", "--dry-run")
            #expect(output.status == 0)
            #expect(output.out.contains("elabftw: news, 5.6.13"))
            #expect(output.out.contains("would start build-image for elabftw 5.6.13"))
            #expect(output.out.contains("would notify hook, team-chat: "))
            let document = try await world.run("once", "--dry-run", "--json")
            #expect(document.json["upstreams"]?["elabftw"]?["result"] == "news")
            #expect(document.json["jobs"]?[0]?["status"] == "pending")
            #expect(world.stateBytes == before)
            #expect(world.runs.isEmpty)
            #expect(world.sink.messages().count == beats)
            try await world.pass()
            #expect(world.runs.count == 1)
        }
    }

    @Test("--dry-run makes no file and no folder") func dryRunFirst() async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            world.set("stateFile", nil)
            world.environ("STATE_DIRECTORY", world.folder + "/state/new")
            let output = try await world.run("once", "--dry-run")
            #expect(output.status == 0)
            #expect(output.out.contains("elabftw: baseline, 5.6.12"))
            #expect(world.files().isEmpty)
        }
    }

    @Test("--only looks at nothing else") func only() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let before = world.github.count()
            let output = try await world.run("once", "--only", "elabftw", "--json")
            #expect(output.json["upstreams"]?.object?.keys.sorted() == ["elabftw"])
            #expect(world.github.count() - before == 1)
            #expect(world.github.requests.last?.repository == World.elabftw)
        }
    }

    @Test("the configuration is found by WATCHER_CONFIG, and the option wins") func configPath() async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            let path = world.folder + "/other.json"
            try await world.run("validate")
            world.environ("WATCHER_CONFIG", path)
            #expect(try await world.run("validate").status == 0)
            let missing = try await world.run("validate", "--config", path)
            #expect(missing.status == 78)
            #expect(missing.err.contains(path) && missing.err.contains("hint: "))
        }
    }

    @Test("output that nobody reads any more is no reason to die") func brokenPipe() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let output = try await world.run("status", wrapper: ["sh", "-c", "\"$@\" | true; echo $?", "sh"])
            #expect(output.status == 0)
        }
    }
}
