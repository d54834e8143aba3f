import Glibc
import TestSupport
import Testing

@Suite("Signals") struct SignalTests {
    private func stop(_ world: World, _ process: Running, _ signal: Int32 = SIGTERM) async throws -> Output {
        let began = ContinuousClock.now
        process.signal(signal)
        let output = try await world.end(process)
        #expect(output.ended - began < .seconds(5))
        return output
    }

    @Test("a look that hangs is cut off, and the next pass makes it", arguments: [SIGTERM, SIGINT])
    func look(_ signal: Int32) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.fail(Route(.releases), with: .blackHole, times: 2)
            let process = try world.start("once")
            try await world.github.waitForRequests(Route(.releases), count: 4)
            let output = try await stop(world, process, signal)
            #expect(output.status == 0 || output.status == 128 + signal)
            #expect(output.isSilent)
            #expect(world.state["upstreams"]?["elabftw"]?["failures"] == nil)
            try await world.pass()
            #expect(world.runs.count == 1)
        }
    }

    @Test("a dispatch that hangs is not lost and not repeated", arguments: [true, false])
    func dispatch(_ isStarted: Bool) async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.workflowDispatch.lookup", "1s")
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.fail(Route(.dispatch), with: .blackHole, times: 1, effect: isStarted ? .done : .prevented)
            let process = try world.start("once")
            try await world.github.waitForRequests(Route(.dispatch))
            _ = try await stop(world, process)
            #expect(world.state["jobs"]?[0]?["phase"]?["pending"] == nil, "it may have been started")
            for _ in 0..<3 {
                try world.ageJob(by: 5)
                try await world.pass()
            }
            #expect(world.runs.count == 1)
            #expect(world.told == ["release 5.6.13"])
        }
    }

    @Test("a message that hangs is sent again, under the same id") func message() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.sink.fail(world.hookPath, with: .blackHole, times: 1)
            let process = try world.start("once")
            try await world.sink.waitForMessages(1, path: world.hookPath)
            try await world.github.waitForRequests(Route(.dispatch))
            _ = try await stop(world, process)
            try await world.pass()
            #expect(Set(world.messages.compactMap { $0["id"]?.string }).count == 1)
            #expect(world.messages.count == 2)
            #expect(world.runs.count == 1)
        }
    }

    @Test("waiting for a run ends at once, and the next pass goes on with it") func wait() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            let process = try world.start("once", "--wait")
            try await world.github.waitForRequests(Route(.run))
            _ = try await stop(world, process)
            #expect(try await world.jobs().first?["status"] == "running")
            world.github.finish(try #require(world.runs.first).id)
            try await world.pass()
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
        }
    }

    @Test("a second signal ends the program at once, with the status that shells expect") func second() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.fail(Route(.dispatch), with: .blackHole, times: 1)
            let process = try world.start("once")
            try await world.github.waitForRequests(Route(.dispatch))
            let began = ContinuousClock.now
            process.signal(SIGTERM)
            // Two signals of one kind that are pending are one: the first must have been taken.
            while !(try World.text(at: "/proc/\(process.pid)/status").contains("SigPnd:\t0000000000000000")) {
                await Task.yield()
            }
            process.signal(SIGINT)
            let output = try await world.end(process)
            #expect(output.status == 128 + SIGINT || output.status == 128 + SIGTERM)
            #expect(output.ended - began < .seconds(4))
        }
    }

    @Test("a heartbeat that hangs keeps nobody waiting for long after a signal") func heartbeat() async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            world.sink.fail(world.heartbeatPath, with: .blackHole)
            let process = try world.start("once")
            try await world.sink.waitForMessages(1, path: world.heartbeatPath)
            _ = try await stop(world, process)
            #expect(world.lastSeen("elabftw") == "5.6.12")
        }
    }
}
