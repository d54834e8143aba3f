import Foundation
import TestSupport
import Testing

@Suite("What a job waits for, under cron and in the service") struct GateTests {
    private static func tags(_ world: World) -> [String] { world.runs.compactMap { $0.inputs["elabftw_version"] } }

    private static func reason(_ world: World, _ action: String = "build-image") async throws -> String? {
        try await world.jobs().first { $0["action"]?.string == action && $0["status"] == "pending" }?["reason"]?.string
    }

    // MARK: - window

    @Test("a window is that of the clocks in its zone, status says in UTC when it opens, and a trigger does not wait")
    func zone() async throws {
        try await withWorld { world async throws in
            // Half past the hours of UTC, all year.
            let zone = 5.5 * 3600
            world.set("actions.build-image.window", World.window(openingIn: 7200 + zone, timeZone: "Asia/Kolkata"))
            try await world.baseline()
            let before = World.ago(-7200)
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            let reason = try #require(try await Self.reason(world))
            let time = try #require(World.date(String(reason.suffix(20))), "\(reason)")
            #expect(abs(time.timeIntervalSince(before)) < 120, "\(reason)")
            #expect(world.runs.isEmpty)
            #expect(try await world.run("status").out.contains("waits for its window, which opens at"))
            try await world.quietPass()
            #expect(try await world.run("trigger", "build-image").status == 0)
            #expect(Self.tags(world) == ["5.6.13"])
        }
    }

    @Test("the days of a window are those on which it opens", arguments: [true, false]) func days(_ isOpen: Bool)
        async throws
    {
        try await withWorld { world async throws in
            // Far enough from both midnights that the test may cross one.
            let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            let today = (Calendar(identifier: .gregorian).dateComponents(in: .gmt, from: Date()).weekday ?? 1) - 1
            let near = Set([6, 7, 8].map { days[(today + $0) % 7] })
            world.set(
                "actions.build-image.window",
                ["days": .array(days.filter { near.contains($0) == isOpen }.map { .string($0) })])
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            #expect(Self.tags(world) == (isOpen ? ["5.6.13"] : []))
        }
    }

    @Test("the service starts what waits for a window as soon as another configuration opens it") func reload()
        async throws
    {
        try await withWorld { world async throws in
            world.set("actions.build-image.window", World.window(openingIn: 7200))
            world.publishBaseline()
            try await world.withDaemon { daemon in
                try await world.looks(1)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.waitUntilTold("release 5.6.13")
                try await world.looks(2)
                #expect(world.runs.isEmpty)
                world.set("actions.build-image.window", World.window(openingIn: -7200))
                try await daemon.reload()
                try await world.github.waitForRequests(Route(.dispatch))
            }
            #expect(Self.tags(world) == ["5.6.13"])
        }
    }

    @Test(
        "a window that never opens, and a zone that is not there, are errors of the configuration",
        arguments: [
            ["from": "09:00", "to": "09:00"], ["days": []], ["timeZone": "Europe/Nowhere"], ["from": "25:00"],
        ] as [WireJSON])
    func wrong(_ window: WireJSON) async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.window", window)
            let output = try await world.run("once")
            #expect(output.status == 78 && output.err.contains("actions.build-image.window"), "\(output.err)")
        }
    }

    // MARK: - after

    private static func following(_ world: World) {
        world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
        world.set("actions.deploy.upstreams", ["elabftw"])
        world.set("actions.deploy.after", "build-image")
        world.set("actions.deploy.request.url", .string(world.sink.url + "/deploy?tag={{elabftw.tag}}"))
    }

    private static func deployed(_ world: World) -> [String] {
        world.sink.messages("/deploy").compactMap { $0.query["tag"] }
    }

    @Test("what comes after another action begins when that has succeeded, in the same pass with --wait")
    func after() async throws {
        try await withWorld { world async throws in
            Self.following(world)
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            #expect(Self.tags(world) == ["5.6.13"] && Self.deployed(world).isEmpty)
            let reason = try #require(try await Self.reason(world, "deploy"))
            #expect(reason.hasPrefix("waits for build-image: job w-") && reason.hasSuffix(" is running"), "\(reason)")
            try await world.pass("--wait")
            #expect(Self.deployed(world) == ["5.6.13"])
            world.github.publish(World.elabftw, "5.6.14")
            try await world.pass("--wait")
            #expect(Self.deployed(world) == ["5.6.13", "5.6.14"])
        }
    }

    @Test("it waits while the one before has failed, and begins after the retry of that") func afterFailure()
        async throws
    {
        try await withWorld { world async throws in
            Self.following(world)
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.fail(
                Route(.dispatch), with: .json(#"{"message": "not today"}"#, status: 422), times: 1)
            #expect(try await world.run("once", "--wait").status == 1)
            #expect(Self.deployed(world).isEmpty)
            #expect(try await Self.reason(world, "deploy")?.hasSuffix(" is failed") == true)
            let failed = try #require(try await world.jobs().first { $0["status"] == "failed" }?["id"]?.string)
            #expect(try await world.run("retry", failed).status == 0)
            try await world.pass("--wait")
            #expect(Self.deployed(world) == ["5.6.13"])
        }
    }

    @Test("the service begins it when the one before has ended") func afterInService() async throws {
        try await withWorld { world async throws in
            Self.following(world)
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.looks(1)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.sink.waitForMessages(1, path: "/deploy")
            }
            #expect(Self.tags(world) == ["5.6.13"] && Self.deployed(world) == ["5.6.13"])
            let told = world.told
            let built = told.firstIndex(of: "succeeded build-image") ?? told.endIndex
            #expect(built < told.endIndex, "\(told)")
        }
    }

    @Test("a circle, and an action that is not there, are errors of the configuration") func circle() async throws {
        try await withWorld { world async throws in
            Self.following(world)
            world.set("actions.build-image.after", "deploy")
            let circle = try await world.run("validate")
            #expect(circle.status == 78 && circle.err.contains("a circle: "), "\(circle.err)")
            world.set("actions.build-image.after", "build-imag")
            let missing = try await world.run("validate")
            #expect(missing.status == 78 && missing.err.contains("an action that is not there"), "\(missing.err)")
        }
    }

    // MARK: - levels

    @Test("only the changes that levels names start a job, and only those that a notifier names are told as releases")
    func levels() async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.levels", ["major", "minor"])
            world.set("notifiers.hook.levels", ["major"])
            try await world.baseline()
            for tag in ["5.6.13", "5.7.0", "5.7.1", "6.0.0"] {
                world.github.publish(World.elabftw, tag)
                let output = try await world.pass()
                #expect(output.out.contains("elabftw \(tag) is new"), "\(output.out)")
            }
            #expect(Self.tags(world) == ["5.7.0"], "the second waits for the run of the first")
            world.github.finish(try #require(world.runs.first).id)
            try await world.pass()
            #expect(Self.tags(world) == ["5.7.0", "6.0.0"])
            #expect(world.told.filter { $0.hasPrefix("release") } == ["release 6.0.0"])
        }
    }

    @Test("the service keeps to levels as well") func levelsInService() async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.levels", ["minor"])
            world.publishBaseline()
            try await world.withDaemon { _ in
                try await world.looks(1)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.waitUntilTold("release 5.6.13")
                world.github.publish(World.elabftw, "5.7.0")
                try await world.github.waitForRequests(Route(.dispatch))
            }
            #expect(Self.tags(world) == ["5.7.0"])
        }
    }
}

extension World {
    /// A window of four hours that opens so many seconds from now, by the clocks of UTC.
    static func window(openingIn seconds: Double, timeZone: String = "UTC") -> WireJSON {
        func time(_ seconds: Double) -> WireJSON { .string(String(text(ago(-seconds)).dropFirst(11).prefix(5))) }
        return ["from": time(seconds), "to": time(seconds + 4 * 3600), "timeZone": .string(timeZone)]
    }
}
