import Glibc
import TestSupport
import Testing

@Suite("Commands beside a running daemon") struct DaemonRequestTests {
    @Test("another writer is refused with the holder's pid, and reading works") func beside() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { daemon in
                try await world.looks(1)
                for arguments in [["once"], ["run"]] {
                    let refused = try await world.run(arguments[0])
                    #expect(refused.status == 75, "\(arguments)")
                    #expect(refused.err.contains("pid \(daemon.process.pid)"), "\(refused.err)")
                }
                try await world.eventually("the first save") { world.lastSeen("elabftw") != nil }
                for arguments in [["status", "--json"], ["explain", "elabftw"], ["once", "--dry-run"]] {
                    let output = try await world.run(arguments[0], arguments[1])
                    #expect(
                        output.status == 0 && output.out.contains("5.6.12"), "\(arguments) \(output.out)\(output.err)")
                }
                #expect(try await world.run("validate").status == 0)
            }
            #expect(try await world.run("once").status == 0, "free again")
        }
    }

    @Test("check-now makes it look at every upstream at once") func checkNow() async throws {
        try await withWorld { world in
            world.publishBaseline()
            #expect(try await world.run("check-now").status != 0, "nobody is there to be asked")
            try await world.withDaemon(every: "1d") { _ in
                try await world.eventually("the first save") {
                    world.lastSeen("elabftw") != nil && world.lastSeen("s6-overlay") != nil
                }
                world.github.publish(World.elabftw, "5.6.13")
                let answer = try await world.run("check-now")
                #expect(answer.status == 0 && answer.out.contains("2 upstreams"), "\(answer.out)\(answer.err)")
                try await world.github.waitForRequests(Route(.dispatch))
                #expect(world.files().map(\.path).filter { $0.contains("request") || $0.contains("answer") }.isEmpty)
            }
        }
    }

    @Test("trigger, retry and forget reach it") func jobs() async throws {
        try await withWorld { world in
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "failure"))
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.looks(1)
                try await world.eventually("the first save") {
                    world.lastSeen("s6-overlay") != nil && world.lastSeen("elabftw") != nil
                }
                let triggered = try await world.run("trigger", "build-image")
                #expect(triggered.status == 0, "\(triggered.out)\(triggered.err)")
                try await world.waitUntilTold("failed build-image")
                try await world.eventually("failed") { world.state["history"]?.array?.count == 1 }
                let failed = try #require(world.state["history"]?[0]?["id"]?.string)
                world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
                let again = try await world.run("retry", failed)
                #expect(again.status == 0, "\(again.out)\(again.err)")
                try await world.waitUntilTold("succeeded build-image")
                #expect(world.runs.count == 2)
                #expect(Set(world.runs.compactMap { $0.inputs["watcher_job"] }).count == 2)
                let refused = try await world.run("retry", "w-000000000000")
                #expect(refused.status == 1 && refused.err.contains("hint:"), "\(refused.err)")
                let dropped = try await world.run("forget", failed)
                #expect(dropped.status == 0)
            }
        }
    }

    @Test("trigger --wait stays until the daemon's job has ended, and says how") func triggerAndWait() async throws {
        try await withWorld { world in
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.eventually("the first save") {
                    world.lastSeen("s6-overlay") != nil && world.lastSeen("elabftw") != nil
                }
                let good = try await world.run("trigger", "build-image", "--wait")
                #expect(good.status == 0, "\(good.err)")
                #expect(good.out.contains("build-image succeeded for elabftw 5.6.12"), "\(good.out)")
                world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "failure"))
                let bad = try await world.run("trigger", "build-image", "--wait")
                #expect(bad.status == 1, "\(bad.out)")
                #expect(bad.err.contains("error: build-image failed for elabftw 5.6.12"), "\(bad.err)")
            }
        }
    }

    @Test("accept reaches it: the repository that was stopped is looked at again") func accept() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.looks(1)
                try await world.eventually("the first save") { world.lastSeen("elabftw") != nil }
                world.github.addRepository(World.elabftw)
                world.github.publish(World.elabftw, "6.0.0")
                try await world.eventually("stopped") {
                    world.state["upstreams"]?["elabftw"]?["replacedBy"]?.integer != nil
                }
                try await world.waitUntilTold("attention elabftw")
                #expect(world.runs.isEmpty)
                #expect(try await world.run("accept", "elabftw").status == 0)
                try await world.eventually("taken") { world.lastSeen("elabftw") == "6.0.0" }
                try await world.looks(1)
                #expect(world.runs.isEmpty, "a first check starts nothing")
                #expect(world.told.filter { $0 == "attention elabftw" }.count == 1)
            }
        }
    }

    @Test("a request that is no request is refused in words, and does no harm") func nonsense() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.looks(1)
                for text in ["", "null", "{\"retry\":{}}", "\u{0}", String(repeating: "[", count: 60_000)] {
                    let answer = try ask(world.statePath, Array(text.utf8))
                    let isNamed = answer?.contains("does not know this request") == true
                    #expect(isNamed, "\(text.prefix(20)): \(answer ?? "")")
                }
                // More than a request may have: the daemon reads no further.
                _ = try? ask(world.statePath, [UInt8](repeating: 0x20, count: 1 << 20))
                try await world.looks(2)
                #expect(try await world.run("check-now").status == 0)
                #expect(unsafe access(world.statePath + ".socket", F_OK) == 0)
            }
            #expect(unsafe access(world.statePath + ".socket", F_OK) != 0, "it goes with the daemon")
        }
    }

    @Test("who sends no request holds up the others for a moment only") func silent() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.looks(1)
                let silent = try connect(world.statePath)
                defer { close(silent) }
                #expect(try await world.run("check-now").status == 0)
            }
        }
    }

    @Test("nothing is done to a process whose pid is in the lock's file") func stranger() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.looks(1)
                let stranger = try Running(
                    ["sleep", "600"], environment: [:], scratch: world.scratch, isTerminal: false, limit: .seconds(60))
                try Array("\(stranger.pid) run\n".utf8).overwrite(world.statePath + ".lock")
                #expect(try await world.run("check-now").status == 0)
                #expect(kill(stranger.pid, 0) == 0)
                stranger.signal(SIGTERM)
                #expect(try await stranger.end().status == 128 + SIGTERM, "by this, and by nothing before")
            }
        }
    }

    @Test("a daemon without its socket is named, and nothing hangs") func withoutSocket() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.looks(1)
                unsafe unlink(world.statePath + ".socket")
                let refused = try await world.run("check-now")
                #expect(refused.status == 1 && refused.err.contains("nobody listens on"), "\(refused.err)")
                #expect(refused.err.contains("hint:"))
            }
        }
    }
}

/// A connection to the daemon of a state file.
private func connect(_ statePath: String) throws -> Int32 {
    let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = statePath + ".socket"
    try #require(path.utf8.count < 108, "\(path)")
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let result = unsafe withUnsafePointer(to: &address) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe Glibc.connect(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    try #require(result == 0, "\(path)")
    return file
}

/// Sends bytes as a request; the answer, or nil when there was none.
private func ask(_ statePath: String, _ bytes: [UInt8]) throws -> String? {
    let file = try connect(statePath)
    defer { close(file) }
    _ = unsafe bytes.withUnsafeBytes { unsafe send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    shutdown(file, Int32(SHUT_WR))
    var answer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe answer.withUnsafeMutableBytes { unsafe recv(file, $0.baseAddress, $0.count, 0) }
    return count > 0 ? String(decoding: answer.prefix(count), as: UTF8.self) : nil
}

extension [UInt8] {
    fileprivate func overwrite(_ path: String) throws {
        let file = unsafe open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        try #require(file >= 0)
        _ = unsafe withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
    }
}
