import TestSupport
import Testing

@Suite("The action gitlabPipeline") struct ActionGitLabTests {
    private static let token = "glpat-0123456789abcdef"

    /// With a GitLab, and a new release.
    private static func withGitLab(_ body: @Sendable (World, GitLabLookalike) async throws -> Void) async throws {
        try await withWorld { world async throws in
            let gitlab = GitLabLookalike(project: "group/sub/image", token: token)
            try await gitlab.start()
            world.environ("GITLAB_TOKEN", token)
            world.set("actions.build-image.workflowDispatch", nil)
            world.set(
                "actions.build-image.gitlabPipeline",
                [
                    "server": .string(gitlab.url), "project": "group/sub/image", "ref": "main",
                    "variables": ["TAG": "{{elabftw.tag}}"], "token": ["env": "GITLAB_TOKEN"], "lookup": "2s",
                ])
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            do { try await body(world, gitlab) } catch {
                await gitlab.stop()
                throw error
            }
            await gitlab.stop()
        }
    }

    @Test("a pipeline is started with its variables and the job's id, and followed to its end") func success()
        async throws
    {
        try await Self.withGitLab { world, gitlab async throws in
            try await world.pass("--wait")
            let job = try #require(try await world.jobs().first)
            #expect(gitlab.pipelines.map(\.variables) == [["TAG": "5.6.13", "WATCHER_JOB": job["id"]?.string ?? ""]])
            #expect(gitlab.pipelines.map(\.ref) == ["main"])
            #expect(job["status"] == "succeeded" && job["url"] == "https://gitlab.example/-/pipelines/1")
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
        }
    }

    @Test(
        "one that fails is reported in GitLab's words, with the jobs that failed",
        arguments: ["failed", "canceled", "skipped"])
    func failure(_ status: String) async throws {
        try await Self.withGitLab { world, gitlab async throws in
            gitlab.end(with: status)
            #expect(try await world.run("once", "--wait").status == 1)
            #expect(try await world.jobs().first?["reason"]?.string == "the pipeline ended with \(status): build:arm")
        }
    }

    @Test("when the response was lost the pipeline is found by its variable, and not started twice")
    func lost() async throws {
        try await Self.withGitLab { world, gitlab async throws in
            var cut = ScriptedAnswer.json(201, ["id": 1])
            cut.cut = .midHeaders
            cut.ending = .reset
            gitlab.failStart(cut, isDone: true)
            try await world.pass("--wait")
            #expect(gitlab.pipelines.count == 1)
            #expect(try await world.jobs().first?["status"] == "succeeded")
        }
    }

    @Test("when nothing was started it is started again, after it was looked for") func outage() async throws {
        try await Self.withGitLab { world, gitlab async throws in
            gitlab.failStart(.text(502, "bad gateway"), isDone: false)
            try await world.pass("--wait")
            #expect(gitlab.pipelines.count == 1)
            #expect(try await world.jobs().first?["status"] == "succeeded")
            #expect(try await world.jobs().first?["attempts"] != 1)
        }
    }

    @Test("a refusal has failed at once, in GitLab's words") func refused() async throws {
        try await Self.withGitLab { world, gitlab async throws in
            gitlab.failStart(.json(400, ["message": ["base": ["Reference not found"]]]), isDone: false)
            #expect(try await world.run("once", "--wait").status == 1)
            #expect(gitlab.pipelines.isEmpty)
            let reason = try await world.jobs().first?["reason"]?.string ?? ""
            #expect(reason.hasPrefix("answered 400") && reason.contains("Reference not found"), "\(reason)")
            #expect(try await world.run("doctor").out.contains("group/sub/image has main"))
        }
    }

    @Test("a limit is kept: no pass asks before its end, and then it is started once") func limit() async throws {
        try await Self.withGitLab { world, gitlab async throws in
            var limited = ScriptedAnswer.json(429, ["message": "Retry later"])
            limited.set("Retry-After", "600")
            gitlab.failStart(limited, isDone: false)
            try await world.pass()
            let asked = gitlab.requests.count
            try await world.quietPass()
            try world.ageJob(by: 500)
            try await world.quietPass()
            #expect(gitlab.requests.count == asked)
            try world.ageJob(by: 200)
            try world.age("quotas.action:build-image.pausedUntil", by: 700)
            try await world.settle()
            #expect(gitlab.pipelines.count == 1)
            #expect(try await world.jobs().first?["status"] == "succeeded")
        }
    }
}
