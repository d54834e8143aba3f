import Foundation
import TestSupport
import Testing

@Suite("The action command") struct ActionCommandTests {
    /// The world's action runs a shell with this script; `$1` is a folder for what it has to say.
    private static func script(_ world: World, _ script: String, _ more: WireJSON = [:]) throws {
        let out = outbox(world)
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        var command = more
        command.set(["argv"], ["/bin/sh", "-c", .string(script), "sh", .string(out), "{{elabftw.tag}}"])
        world.set("actions.build-image.workflowDispatch", nil)
        world.set("actions.build-image.command", command)
    }

    private static func outbox(_ world: World) -> String { (world.scratch as NSString).appendingPathComponent("out") }

    private static func said(_ world: World, _ name: String) -> String {
        (try? String(contentsOfFile: outbox(world) + "/" + name, encoding: .utf8)) ?? ""
    }

    private static func news(_ world: World) async throws {
        try await world.baseline()
        world.github.publish(World.elabftw, "5.6.13")
    }

    /// A program that writes its number to a pipe and then waits for ever; `ready` is read to its end.
    private static let waiting = #"echo $$ > "$1/ready"; exec cat "$1/never""#

    private static func pipes(_ world: World) {
        for name in ["ready", "never"] { unsafe mkfifo(outbox(world) + "/" + name, 0o600) }
    }

    /// The number of the waiting program, once it runs.
    private static func ready(_ world: World) async throws -> Int32 {
        let path = outbox(world) + "/ready"
        let text: String = await withCheckedContinuation { continuation in
            // Opening a pipe waits for the other side: not on a thread that others need.
            Thread.detachNewThread {
                let bytes = try? FileHandle(forReadingAtPath: path)?.readToEnd()
                continuation.resume(returning: String(decoding: (bytes ?? nil) ?? Data(), as: UTF8.self))
            }
        }
        return try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)), "\(text)")
    }

    private static func isGone(_ pid: Int32) -> Bool {
        guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return true }
        return line.isEmpty
    }

    @Test("runs the program without a shell, with the webhook's body and the WATCHER_ variables")
    func runs() async throws {
        try await withWorld { world async throws in
            try Self.script(
                world, #"cat > "$1/body"; env > "$1/env"; echo "$2" > "$1/tag"; ps -o sid=,pid= $$ > "$1/ps""#)
            world.set("actions.build-image.command.environment", ["EXTRA": "v{{s6-overlay.version}}"])
            world.set("actions.build-image.command.workingDirectory", .string(world.scratch))
            try await Self.news(world)
            let output = try await world.pass()
            #expect(output.out.contains("build-image succeeded"))
            #expect(Self.said(world, "tag") == "5.6.13\n")
            let body = try WireJSON(parsing: Array(Self.said(world, "body").utf8))
            #expect(body["type"] == "started" && body["job"]?["action"] == "build-image")
            #expect(body["releases"]?[0]?["tag"] == "5.6.13")
            let environment = Set(Self.said(world, "env").split(separator: "\n").map(String.init))
            let job = try #require(try await world.jobs().first?["id"]?.string)
            for line in [
                "WATCHER_JOB=\(job)", "WATCHER_ACTION=build-image", "WATCHER_UPSTREAM=elabftw", "WATCHER_TAG=5.6.13",
                "WATCHER_VERSION=5.6.13", "WATCHER_PREVIOUS=5.6.12", "EXTRA=v3.2.3.2", "PWD=\(world.scratch)",
            ] {
                #expect(environment.contains(line), "\(line)")
            }
            for name in ["GITHUB_TOKEN", "HOOK_URL", "HOOK_SECRET"] {
                #expect(!environment.contains { $0.hasPrefix(name + "=") }, "\(name)")
            }
            let numbers = Self.said(world, "ps").split(separator: " ")
            #expect(numbers.count == 2 && numbers[0] == numbers[1].prefix { $0 != "\n" }, "a session of its own")
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
            try await world.quietPass()
        }
    }

    @Test("75 is tried again, any other status has failed, with the end of the output and no secret in it")
    func statuses() async throws {
        try await withWorld { world async throws in
            try Self.script(
                world,
                #"echo x >> "$1/runs"; echo "the key is $KEY"; test $(wc -l < "$1/runs") = 1 && exit 75; exit 3"#)
            world.set("actions.build-image.command.environment", ["KEY": ["env": "ACTION_TOKEN"]])
            try await Self.news(world)
            try await world.pass()
            #expect(try await world.jobs().first?["status"] == "pending")
            #expect(try await world.jobs().first?["reason"] == "ended with status 75: the key is ***")
            try world.ageJob(by: 60)
            let failed = try await world.run("once")
            #expect(failed.status == 1)
            let job = try #require(try await world.jobs().first)
            #expect(job["status"] == "failed" && job["reason"] == "ended with status 3: the key is ***")
            #expect(world.messages.last?["job"]?["reason"] == "ended with status 3: the key is ***")
            let log = try #require(world.files().first { $0.path.hasSuffix(".2.log") })
            #expect(String(decoding: log.bytes, as: UTF8.self) == "the key is ***\n")
        }
    }

    @Test("past its time limit it is ended, with all that it has started") func timeLimit() async throws {
        try await withWorld { world async throws in
            try Self.script(world, #"sleep 1000 & echo $! > "$1/child"; echo begun; wait"#, ["timeout": "1s"])
            try await Self.news(world)
            #expect(try await world.run("once").status == 1)
            #expect(try await world.jobs().first?["reason"] == "did not end within 1s: begun")
            let child = try #require(Int32(Self.said(world, "child").dropLast()))
            #expect(Self.isGone(child))
        }
    }

    @Test("a program that is not there has failed at once, and says which") func missing() async throws {
        try await withWorld { world async throws in
            try Self.script(world, "")
            world.set("actions.build-image.command.argv", ["/nowhere/at-all"])
            try await Self.news(world)
            #expect(try await world.run("once").status == 1)
            #expect(try await world.jobs().first?["reason"] == "there is no program /nowhere/at-all")
        }
    }

    @Test("what a crash leaves behind is ended, and it is run again, or has failed", arguments: [true, false])
    func crash(_ repeatable: Bool) async throws {
        try await withWorld { world async throws in
            try Self.script(world, Self.waiting, ["repeatable": .bool(repeatable)])
            Self.pipes(world)
            try await Self.news(world)
            let process = try world.start("once")
            let orphan = try await Self.ready(world)
            process.killGroup()
            _ = try? await process.end()
            #expect(!Self.isGone(orphan), "it has a session of its own")
            world.set("actions.build-image.command.argv", ["/bin/true"])
            if repeatable {
                // As it was begun, whatever the configuration has come to say since.
                let again = try world.start("once")
                let second = try await Self.ready(world)
                #expect(Self.isGone(orphan))
                again.signal(SIGTERM)
                _ = try await world.end(again)
                #expect(Self.isGone(second))
                #expect(try await world.jobs().first?["status"] == "pending")
                try await world.pass()
                #expect(try await world.jobs().first?["status"] == "succeeded")
            } else {
                #expect(try await world.run("once").status == 1)
                #expect(Self.isGone(orphan))
                let job = try #require(try await world.jobs().first)
                #expect(job["status"] == "failed")
                #expect(job["reason"] == #"cut off when the program ended, and "repeatable" is false"#)
                #expect(world.told.last == "failed build-image")
            }
        }
    }

    @Test("a stop ends the program; one that may not be repeated has failed") func stopped() async throws {
        try await withWorld { world async throws in
            try Self.script(world, Self.waiting, ["repeatable": false])
            Self.pipes(world)
            try await Self.news(world)
            let process = try world.start("once")
            let program = try await Self.ready(world)
            process.signal(SIGTERM)
            _ = try await world.end(process)
            #expect(Self.isGone(program))
            let job = try #require(try await world.jobs().first)
            #expect(job["reason"] == #"cut off when watcher was stopped, and "repeatable" is false"#)
        }
    }

    @Test("doctor says whether the program is there") func doctor() async throws {
        try await withWorld { world async throws in
            try Self.script(world, "true")
            #expect(try await world.run("doctor").out.contains("actions.build-image: runs /bin/sh"))
            world.set("actions.build-image.command.argv", ["no-such-program-anywhere"])
            let output = try await world.run("doctor")
            #expect(output.status == 1)
            #expect((output.out + output.err).contains("no executable program no-such-program-anywhere in PATH"))
        }
    }
}
