import Glibc
import TestSupport
import Testing

@Suite("The daemon") struct DaemonTests {
    @Test("acts on a release by itself, once, and ends when it is asked to", arguments: [SIGTERM, SIGINT])
    func release(_ signal: Int32) async throws {
        try await withWorld { world in
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(2, conclusion: "success"))
            world.publishBaseline()
            try await world.withDaemon(isStopped: false) { daemon in
                try await world.looks(2)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.waitUntilTold("succeeded build-image")
                try await world.looks(3)
                #expect(world.told == ["release 5.6.13", "succeeded build-image"])
                #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.6.13"])
                let output = try await daemon.stop(signal)
                #expect(output.out.isEmpty, "the log goes to standard error")
                #expect(output.err.contains("5.6.13"))
            }
            #expect(world.lastSeen("elabftw") == "5.6.13")
            #expect(world.files().map(\.path) == ["state.json", "state.json.lock"])
            try await world.quietPass()
        }
    }

    @Test("what came while it was not running is found at its first look") func absence() async throws {
        try await withWorld { world in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.publish(World.elabftw, "5.6.14")
            try await world.withDaemon(every: "1h") { _ in
                try await world.github.waitForRequests(Route(.dispatch))
            }
            #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.6.14"])
        }
    }

    @Test("killed with SIGKILL and started again, it loses nothing and repeats nothing") func killed() async throws {
        try await withWorld { world in
            world.publishBaseline()
            world.set("actions.build-image.workflowDispatch.lookup", "2s")
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(3, conclusion: "success"))
            world.github.fail(Route(.dispatch), with: .delay(.seconds(3)), times: 1, effect: .done)
            try await world.withDaemon(isStopped: false) { daemon in
                try await world.looks(1)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.github.waitForRequests(Route(.dispatch))
                daemon.process.signal(SIGKILL)
                #expect(try await world.end(daemon.process).status == 128 + SIGKILL)
            }
            try await world.withDaemon { _ in try await world.waitUntilTold("succeeded build-image") }
            #expect(world.runs.count == 1)
            #expect(world.github.count(Route(.dispatch)) == 1)
        }
    }

    @Test("a second signal ends it at once, with the status that shells expect", arguments: [SIGTERM, SIGINT])
    func second(_ signal: Int32) async throws {
        try await withWorld { world in
            world.publishBaseline()
            world.github.fail(Route(.dispatch), with: .blackHole, times: 1)
            try await world.withDaemon(isStopped: false) { daemon in
                try await world.looks(1)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.github.waitForRequests(Route(.dispatch))
                daemon.process.signal(signal)
                try await daemon.systemd.wait(for: "STOPPING=1")
                daemon.process.signal(signal)
                let output = try await world.end(daemon.process)
                #expect(output.status == 128 + signal)
            }
        }
    }

    @Test(
        "with an answer under way that never comes it ends within its grace, and the run is found later",
        arguments: [true, false])
    func grace(_ isStarted: Bool) async throws {
        try await withWorld { world in
            world.publishBaseline()
            world.set("actions.build-image.workflowDispatch.lookup", "2s")
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            world.github.fail(Route(.dispatch), with: .blackHole, times: 1, effect: isStarted ? .done : .prevented)
            try await world.withDaemon { _ in
                try await world.looks(1)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.github.waitForRequests(Route(.dispatch))
            }
            #expect(world.state["jobs"]?[0]?["phase"]?["ended"] == nil)
            try await world.withDaemon { _ in try await world.waitUntilTold("succeeded build-image") }
            #expect(world.runs.count == 1)
            #expect(world.github.count(Route(.dispatch)) == (isStarted ? 1 : 2))
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
        }
    }

    @Test("a look that hangs is cut off at once when it is to end") func hangingLook() async throws {
        try await withWorld { world in
            world.publishBaseline()
            world.github.fail(Route(.releases, of: World.elabftw), with: .blackHole, after: 1)
            try await world.withDaemon(isStopped: false) { daemon in
                // Its second, however soon the first was.
                try await world.github.waitForRequests(Route(.releases, of: World.elabftw), count: 2)
                let asked = ContinuousClock.now
                try await daemon.stop()
                #expect(ContinuousClock.now - asked < .seconds(4))
            }
            #expect(world.state["upstreams"]?["elabftw"]?["failures"] == nil, "being ended is no failure")
        }
    }
}
