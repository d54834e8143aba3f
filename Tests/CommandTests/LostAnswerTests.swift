import TestSupport
import Testing

@Suite("Answers to a dispatch that are lost") struct LostAnswerTests {
    static let losses: [Nonsense] = [
        Nonsense("closed", .close), Nonsense("reset", .reset), Nonsense("half of the headers", .midHeaders),
        Nonsense("half of the body", .halfBody), Nonsense("500", .status(500)), Nonsense("502", .status(502)),
        Nonsense("200 with HTML", .html), Nonsense("200 with {}", .json("{}")),
        Nonsense("200 with null", .json("null")),
        Nonsense("200 with nothing", .status(200, "")),
        Nonsense("a run's id in words", .json(#"{"workflow_run_id": "7", "html_url": "https://github.com"}"#)),
        Nonsense("a run's id of 0", .json(#"{"workflow_run_id": 0, "html_url": "https://github.com"}"#)),
        Nonsense("204", .status(204, "")),
        Nonsense("429 for a second", .secondaryLimit(retryAfter: 1, status: 429)),
        Nonsense("403 for a second", .secondaryLimit(retryAfter: 1)),
        Nonsense("a gzip bomb", .gzipBomb()), Nonsense("nothing for 30 seconds", .blackHole),
    ]

    @Test("the run that was started all the same is found, and there is exactly one", arguments: losses)
    func started(_ loss: Nonsense) async throws {
        try await lose(loss, .done, lists: 0)
    }

    @Test("when none was started it is started after the look-up, exactly once", arguments: losses)
    func notStarted(_ loss: Nonsense) async throws {
        try await lose(loss, .prevented, lists: 0)
    }

    @Test(
        "a run that shows up late in the list is waited for",
        arguments: [
            Nonsense("closed", .close), Nonsense("502", .status(502)), Nonsense("204", .status(204, "")),
        ])
    func late(_ loss: Nonsense) async throws {
        try await lose(loss, .done, lists: 2)
    }

    private func lose(_ loss: Nonsense, _ effect: Fault.Effect, lists: Int) async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.workflowDispatch.lookup", lists == 0 ? "3s" : "10s")
            world.github.addWorkflow(
                World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            world.github.configure { $0.runListLag = .lists(lists) }
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.fail(Route(.dispatch), with: loss.fault, times: 1, effect: effect)
            let output = try await world.run("once", "--wait", "--verbose", limit: .seconds(90))
            #expect(output.status == 0, "\(output.out)\(output.err)")
            #expect(world.runs.count == 1)
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
            #expect(world.github.count(Route(.dispatch)) == (effect == .done ? 1 : 2))
            #expect(world.github.count(Route(.workflowRuns)) > lists, "looked for before anything is repeated")
            let job = try #require(try await world.jobs().first)
            let run = try #require(world.runs.first)
            #expect(job["url"]?.string == "https://github.com/\(World.builder)/actions/runs/\(run.id)")
            try await world.quietPass()
        }
    }

    @Test("without --wait each pass looks once, and nothing is repeated before the time for it is over")
    func passes() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.configure { $0.runListLag = .lists(2) }
            world.github.fail(Route(.dispatch), with: .close, times: 1, effect: .done)
            let first = try await world.pass()
            #expect(first.lines.count == 1, "the release only:\n\(first.out)")
            try await world.quietPass()
            try await world.quietPass()
            let found = try await world.pass()
            #expect(found.out.contains("build-image started"), "\(found.out)")
            #expect(world.github.count(Route(.dispatch)) == 1)
            #expect(world.runs.count == 1)
        }
    }

    @Test(
        "a list of runs that cannot be read repeats nothing",
        arguments: [
            Nonsense("HTML", .html), Nonsense("null", .json("null")), Nonsense("{}", .json("{}")),
            Nonsense("[]", .json("[]")), Nonsense("[null]", .json(#"{"workflow_runs": [null]}"#)),
            Nonsense("runs that are null", .json(#"{"workflow_runs": null}"#)), Nonsense("502", .status(502)),
            Nonsense("closed", .close), Nonsense("half of the body", .halfBody), Nonsense("204", .status(204, "")),
        ])
    func unreadableList(_ nonsense: Nonsense) async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.workflowDispatch.lookup", "1s")
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.fail(Route(.dispatch), with: .close, times: 1, effect: .done)
            world.github.fail(Route(.workflowRuns), with: nonsense.fault)
            try await world.pass()
            // Whatever the time for the look-up: an answer that cannot be read is none.
            for _ in 0..<3 {
                try world.ageJob(by: 300)
                try await world.quietPass()
            }
            world.github.clearFaults()
            let found = try await world.pass()
            #expect(found.out.contains("build-image started"))
            #expect(world.github.count(Route(.dispatch)) == 1)
        }
    }

    @Test("on the next page of the list it is found as well") func nextPage() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.fail(Route(.dispatch), with: .close, times: 1, effect: .done)
            try await world.pass()
            for _ in 0..<150 { world.github.startRun(World.builder, World.workflow, title: "by hand") }
            let found = try await world.pass()
            #expect(found.out.contains("build-image started"))
            #expect(world.github.count(Route(.dispatch)) == 1)
        }
    }

    @Test("runs of another job, event or workflow are not ours") func others() async throws {
        try await withWorld { world async throws in
            world.github.addWorkflow(World.builder, "other.yaml")
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.fail(Route(.dispatch), with: .close, times: 1)
            try await world.pass()
            let job = try #require(try await world.jobs().first?["id"]?.string)
            world.github.startRun(World.builder, World.workflow, event: "push", title: "push [\(job)]")
            world.github.startRun(World.builder, "other.yaml", title: "other [\(job)]")
            world.github.startRun(World.builder, World.workflow, title: "build [w-0123456789ab]")
            try await world.quietPass()
            #expect(try await world.jobs().first?["url"] == nil)
        }
    }

    @Test("after three lost answers without a run the job has failed for good, and says so") func givenUp() async throws
    {
        try await withWorld { world async throws in
            world.set("actions.build-image.workflowDispatch.lookup", "1s")
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.fail(Route(.dispatch), with: .close)
            let output = try await world.run("once", "--wait")
            #expect(output.status == 1)
            #expect(output.err.contains("after 3 attempts"), "\(output.err)")
            #expect(world.github.count(Route(.dispatch)) == 3)
            #expect(world.told == ["release 5.6.13", "failed build-image"])
        }
    }
}
