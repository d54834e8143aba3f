import TestSupport
import Testing

@Suite("What a person asks for") struct RequestTests {
    /// A job that has failed; its id.
    private func failedJob(_ world: World) async throws -> String {
        world.github.editWorkflow(World.builder, World.workflow) { $0.state = "disabled_manually" }
        try await world.baseline()
        world.github.publish(World.elabftw, "5.6.13")
        #expect(try await world.run("once").status == 1)
        world.github.editWorkflow(World.builder, World.workflow) { $0.state = "active" }
        return try #require(try await world.jobs().first?["id"]?.string)
    }

    @Test("retry puts a failed job back under a new id, and its success settles the failure") func retry() async throws
    {
        try await withWorld { world async throws in
            let id = try await failedJob(world)
            let output = try await world.run("retry", id)
            #expect(output.status == 0 && output.out.contains("is pending"))
            #expect(world.runs.isEmpty, "the next pass starts it")
            try await world.pass()
            let run = try #require(world.runs.first)
            #expect(run.inputs["elabftw_version"] == "5.6.13")
            #expect(run.inputs["watcher_job"] != id)
            world.github.finish(run.id)
            try await world.pass()
            try await world.quietPass()
        }
    }

    @Test("what is no failed job cannot be put back") func retryNothing() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let unknown = try await world.run("retry", "w-000000000000")
            #expect(unknown.status == 1)
            #expect(
                unknown.err.hasPrefix(
                    "error: there is no job or message w-000000000000; there are none\n"
                        + "hint: watcher status lists them (with --config "))
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            let id = try #require(try await world.jobs().first?["id"]?.string)
            let before = world.stateBytes
            let running = try await world.run("retry", id)
            #expect(running.status == 1 && running.err.contains("is running"))
            #expect(world.stateBytes == before)
        }
    }

    @Test("an unknown job is answered with the one that was meant, or with those there are") func nearJobs()
        async throws
    {
        try await withWorld { world async throws in
            let id = try await failedJob(world)
            let near = String(id.dropLast()) + (id.last == "0" ? "1" : "0")
            for command in ["retry", "forget"] {
                #expect(try await world.run(command, near).err.contains("; did you mean \(id)?"))
                let unknown = try await world.run(command, "zzz").err
                #expect(unknown.contains("; known: ") && unknown.contains(id), "\(unknown)")
            }
            let accept = try await world.run("accept", "elabft")
            #expect(accept.status == 64 && accept.err.contains("; did you mean elabftw?"), "\(accept.err)")
            let trigger = try await world.run("trigger", "build-image", "elabft=5.6.12")
            #expect(trigger.status == 64 && trigger.err.contains("; did you mean elabftw?"), "\(trigger.err)")
        }
    }

    @Test("a dispatch that finds nothing says whether the repository or the workflow is missing") func notFound()
        async throws
    {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.removeWorkflow(World.builder, World.workflow)
            let workflow = try await world.run("trigger", "build-image")
            #expect(workflow.status == 1)
            let words = "hint: \(World.builder) has no workflow \(World.workflow) on its default branch"
            #expect(workflow.err.contains(words), "\(workflow.err)")
            world.github.delete(World.builder)
            let repository = try await world.run("trigger", "build-image")
            #expect(repository.err.contains("hint: there is no repository \(World.builder), or "))
        }
    }

    @Test("the shell completes upstreams, actions, notifiers and jobs") func completion() async throws {
        try await withWorld { world async throws in
            let id = try await failedJob(world)
            world.environ("WATCHER_CONFIG", world.configPath)
            #expect(try await world.completed("explain") == ["elabftw", "s6-overlay"])
            #expect(try await world.completed("trigger") == ["build-image"])
            #expect(try await world.completed("notify") == ["hook", "team-chat"])
            #expect(try await world.completed("retry") == [id])
        }
    }

    @Test("forget drops a failed job, and no person is needed any more") func forget() async throws {
        try await withWorld { world async throws in
            let id = try await failedJob(world)
            #expect(try await world.run("forget", id).status == 0)
            try await world.quietPass()
            #expect(try await world.run("status").out.contains("Action required:") == false)
        }
    }

    @Test("forget lets go of a running job, and the next one may begin") func forgetRunning() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            let id = try #require(try await world.jobs().first?["id"]?.string)
            #expect(try await world.run("forget", id).status == 0)
            try await world.quietPass()
            world.github.publish(World.elabftw, "5.6.14")
            try await world.pass()
            #expect(world.runs.count == 2)
        }
    }

    @Test("trigger starts the highest known releases at once, also again and again") func trigger() async throws {
        try await withWorld { world async throws in
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            try await world.baseline()
            for count in 1...2 {
                let output = try await world.run("trigger", "build-image", "--wait")
                #expect(output.status == 0, "\(output.err)")
                #expect(output.out.hasPrefix("job w-"))
                #expect(world.runs.count == count)
            }
            #expect(Set(world.runs.compactMap { $0.inputs["watcher_job"] }).count == 2)
            #expect(world.runs.allSatisfy { $0.inputs["elabftw_version"] == "5.6.12" })
        }
    }

    @Test("trigger takes releases by name, also older ones, and says that they are not the highest") func named()
        async throws
    {
        try await withWorld { world async throws in
            world.github.addWorkflow(
                World.builder, World.workflow, inputs: ["a": .required, "b": .required, "highest": .required])
            world.set(
                "actions.build-image.workflowDispatch.inputs",
                ["a": "{{elabftw.tag}}", "b": "{{s6-overlay.tag}}", "highest": "{{job.highest}}"])
            world.github.publish(World.elabftw, "5.5.14", published: World.ago(100_000))
            try await world.baseline()
            let output = try await world.run("trigger", "build-image", "elabftw=5.5.14")
            #expect(output.status == 0, "\(output.err)")
            #expect(world.runs.first?.inputs == ["a": "5.5.14", "b": "v3.2.3.2", "highest": "false"])
        }
    }

    @Test("a tag that does not exist is found out before anything is started") func unknownTag() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let before = world.stateBytes
            let output = try await world.run("trigger", "build-image", "elabftw=9.9.9")
            #expect(output.status == 1)
            #expect(output.err.contains("9.9.9") && output.err.contains("404"))
            #expect(output.err.contains("hint: "))
            #expect(world.runs.isEmpty)
            #expect(world.stateBytes == before)
        }
    }

    @Test(
        "a trigger that cannot be meant is a wrong command line",
        arguments: [
            ["build-imag"], ["build-image", "elabftw"], ["build-image", "other=1.0"], ["build-image", "elabftw=../1"],
            ["build-image", "elabftw="], [],
        ])
    func wrongTrigger(_ arguments: [String]) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let output =
                switch arguments.count {
                case 0: try await world.run("trigger")
                case 1: try await world.run("trigger", arguments[0])
                default: try await world.run("trigger", arguments[0], arguments[1])
                }
            #expect(output.status == 64)
            #expect(!output.err.isEmpty && output.out.isEmpty)
            #expect(world.runs.isEmpty)
        }
    }

    @Test("trigger before the first check says what is missing") func triggerTooEarly() async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            let output = try await world.run("trigger", "build-image")
            #expect(output.status == 1)
            #expect(output.err.contains("no release of elabftw is known yet"))
            #expect(output.err.contains("hint: run watcher once first"))
        }
    }

    @Test("a trigger that GitHub refuses ends with status 1 and its words") func triggerRefused() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.removeWorkflow(World.builder, World.workflow)
            let output = try await world.run("trigger", "build-image")
            #expect(output.status == 1)
            #expect(output.err.contains("Not Found"))
        }
    }

    @Test("news do not put aside a job that a person has asked for") func notSuperseded() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            #expect(try await world.run("trigger", "build-image", "elabftw=5.6.12").status == 0)
            world.github.publish(World.elabftw, "5.6.14")
            try await world.pass()
            for expected in ["5.6.13", "5.6.12", "5.6.14"] {
                #expect(world.runs.last?.inputs["elabftw_version"] == expected)
                world.github.finish(try #require(world.runs.last).id)
                try await world.pass()
            }
        }
    }
}
