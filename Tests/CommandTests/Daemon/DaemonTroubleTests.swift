import Foundation
import Glibc
import TestSupport
import Testing

@Suite("The daemon in trouble") struct DaemonTroubleTests {
    static let unreachable: [(name: String, url: String, words: String)] = [
        ("DNS gone", "https://api.github.invalid", "api.github.invalid"),
        ("nobody listens", "https://127.0.0.1:9", "refused"),
        ("an address that leads nowhere", "https://[100::1]", ""),
        ("no TLS behind https", "PLAIN", ""),
    ]

    @Test("a GitHub that cannot be reached is told, and all goes on when it is back", arguments: unreachable.indices)
    func network(_ index: Int) async throws {
        let (_, url, words) = Self.unreachable[index]
        try await withWorld { world in
            world.publishBaseline()
            try await world.baseline()
            let good = world.github.url
            world.set("github.apiURL", .string(url == "PLAIN" ? good.replacing("http:", with: "https:") : url))
            world.set("network", nil)
            try await world.withDaemon { daemon in
                try await world.eventually("told", timeout: .seconds(90)) {
                    world.told.contains("upstreamFailing elabftw")
                }
                let text = world.messages.compactMap { $0["text"]?.string }.joined()
                #expect(words.isEmpty || text.contains(words), "\(text)")
                world.github.publish(World.elabftw, "5.6.13")
                world.set("github.apiURL", .string(good))
                try await daemon.reload()
                try await world.waitUntilTold("release 5.6.13")
                try await world.waitUntilTold("upstreamRecovered elabftw")
                try await world.github.waitForRequests(Route(.dispatch))
            }
            #expect(world.runs.count == 1)
        }
    }

    @Test("a proxy that is gone is told without its password, and all goes on without it") func proxy() async throws {
        try await withWorld { world in
            try await world.baseline()
            world.environ("no_proxy", nil)
            world.set("github.proxy", ["env": "PROXY_URL"])
            try await world.withDaemon(isStopped: false) { daemon in
                try await world.eventually("failing") {
                    (world.state["upstreams"]?["elabftw"]?["failures"]?.integer ?? 0) >= 3
                }
                world.set("github.proxy", nil)
                world.set("network", nil)
                world.github.publish(World.elabftw, "5.6.13")
                try await daemon.reload()
                try await world.waitUntilTold("release 5.6.13")
                let output = try await daemon.stop()
                #expect(output.err.contains("proxy"), "\(output.err)")
            }
        }
    }

    @Test("a state that cannot be written for a while: nothing is started, it says so, and goes on by itself")
    func unwritable() async throws {
        try await withWorld { world in
            try await world.baseline()
            try await world.withDaemon(isStopped: false) { daemon in
                try await world.looks(1)
                // Where the new state is written there is something that nobody can write to, root included.
                try FileManager.default.createDirectory(
                    atPath: world.statePath + ".tmp", withIntermediateDirectories: false)
                world.github.publish(World.elabftw, "5.6.13")
                let failed = try await daemon.systemd.wait(for: "STATUS=the state cannot be saved")
                let asked = try await world.run("trigger", "build-image")
                #expect(asked.status == 1 && asked.err.contains("cannot be saved"), "\(asked.out)\(asked.err)")
                #expect(world.github.count(Route(.dispatch)) == 0 && world.told.isEmpty, "nothing is started")
                #expect(world.lastSeen("elabftw") == "5.6.12")
                try FileManager.default.removeItem(atPath: world.statePath + ".tmp")
                try await daemon.systemd.wait(for: "STATUS=2 upstreams", from: failed)
                try await world.github.waitForRequests(Route(.dispatch))
                try await world.waitUntilTold("release 5.6.13")
                let lines = try await daemon.stop().err.split(separator: "\n")
                #expect(lines.filter { $0.contains("cannot be saved") }.count == 1, "once: \(lines)")
            }
            #expect(world.lastSeen("elabftw") == "5.6.13")
        }
    }

    @Test(
        "a disk that is full for a while starts nothing twice and loses nothing",
        .enabled(if: Strace.isUsable, "strace is not to be had"), arguments: ["ENOSPC", "EIO", "EROFS"])
    func fullDisk(_ error: String) async throws {
        try await withWorld { world in
            try await world.baseline()
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            world.github.publish(World.elabftw, "5.6.13")
            let paths = [world.statePath, world.statePath + ".tmp"].flatMap { ["-P", $0] }
            let wrapper =
                [
                    "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=write", "-e",
                    "inject=write:error=\(error):when=1..2",
                ] + paths
            try await world.withDaemon(wrapper: wrapper, isStopped: false) { daemon in
                try await daemon.systemd.wait(for: "STATUS=the state cannot be saved")
                try await world.eventually("told", timeout: .seconds(120)) {
                    world.told.contains("succeeded build-image")
                }
                kill(try #require(world.childOf(daemon.process.pid)), SIGKILL)
                _ = try await world.end(daemon.process)
            }
            try await world.pass("--wait")
            try await world.quietPass()
            #expect(world.runs.count == 1)
            #expect(world.lastSeen("elabftw") == "5.6.13")
        }
    }

    @Test("a state folder that vanishes and comes back loses nothing") func vanishing() async throws {
        try await withWorld { world in
            try await world.baseline()
            try await world.withDaemon { daemon in
                try await world.looks(1)
                let (here, away) = (world.folder + "/state", world.folder + "/away")
                try FileManager.default.moveItem(atPath: here, toPath: away)
                world.github.publish(World.elabftw, "5.6.13")
                try await daemon.systemd.wait(for: "STATUS=the state cannot be saved")
                #expect(world.github.count(Route(.dispatch)) == 0)
                try FileManager.default.moveItem(atPath: away, toPath: here)
                try await world.waitUntilTold("release 5.6.13")
            }
            #expect(world.lastSeen("elabftw") == "5.6.13")
            #expect(world.runs.count == 1)
        }
    }

    @Test("between its looks it makes no system calls", .enabled(if: Strace.isUsable, "strace is not to be had"))
    func idle() async throws {
        try await withWorld { world in
            world.publishBaseline()
            let log = world.folder + "/idle.log"
            let wrapper = ["strace", "-f", "-qq", "-ttt", "-o", log]
            try await world.withDaemon(wrapper: wrapper, every: "1h", isStopped: false) { daemon in
                try await world.sink.waitForMessages(1, path: world.heartbeatPath)
                try await world.eventually("saved") {
                    world.lastSeen("s6-overlay") != nil && world.lastSeen("elabftw") != nil
                }
                let pid = try #require(world.childOf(daemon.process.pid))
                // A window without any events: how long it is, is what is tested.
                try await Task.sleep(for: .seconds(Self.window + 7))
                let asked = Date().timeIntervalSince1970
                kill(pid, SIGTERM)
                #expect(try await world.end(daemon.process).status == 0)
                let text = try String(decoding: Data(contentsOf: URL(filePath: log)), as: UTF8.self)
                let calls = text.split(separator: "\n").filter { line in
                    let time = line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
                    return time > asked - Double(Self.window) && time < asked - 0.05 && !line.contains("resumed")
                }
                #expect(calls.count < 10, "\(calls)")
            }
        }
    }

    /// Seconds of quiet that are looked at; 60 when it is done by hand.
    static let window = ProcessInfo.processInfo.environment["WATCHER_IDLE_SECONDS"].flatMap { Int($0) } ?? 10
}

extension World {
    /// The first child of a process: the program behind strace.
    func childOf(_ pid: pid_t) -> pid_t? {
        let path = "/proc/\(pid)/task/\(pid)/children"
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        return String(decoding: data, as: UTF8.self).split(separator: " ").first.flatMap { pid_t($0) }
    }
}
