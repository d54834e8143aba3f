import TestSupport
import Testing

@Suite("Workflows of Forgejo and Gitea") struct ActionForgejoTests {
    /// With a server of a version, and a new release.
    private static func withForgejo(
        _ version: ForgejoLookalike.Version, _ body: @Sendable (World, ForgejoLookalike) async throws -> Void
    ) async throws {
        try await withWorld { world async throws in
            let forgejo = ForgejoLookalike(version, token: Secrets.actionToken)
            try await forgejo.start()
            world.environ("ACTION_TOKEN", Secrets.actionToken)
            world.set("actions.build-image.workflowDispatch", workflow(forgejo.url))
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            do { try await body(world, forgejo) } catch {
                await forgejo.stop()
                throw error
            }
            await forgejo.stop()
        }
    }

    static func workflow(_ url: String) -> WireJSON {
        [
            "server": "forgejo", "apiURL": .string(url), "token": ["env": "ACTION_TOKEN"],
            "repository": .string(ForgejoLookalike.repository), "workflow": .string(ForgejoLookalike.workflow),
            "ref": "main", "inputs": ["tag": "{{elabftw.tag}}", "job": "{{job.id}}"], "lookup": "2s",
        ]
    }

    @Test(
        "a workflow is started and its run followed, named by the server or found by its title",
        arguments: [ForgejoLookalike.Version.forgejo, .gitea])
    func success(_ version: ForgejoLookalike.Version) async throws {
        try await Self.withForgejo(version) { world, forgejo async throws in
            try await world.pass("--wait")
            let job = try #require(try await world.jobs().first)
            #expect(forgejo.runs.map(\.inputs) == [["tag": "5.6.13", "job": job["id"]?.string ?? ""]])
            #expect(job["status"] == "succeeded")
            #expect(job["url"]?.string == "\(forgejo.url)/\(ForgejoLookalike.repository)/actions/runs/1")
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
            #expect(forgejo.requests.allSatisfy { $0.path.hasPrefix("/api/v1/") })
        }
    }

    @Test("where the server has no list of runs, accepted is success") func old() async throws {
        try await Self.withForgejo(.old) { world, forgejo async throws in
            try await world.pass("--wait")
            #expect(forgejo.runs.count == 1)
            #expect(try await world.jobs().first?["status"] == "succeeded")
            try await world.quietPass()
        }
    }

    @Test(
        "a run that fails is reported, with the jobs that failed",
        arguments: [ForgejoLookalike.Version.forgejo, .gitea])
    func failure(_ version: ForgejoLookalike.Version) async throws {
        try await Self.withForgejo(version) { world, forgejo async throws in
            forgejo.end(with: "failure")
            #expect(try await world.run("once", "--wait").status == 1)
            #expect(try await world.jobs().first?["reason"] == "the run ended with failure: build (failure)")
        }
    }

    @Test(
        "when the response was lost the run is found by its title, and not started twice",
        arguments: [ForgejoLookalike.Version.forgejo, .gitea])
    func lost(_ version: ForgejoLookalike.Version) async throws {
        try await Self.withForgejo(version) { world, forgejo async throws in
            forgejo.failStart(.close, isDone: true)
            try await world.pass("--wait")
            #expect(forgejo.runs.count == 1)
            #expect(try await world.jobs().first?["status"] == "succeeded")
        }
    }

    @Test("when nothing was started it is started after it was looked for") func outage() async throws {
        try await Self.withForgejo(.gitea) { world, forgejo async throws in
            forgejo.failStart(.status(502), isDone: false)
            try await world.pass("--wait")
            #expect(forgejo.runs.count == 1)
            #expect(try await world.jobs().first?["status"] == "succeeded")
        }
    }

    @Test("without a list of runs a lost response has failed, and says what to look for") func lostForGood()
        async throws
    {
        try await Self.withForgejo(.old) { world, forgejo async throws in
            forgejo.failStart(.close, isDone: true)
            let output = try await world.run("once", "--wait")
            #expect(output.status == 1 && forgejo.runs.count == 1)
            #expect(output.err.contains("hint: this server has no list of runs: look whether one was started"))
        }
    }

    @Test("a refusal has failed at once, in the server's words, and a limit is kept") func refused() async throws {
        try await Self.withForgejo(.forgejo) { world, forgejo async throws in
            forgejo.failStart(.json(#"{"message": "no such input"}"#, status: 422), isDone: false)
            #expect(try await world.run("once", "--wait").status == 1)
            #expect(try await world.jobs().first?["reason"] == "answered 422: no such input")
            world.github.publish(World.elabftw, "5.6.14")
            forgejo.failStart(.status(429, headers: [("Retry-After", "600")]), isDone: false)
            _ = try await world.run("once")
            let asked = forgejo.requests.count
            try world.ageJob(by: 300)
            #expect(try await world.run("once").isSilent)
            #expect(forgejo.runs.isEmpty && forgejo.requests.count == asked)
        }
    }

    @Test("a run whose title does not name the job is said to be one that may be started twice") func unnamed()
        async throws
    {
        try await Self.withForgejo(.forgejo) { world, forgejo async throws in
            forgejo.leaveJobsUnnamed()
            try await world.pass("--wait")
            #expect(world.told.contains { $0.hasPrefix("attention") })
            #expect(try await world.jobs().first?["status"] == "succeeded")
        }
    }

    @Test("doctor says which version answers, and whether the workflow and its inputs are there") func doctor()
        async throws
    {
        try await Self.withForgejo(.forgejo) { world, _ async throws in
            let output = try await world.run("doctor")
            #expect(output.out.contains("version 15.0.1+gitea-1.22.0 answers"), "\(output.out)")
            #expect(output.out.contains("the workflow declares every input that is sent"), "\(output.out)")
            world.set("actions.build-image.workflowDispatch.workflow", "other.yaml")
            let missing = try await world.run("doctor")
            #expect(missing.status == 1)
            #expect((missing.out + missing.err).contains("has no workflow other.yaml on main"))
            world.environ("ACTION_TOKEN", "wrong")
            let wrong = try await world.run("doctor")
            #expect((wrong.out + wrong.err).contains("answered 401"))
        }
    }

    @Test("it needs an address and a token of its own") func configuration() async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.workflowDispatch", Self.workflow("https://codeberg.org"))
            world.set("actions.build-image.workflowDispatch.token", nil)
            world.set("actions.build-image.workflowDispatch.apiURL", nil)
            let output = try await world.run("validate")
            #expect(output.status == 78)
            for key in ["apiURL", "token"] {
                #expect(output.err.contains("workflowDispatch: no \"\(key)\"; expected "), "\(output.err)")
            }
        }
    }
}
