import TestSupport
import Testing

@Suite("Approval") struct ApprovalTests {
    private static func waiting(_ world: World) async throws -> String {
        world.set("actions.build-image.approval", true)
        try await world.baseline()
        world.github.publish(World.elabftw, "5.6.13")
        let output = try await world.run("once")
        #expect(output.status == 0 && output.out.contains("build-image waits for approval for elabftw 5.6.13"))
        #expect(world.runs.isEmpty && world.told == ["release 5.6.13", "approval build-image"])
        let text = world.messages.last?["text"]?.string ?? ""
        let job = try #require(try await world.jobs().first?["id"]?.string)
        #expect(text.contains("watcher approve \(job)") && text.contains("watcher reject \(job)"))
        return job
    }

    @Test("under cron a job waits from pass to pass, status shows it first, and the pass after approve starts it")
    func cron() async throws {
        try await withWorld { world async throws in
            let job = try await Self.waiting(world)
            let again = try await world.run("once")
            #expect(again.status == 0 && again.isSilent && world.told.count == 2)
            let status = try await world.run("status")
            #expect(status.status == 0 && status.lines.first == "Action required:")
            #expect(status.lines[1].contains(job) && status.lines[2].contains("watcher approve \(job)"))
            #expect(try await world.run("approve", job).status == 0)
            #expect(world.runs.isEmpty)
            try await world.pass()
            #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.6.13"])
            #expect(try await world.run("approve", job).status == 1, "it waits no longer")
        }
    }

    @Test("reject ends it for good") func rejected() async throws {
        try await withWorld { world async throws in
            let job = try await Self.waiting(world)
            #expect(try await world.run("reject", job).status == 0)
            try await world.quietPass()
            #expect(world.runs.isEmpty && world.told.count == 2)
            let unknown = try await world.run("reject", "w-000000000000")
            #expect(unknown.status == 1 && unknown.err.contains("there is no job or message"))
        }
    }

    @Test("it waits over restarts of the service and passes of cron") func restarts() async throws {
        try await withWorld { world async throws in
            let job = try await Self.waiting(world)
            for _ in 0..<2 { try await world.withDaemon { _ in try await world.looks(2) } }
            #expect(try await world.run("once").status == 0)
            #expect(world.told.count == 2 && world.runs.isEmpty, "asked once")
            #expect(try await world.run("approve", job).status == 0)
            try await world.withDaemon { _ in
                try await world.eventually("started") { world.runs.count == 1 }
            }
        }
    }

    @Test("an unknown id is answered with the one that waits, and the shell completes it") func near() async throws {
        try await withWorld { world async throws in
            let job = try await Self.waiting(world)
            let near = String(job.dropLast()) + (job.last == "0" ? "1" : "0")
            world.environ("WATCHER_CONFIG", world.configPath)
            for command in ["approve", "reject"] {
                let output = try await world.run(command, near)
                #expect(output.status == 1 && output.err.contains("; did you mean \(job)?"), "\(output.err)")
                #expect(try await world.completed(command) == [job])
            }
            #expect(try await world.run("reject", job).status == 0)
            #expect(try await world.run("approve", near).err.contains("; there are none"))
            #expect(try await world.completed("approve") == [])
        }
    }

    @Test("a running service starts it at once") func daemon() async throws {
        try await withWorld { world async throws in
            let job = try await Self.waiting(world)
            try await world.withDaemon { _ in
                try await world.looks(1)
                #expect(try await world.run("approve", job).status == 0)
                try await world.eventually("started") { world.runs.count == 1 }
            }
        }
    }
}
