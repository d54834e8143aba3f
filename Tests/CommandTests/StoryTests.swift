import TestSupport
import Testing

@Suite("The demo's story") struct StoryTests {
    @Test("a release that gets its files late is built once, with both versions, and told from beginning to end")
    func story() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            #expect(world.lastSeen("elabftw") == "5.6.12")
            #expect(world.lastSeen("s6-overlay") == "v3.2.3.2")
            #expect(world.told.isEmpty)

            world.github.publish(World.overlay, "v3.2.3.3")
            try await world.quietPass()
            world.github.addAssets(World.overlay, "v3.2.3.3", Array(World.assets.dropLast()))
            try await world.quietPass()
            #expect(world.lastSeen("s6-overlay") == "v3.2.3.2")

            world.github.addAssets(World.overlay, "v3.2.3.3", World.assets)
            let news = try await world.pass()
            #expect(news.err.isEmpty)
            #expect(news.lines.count == 2, "the news and the start, a line each:\n\(news.out)")
            #expect(news.out.contains("s6-overlay v3.2.3.3 is new (previous: v3.2.3.2)"))
            let run = try #require(world.runs.first)
            #expect(world.runs.count == 1)
            #expect(news.out.contains("https://github.com/\(World.builder)/actions/runs/\(run.id)"))
            #expect(run.inputs["elabftw_version"] == "5.6.12")
            #expect(run.inputs["s6_overlay_version"] == "3.2.3.3")
            let job = try #require(run.inputs["watcher_job"])
            #expect(job.hasPrefix("w-") && job.count == 14)
            #expect(world.told == ["release v3.2.3.3"])

            try await world.quietPass()
            world.github.finish(run.id)
            let end = try await world.pass()
            #expect(end.lines.count == 1 && end.out.contains("build-image succeeded"), "\(end.out)")
            #expect(world.told == ["release v3.2.3.3", "succeeded build-image"])
            #expect(world.messages.last?["job"]?["id"]?.string == job)
            #expect(world.sink.messages(world.slackPath).count == 2)

            try await world.quietPass()
            #expect(world.runs.count == 1)
            #expect(world.files().map(\.path) == ["state.json", "state.json.lock"])
        }
    }

    @Test("both upstreams new in one pass are one job with both versions") func both() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.publish(World.overlay, "v3.2.3.3", assets: World.assets)
            try await world.pass()
            #expect(world.runs.count == 1)
            #expect(world.runs.first?.inputs["elabftw_version"] == "5.6.13")
            #expect(world.runs.first?.inputs["s6_overlay_version"] == "3.2.3.3")
            let jobs = try await world.jobs()
            #expect(jobs.count == 1, "what came and went within a pass is no job to anybody: \(jobs)")
        }
    }

    @Test("with --wait one call goes from the news to the end of the run") func wait() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.addWorkflow(
                World.builder, World.workflow, progress: .afterLooks(2, conclusion: "success"))
            world.github.publish(World.elabftw, "5.6.13")
            let output = try await world.pass("--wait")
            #expect(output.lines.count == 3, "\(output.out)")
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
            #expect(try await world.jobs().first?["status"] == "succeeded")
            // First looked at after a second, then at growing gaps.
            let looks = world.github.requests(Route(.run)).map(\.instant)
            let start = try #require(world.github.requests(Route(.dispatch)).first?.instant)
            #expect(looks.count == 2)
            #expect(looks.first.map { $0 - start >= .seconds(1) } == true)
        }
    }
}
