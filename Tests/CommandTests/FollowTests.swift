import TestSupport
import Testing

@Suite("Following a run") struct FollowTests {
    private func started(_ world: World) async throws -> GitHubLookalike.Run {
        try await world.baseline()
        world.github.publish(World.elabftw, "5.6.13")
        try await world.pass()
        return try #require(world.runs.first)
    }

    @Test("a run that fails is told with the names of its failed jobs, and is not repeated") func failure() async throws
    {
        try await withWorld { world async throws in
            let run = try await started(world)
            world.github.finish(
                run.id, "failure", jobs: ["build (linux/amd64)": "success", "build (linux/arm64)": "cancelled"])
            let output = try await world.run("once")
            #expect(output.status == 1)
            let reason = "the run ended with failure: build (linux/arm64) (cancelled), build (linux/arm/v7) (failure)"
            #expect(output.err.contains(reason), "\(output.err)")
            #expect(output.err.contains("hint: read https://github.com/\(World.builder)/actions/runs/\(run.id)"))
            #expect(world.messages.last?["job"]?["reason"]?.string == reason)
            #expect(world.messages.last?["job"]?["status"] == "failed")
            #expect(try await world.run("once").status == 1)
            #expect(world.runs.count == 1)
            #expect(world.told == ["release 5.6.13", "failed build-image"])
        }
    }

    @Test(
        "any end but success is a failure",
        arguments: [
            "cancelled", "timed_out", "startup_failure", "action_required", "neutral", "skipped", "stale", "a_new_word",
        ])
    func ends(_ conclusion: String) async throws {
        try await withWorld { world async throws in
            let run = try await started(world)
            world.github.finish(run.id, conclusion)
            let output = try await world.run("once")
            #expect(output.status == 1)
            #expect(output.err.contains("the run ended with \(conclusion)"))
        }
    }

    @Test("a status that nobody knows is not an end", arguments: ["waiting", "requested", "pending", "a_new_word"])
    func unknownStatus(_ status: String) async throws {
        try await withWorld { world async throws in
            let run = try await started(world)
            world.github.editRun(run.id) { $0.status = status }
            try await world.quietPass()
            world.github.finish(run.id)
            try await world.pass()
            #expect(world.told.last == "succeeded build-image")
        }
    }

    @Test("a run that is not readable at first is waited for") func missingAtFirst() async throws {
        try await withWorld { world async throws in
            world.github.configure { $0.looksBeforeRunExists = 2 }
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(3, conclusion: "success"))
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass("--wait")
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
            #expect(world.runs.count == 1)
        }
    }

    @Test("a run that stays away for minutes has failed") func deleted() async throws {
        try await withWorld { world async throws in
            let run = try await started(world)
            world.github.removeRun(run.id)
            try await world.quietPass()
            try world.ageJob(by: 121)
            let output = try await world.run("once")
            #expect(output.status == 1)
            #expect(output.err.contains("run \(run.id) is not there (404)"))
        }
    }

    @Test("a run that takes longer than the timeout has failed, and says that it may still run") func timeout()
        async throws
    {
        try await withWorld { world async throws in
            world.set("actions.build-image.workflowDispatch.timeout", "1s")
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            let output = try await world.run("once", "--wait")
            #expect(output.status == 1)
            #expect(output.err.contains("no end after 1s; it may still be running"))
            #expect(world.told == ["release 5.6.13", "failed build-image"])
        }
    }

    @Test("without follow the job is done when it is started") func noFollow() async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.workflowDispatch.follow", false)
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass("--wait")
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
            #expect(world.github.count(Route(.run)) == 0)
        }
    }

    @Test("a permission that goes while a run is followed ends it in GitHub's words") func tokenGone() async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.workflowDispatch.token", ["env": "ACTION_TOKEN"])
            world.github.addToken(Secrets.actionToken)
            _ = try await started(world)
            world.github.removeToken(Secrets.actionToken)
            let output = try await world.run("once")
            #expect(output.status == 1)
            #expect(output.err.contains("its run cannot be followed: GitHub answered 401: Bad credentials"))
            let tokens = Set(world.github.requests(Route(of: World.builder)).compactMap { $0.header("Authorization") })
            #expect(tokens == ["Bearer \(Secrets.actionToken)"])
        }
    }

    @Test("a workflow whose runs do not bear the job's id is told about once") func noRunName() async throws {
        try await withWorld { world async throws in
            world.github.addWorkflow(World.builder, World.workflow, runName: nil)
            let run = try await started(world)
            try await world.pass()
            #expect(world.told == ["release 5.6.13", "attention "])
            #expect(world.messages.last?["text"]?.string?.contains("run-name") == true)
            world.github.finish(run.id)
            try await world.pass()
            #expect(world.told == ["release 5.6.13", "attention ", "succeeded build-image"])
        }
    }
}
