import Foundation
import TestSupport
import Testing

@Suite("The state file") struct StateTests {
    @Test("it is 0600 and stable for scripts, and nothing is left beside it but the lock") func form() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            #expect(world.state["version"] == 1)
            #expect(world.state["upstreams"]?["elabftw"]?["lastSeen"]?["tag"] == "5.6.12")
            let attributes = try FileManager.default.attributesOfItem(atPath: world.statePath)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(world.files().map(\.path) == ["state.json", "state.json.lock"])
        }
    }

    @Test("it stays 0600 and with its owner when root runs a command", .enabled(if: isRoot, "needs root"))
    func owner() async throws {
        try await withWorld { world async throws in
            let place = world.folder + "/state"
            let service: [FileAttributeKey: Any] = [.ownerAccountID: 12345, .groupOwnerAccountID: 23456]
            try FileManager.default.setAttributes(service, ofItemAtPath: place)
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            try await world.run("forget", try #require(try await world.jobs().first?["id"]?.string))
            for name in ["state.json", "state.json.lock"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: place + "/" + name)
                #expect(attributes[.ownerAccountID] as? Int == 12345)
                #expect(attributes[.groupOwnerAccountID] as? Int == 23456)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
        }
    }

    /// A state file that no run may touch.
    struct Broken: Sendable, CustomStringConvertible {
        let description: String
        let bytes: String
        let words: String
    }

    static let broken = [
        Broken(description: "empty", bytes: "", words: "not one of ours"),
        Broken(description: "cut off", bytes: #"{"version": 1, "upstreams": {"elabftw""#, words: "not one of ours"),
        Broken(description: "HTML", bytes: "<html>", words: "not one of ours"),
        Broken(description: "null", bytes: "null", words: "not one of ours"),
        Broken(description: "a list", bytes: "[]", words: "not one of ours"),
        Broken(description: "without a version", bytes: "{}", words: ".version is missing"),
        Broken(description: "a version in words", bytes: #"{"version": "1"}"#, words: ".version has the wrong type"),
        Broken(description: "a version of 0", bytes: #"{"version": 0}"#, words: "not one of ours"),
        Broken(description: "newer", bytes: #"{"version": 2, "anything": true}"#, words: "has version 2"),
        Broken(description: "much newer", bytes: #"{"version": 2000000000}"#, words: "has version 2000000000"),
        Broken(description: "half of the fields", bytes: #"{"version": 1, "upstreams": {}}"#, words: "is missing"),
        Broken(description: "zero bytes", bytes: "\0\0\0\0", words: "not one of ours"),
    ]

    @Test("one that cannot be read stops every command with status 78, and stays as it is", arguments: broken)
    func unreadable(_ broken: Broken) async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            try Data(broken.bytes.utf8).write(to: URL(filePath: world.statePath))
            for arguments in [
                ["once"], ["once", "--dry-run"], ["status"], ["explain", "elabftw"], ["trigger", "build-image"],
                ["retry", "w-000000000000"], ["forget", "w-000000000000"], ["accept", "elabftw"],
            ] {
                let output =
                    arguments.count == 1
                    ? try await world.run(arguments[0]) : try await world.run(arguments[0], arguments[1])
                #expect(output.status == 78, "\(arguments)")
                #expect(output.out.isEmpty)
                #expect(output.err.hasPrefix("error: ") && output.err.contains(world.statePath), "\(output.err)")
                #expect(output.err.contains(broken.words), "\(output.err)")
                #expect(output.err.contains("hint: nothing was changed"))
            }
            #expect(world.stateBytes == Array(broken.bytes.utf8))
            #expect(world.github.count() == 0)
            #expect(world.sink.messages().isEmpty)
        }
    }

    @Test("a folder or a loop of links in its place stops the program with status 78", arguments: [true, false])
    func odd(_ isFolder: Bool) async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            if isFolder {
                try FileManager.default.createDirectory(atPath: world.statePath, withIntermediateDirectories: true)
            } else {
                try FileManager.default.createSymbolicLink(
                    atPath: world.statePath, withDestinationPath: world.statePath)
            }
            #expect(try await world.run("once").status == 78)
            #expect(world.github.count() == 0)
        }
    }

    @Test("a user who may not read or write it is told so with status 78", .enabled(if: isRoot, "needs root"))
    func forbidden() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let before = (world.stateBytes, world.github.count())
            let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            for arguments in ["once", "status"] {
                let output = try await world.run(arguments, wrapper: nobody)
                #expect(output.status == 78, "\(output.err)")
                #expect(output.err.contains("Permission denied") || output.err.contains("permission denied"))
                #expect(output.err.contains("hint: "))
            }
            #expect(world.stateBytes == before.0)
            #expect(world.github.count() == before.1)
        }
    }

    @Test("the folder of a configured path must exist, else 78 and no request") func noFolder() async throws {
        try await withWorld { world async throws in
            world.set("stateFile", .string(world.folder + "/nowhere/state.json"))
            let output = try await world.run("once")
            #expect(output.status == 78)
            #expect(output.err.contains(world.folder + "/nowhere"))
            #expect(world.github.count() == 0)
        }
    }

    @Test("systemd's folder is made and used where no path is configured") func stateDirectory() async throws {
        try await withWorld { world async throws in
            world.set("stateFile", nil)
            world.environ("STATE_DIRECTORY", world.folder + "/state/one/two:/elsewhere")
            world.publishBaseline()
            try await world.pass()
            #expect(world.files().map(\.path).contains("one/two/state.json"))
            #expect(try await world.run("status").out.contains("5.6.12"))
        }
    }

    @Test(
        "users have it below XDG_STATE_HOME or their home", .enabled(if: isRoot, "needs root"),
        arguments: [true, false])
    func userState(_ hasVariable: Bool) async throws {
        try await withWorld { world async throws in
            world.set("stateFile", nil)
            if hasVariable { world.environ("XDG_STATE_HOME", world.folder + "/home/xdg") }
            world.publishBaseline()
            let home: [FileAttributeKey: Any] = [.ownerAccountID: 65534]
            try FileManager.default.setAttributes(home, ofItemAtPath: world.folder + "/home")
            let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            let output = try await world.run("once", wrapper: nobody)
            #expect(output.status == 0, "\(output.err)")
            let place = world.folder + (hasVariable ? "/home/xdg" : "/home/.local/state") + "/watcher/state.json"
            #expect(FileManager.default.fileExists(atPath: place))
        }
    }

    static let isRoot = ProcessInfo.processInfo.userName == "root"

    @Test(
        "what the disk refuses is status 74: nothing is started, and the state is the old one",
        .enabled(if: Strace.isUsable, "strace is not to be had"),
        arguments: [("fsync", "EIO"), ("fsync", "ENOSPC"), ("rename", "EIO"), ("fsync", "EDQUOT")])
    func diskError(_ call: String, _ error: String) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let before = world.stateBytes
            world.github.publish(World.elabftw, "5.6.13")
            let output = try await world.run("once", wrapper: Strace.failing(call, error))
            #expect(output.status == 74)
            #expect(output.err.hasPrefix("error: ") && output.err.contains(world.statePath))
            #expect(output.err.contains("hint: nothing was started"))
            #expect(world.github.count(Route(.dispatch)) == 0)
            #expect(world.told.isEmpty)
            #expect(world.stateBytes == before)
            #expect(world.files().map(\.path) == ["state.json", "state.json.lock"])
            try await world.pass()
            #expect(world.runs.count == 1)
        }
    }

    @Test("a full disk is status 74, and all goes on when there is room", .enabled(if: isRoot, "needs root"))
    func fullDisk() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            let place = world.folder + "/state"
            let script = """
                set -e; cp -a \(place) \(place).copy; mount -t tmpfs -o size=16k,mode=700 watcher \(place)
                cp -a \(place).copy/. \(place); rm -r \(place).copy
                dd if=/dev/zero of=\(place)/fill bs=4096 2>/dev/null || true; exec "$@"
                """
            let output = try await world.run("once", wrapper: ["unshare", "-m", "sh", "-c", script, "sh"])
            #expect(output.status == 74, "\(output.err)")
            #expect(output.err.contains("No space left on device"))
            #expect(world.github.count(Route(.dispatch)) == 0)
            #expect(world.told.isEmpty)
            try await world.pass()
            #expect(world.runs.count == 1)
        }
    }

    @Test("a limit of the file's size is status 74 for every command that writes") func fileSize() async throws {
        try await withWorld { world async throws in
            world.github.editWorkflow(World.builder, World.workflow) { $0.state = "disabled_manually" }
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            _ = try await world.run("once")
            let id = try #require(try await world.jobs().first?["id"]?.string)
            let before = world.stateBytes
            for command in ["retry", "forget"] {
                let output = try await world.run(command, id, wrapper: ["prlimit", "--fsize=600"])
                #expect(output.status == 74, "\(command)")
                #expect(output.out.isEmpty)
                #expect(output.err.contains("File too large"))
                #expect(world.stateBytes == before)
            }
        }
    }

    @Test("another instance is status 75 with its pid, and reading goes on beside it", arguments: [true, false])
    func locked(_ isTerminal: Bool) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            let first = try world.start("once", "--wait")
            try await world.github.waitForRequests(Route(.run))
            for arguments in [
                ["once"], ["trigger", "build-image"], ["retry", "w-000000000000"], ["forget", "w-000000000000"],
                ["accept", "elabftw"],
            ] {
                let output =
                    arguments.count == 1
                    ? try await world.run(arguments[0], isTerminal: isTerminal)
                    : try await world.run(arguments[0], arguments[1], isTerminal: isTerminal)
                #expect(output.status == 75, "\(arguments)")
                let said = isTerminal ? output.out : output.err
                #expect(said.contains("error: another instance holds the state file (pid \(first.pid))"), "\(said)")
            }
            for arguments in ["status", "validate"] { #expect(try await world.run(arguments).status == 0) }
            #expect(try await world.run("explain", "elabftw").status == 0)
            #expect(try await world.run("once", "--dry-run").status == 0)
            first.signal(9)
            #expect(try await world.end(first).status == 137)
            world.github.finish(try #require(world.runs.first).id)
            try await world.pass()
            #expect(world.runs.count == 1)
        }
    }

    @Test("a change of the configuration makes nothing old new") func configuration() async throws {
        try await withWorld { world async throws in
            world.set("upstreams.elabftw.minimumVersion", "5.7.0")
            world.set("upstreams.elabftw.exclude", #"5\.8\..*"#)
            world.github.publish(World.elabftw, "5.7.0", published: World.ago(90_000))
            try await world.baseline()
            for tag in ["5.6.13", "5.8.0"] { world.github.publish(World.elabftw, tag) }
            world.github.publish(World.elabftw, "6.0.0-beta", prerelease: true)
            try await world.quietPass()
            world.set("upstreams.elabftw.minimumVersion", nil)
            world.set("upstreams.elabftw.exclude", nil)
            world.set("upstreams.elabftw.prereleases", true)
            try await world.quietPass()
            #expect(world.lastSeen("elabftw") == "5.7.0")
            let explained = try await world.run("explain", "elabftw")
            for words in [
                "ignored before: below minimumVersion", "ignored before: matched by exclude",
                "ignored before: a prerelease",
            ] {
                #expect(explained.out.contains(words), "\(explained.out)")
            }
        }
    }

    @Test("a tag that is published again under a new id is told, and not taken again") func republished() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publishAgain(World.elabftw, "5.6.12")
            try await world.pass()
            #expect(world.told == ["attention elabftw"])
            #expect(world.runs.isEmpty)
            try await world.quietPass()
        }
    }

    @Test("an upstream that gets another repository in the configuration starts anew") func otherRepository()
        async throws
    {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish("someone/fork", "9.0.0", published: World.ago(90_000))
            world.set("upstreams.elabftw.github", "someone/fork")
            try await world.pass()
            #expect(world.lastSeen("elabftw") == "9.0.0")
            #expect(world.runs.isEmpty)
            #expect(world.told.isEmpty)
        }
    }
}
