import Glibc
import TestSupport
import Testing

@Suite("The daemon under systemd") struct DaemonSystemdTests {
    @Test("it is ready after it has read its state, whatever the network does") func ready() async throws {
        try await withWorld { world in
            world.publishBaseline()
            world.github.fail(.any, with: .blackHole)
            try await world.withDaemon { daemon in
                #expect(daemon.systemd.lines.first { !$0.hasPrefix("WATCHDOG") } == "READY=1")
                try await daemon.systemd.wait(for: "STATUS=2 upstreams")
                world.github.clearFaults()
            }
        }
    }

    @Test("a state that cannot be read: never ready, status 78") func unreadable() async throws {
        try await withWorld { world in
            try world.write("{", to: world.statePath)
            let systemd = try NotifySocket(in: world.folder)
            defer { systemd.close() }
            world.environ("NOTIFY_SOCKET", systemd.path)
            #expect(try await world.run("run").status == 78)
            #expect(systemd.lines.isEmpty)
            #expect(world.stateBytes == [UInt8(ascii: "{")])
        }
    }

    @Test("RELOADING comes before READY, with the time; STOPPING when it winds down") func protocolWords() async throws
    {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon(isStopped: false) { daemon in
                let place = daemon.systemd.lines.count
                try await daemon.reload()
                let lines = daemon.systemd.lines.dropFirst(place).filter { !$0.hasPrefix("STATUS") }
                #expect(lines.count == 3 && lines.dropFirst().first?.hasPrefix("MONOTONIC_USEC=") == true, "\(lines)")
                try await daemon.stop()
                // It has been sent, and may not have been read here yet.
                try await daemon.systemd.wait(for: "STOPPING=1")
                #expect(daemon.systemd.lines.filter { $0 == "STOPPING=1" }.count == 1)
                #expect(!daemon.systemd.lines.contains { $0.hasPrefix("WATCHDOG") }, "nobody asked for it")
            }
        }
    }

    @Test("while a dispatch is under way it asks for more time to stop") func extend() async throws {
        try await withWorld { world in
            world.publishBaseline()
            world.github.fail(Route(.dispatch), with: .blackHole, times: 1)
            try await world.withDaemon(isStopped: false) { daemon in
                try await world.looks(1)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.github.waitForRequests(Route(.dispatch))
                try await daemon.stop()
                let words = try #require(daemon.systemd.lines.last { $0.hasPrefix("EXTEND_TIMEOUT_USEC=") })
                #expect(Int(words.dropFirst(20)).map { $0 >= 3_000_000 } == true, "\(words)")
            }
        }
    }

    @Test("the status tells in words what is under way and what has failed") func status() async throws {
        try await withWorld { world in
            world.github.addWorkflow(World.builder, World.workflow, progress: .byHand)
            world.publishBaseline()
            try await world.withDaemon { daemon in
                try await world.looks(1)
                world.github.publish(World.elabftw, "5.6.13")
                try await daemon.systemd.wait(for: "STATUS=2 upstreams, 1 jobs running")
                // Said when the intent is on disk: the request may still be on its way.
                try await world.github.waitForRequests(Route(.dispatch))
                world.github.finish(try #require(world.runs.first).id, "failure")
                try await daemon.systemd.wait(for: "STATUS=2 upstreams, action required")
            }
        }
    }

    @Test("the watchdog hears of it while its loop turns, and nothing when it does not") func watchdog() async throws {
        try await withWorld { world in
            world.publishBaseline()
            world.environ("WATCHDOG_USEC", "400000")
            try await world.withDaemon(every: "1d") { daemon in
                var place = 0
                for _ in 0..<4 { place = try await daemon.systemd.wait(for: "WATCHDOG=1", from: place) + 1 }
                daemon.process.signal(SIGSTOP)
                // What was on its way has arrived when the process has stopped.
                try await world.eventually("stopped") { world.processState(daemon.process.pid) == "T" }
                let count = daemon.systemd.lines.count
                await #expect(throws: NotifySocket.Expired.self) {
                    try await daemon.systemd.wait(for: "WATCHDOG=1", from: count, timeout: .milliseconds(1200))
                }
                daemon.process.signal(SIGCONT)
                try await daemon.systemd.wait(for: "WATCHDOG=1", from: count)
            }
        }
    }

    @Test("a watchdog that is another process's, and an abstract socket's name, are understood") func others()
        async throws
    {
        try await withWorld { world in
            world.publishBaseline()
            world.environ("WATCHDOG_USEC", "200000")
            world.environ("WATCHDOG_PID", "1")
            try await world.withDaemon { daemon in
                try await world.looks(2)
                #expect(!daemon.systemd.lines.contains { $0.hasPrefix("WATCHDOG") })
            }
        }
    }

    @Test(
        "a socket that is not there does no harm",
        arguments: ["/nonexistent/notify", "@nobody", String(repeating: "x", count: 200), ""])
    func noSocket(_ path: String) async throws {
        try await withWorld { world in
            world.publishBaseline()
            world.environ("NOTIFY_SOCKET", path)
            let daemon = try world.start("run")
            try await world.github.waitForRequests(Route(.releases), count: 1)
            daemon.signal(SIGTERM)
            #expect(try await world.end(daemon).status == 0)
        }
    }
}
