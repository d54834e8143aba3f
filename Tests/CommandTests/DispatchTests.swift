import TestSupport
import Testing

@Suite("Starting a workflow") struct DispatchTests {
    /// What GitHub refuses for good, and in which words.
    struct Refusal: Sendable, CustomStringConvertible {
        let description: String
        let words: String
        var hint = ""
        let arrange: @Sendable (World) -> Void
    }

    static let refusals = [
        Refusal(description: "a wrong token", words: "Bad credentials", hint: "make a new one") { world in
            world.set("actions.build-image.workflowDispatch.token", ["env": "ACTION_TOKEN"])
        },
        Refusal(
            description: "a token that may only read", words: "Resource not accessible by personal access token",
            hint: "actions=write"
        ) { world in
            world.set("actions.build-image.workflowDispatch.token", ["env": "ACTION_TOKEN"])
            world.github.addToken(Secrets.actionToken, .init(permissions: ["contents": "read"]))
        },
        Refusal(
            description: "an App that is not installed there", words: "Resource not accessible by integration",
            hint: "actions=write"
        ) { world in
            world.set("actions.build-image.workflowDispatch.token", ["env": "ACTION_TOKEN"])
            world.github.addToken(
                Secrets.actionToken, .init(repositories: ["OWNER/other"], isInstallation: true))
        },
        Refusal(description: "no such repository", words: "Not Found", hint: "there is no repository") {
            $0.github.delete(World.builder)
        },
        Refusal(
            description: "a repository that the token does not see", words: "Not Found",
            hint: "the token may not see it"
        ) {
            world in
            world.github.hide(World.builder)
            world.github.addToken(Secrets.token, .init(repositories: []))
        },
        Refusal(description: "no such workflow", words: "Not Found", hint: "default branch") {
            $0.github.removeWorkflow(World.builder, World.workflow)
        },
        Refusal(description: "an archived repository", words: "Repository was archived so is read-only.") {
            $0.github.archive(World.builder)
        },
        Refusal(description: "a blocked repository", words: "Repository access blocked", hint: "legal") {
            $0.github.block(World.builder)
        },
        Refusal(description: "no such branch", words: "No ref found for: main2") {
            $0.set("actions.build-image.workflowDispatch.ref", "main2")
        },
        Refusal(description: "no trigger", words: "Workflow does not have 'workflow_dispatch' trigger") {
            $0.github.editWorkflow(World.builder, World.workflow) { $0.refsWithoutTrigger = ["*"] }
        },
        Refusal(
            description: "a disabled workflow", words: "Cannot trigger a 'workflow_dispatch' on a disabled workflow"
        ) {
            $0.github.editWorkflow(World.builder, World.workflow) { $0.state = "disabled_inactivity" }
        },
        Refusal(description: "a missing input", words: "Required input 'flavour' not provided") {
            $0.github.editWorkflow(World.builder, World.workflow) { $0.inputs["flavour"] = .required }
        },
        Refusal(description: "an unknown input", words: #"Unexpected inputs provided: ["s6_overlay_version"]"#) {
            $0.github.editWorkflow(World.builder, World.workflow) { $0.inputs["s6_overlay_version"] = nil }
        },
        Refusal(description: "a retired version of the API", words: "no longer supported", hint: "update watcher") {
            $0.github.fail(
                Route(.dispatch),
                with: .json(#"{"message": "API version 2026-03-10 is no longer supported"}"#, status: 410))
        },
    ]

    @Test(
        "what is refused for good fails the job in GitHub's words, with status 1, and is not repeated",
        arguments: refusals)
    func refused(_ refusal: Refusal) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            refusal.arrange(world)
            world.github.publish(World.elabftw, "5.6.13")
            let output = try await world.run("once")
            #expect(output.status == 1)
            #expect(output.err.hasPrefix("error: build-image failed for elabftw 5.6.13"), "\(output.err)")
            #expect(output.err.contains(refusal.words), "\(output.err)")
            #expect(output.err.contains("hint: ") && output.err.contains(refusal.hint), "\(output.err)")
            let job = try #require(try await world.jobs().first)
            #expect(job["status"] == "failed")
            #expect(job["reason"]?.string?.contains(refusal.words) == true)
            #expect(world.told == ["release 5.6.13", "failed build-image"])
            #expect(world.messages.last?["job"]?["reason"]?.string?.contains(refusal.words) == true)

            let dispatches = world.github.count(Route(.dispatch))
            let again = try await world.run("once")
            #expect(again.status == 1, "a person is still needed")
            #expect(again.out.isEmpty)
            #expect(world.github.count(Route(.dispatch)) == dispatches)
            #expect(world.told.count == 2)
            #expect(world.runs.isEmpty)
        }
    }

    @Test("a refused connection is tried again, with growing waits, and counts") func refusedConnection() async throws {
        try await withWorld { world async throws in
            world.set("network", nil)
            world.set("actions.build-image.workflowDispatch.apiURL", "http://127.0.0.1:9")
            world.set("actions.build-image.workflowDispatch.token", ["env": "ACTION_TOKEN"])
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            var job = try #require(try await world.jobs().first)
            #expect(job["status"] == "pending")
            #expect(job["reason"]?.string?.contains("could not connect to 127.0.0.1:9") == true, "\(job)")
            for attempt in 2...3 {
                try world.ageJob(by: 60)
                let output = try await world.run("once")
                #expect(output.status == (attempt == 3 ? 1 : 0))
            }
            job = try #require(try await world.jobs().first)
            #expect(job["status"] == "failed" && job["attempts"] == 3)
        }
    }

    @Test("a workflow that has moved with its repository is started under the new name") func moved() async throws {
        try await withWorld { world async throws in
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            try await world.baseline()
            world.github.rename(World.builder, to: "OWNER/new-name")
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass("--wait")
            #expect(world.github.runs("OWNER/new-name").count == 1)
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
        }
    }

    @Test(
        "a server that knows the older API only is asked again with it, and its run is found", arguments: [true, false])
    func oldServer(_ names: Bool) async throws {
        try await withWorld(pathPrefix: "/api/v3") { world async throws in
            world.github.configure { settings in
                settings.actAsOldServer()
                settings.knowsRunDetails = names
            }
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass("--wait")
            #expect(world.runs.count == 1)
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
            #expect(world.github.requests.allSatisfy { $0.path.hasPrefix("/api/v3/repos/") })
            #expect(world.github.count(Route(.workflowRuns)) == (names ? 0 : 1))
        }
    }

    @Test("one job of an action runs at a time; the next begins when it has ended") func oneAtATime() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            for tag in ["5.6.14", "5.6.15"] {
                world.github.publish(World.elabftw, tag)
                try await world.pass()
            }
            #expect(world.runs.count == 1)
            let waiting = try await world.jobs()
            #expect(waiting.map { $0["status"]?.string } == ["running", "pending", "superseded"], "\(waiting)")
            world.github.finish(try #require(world.runs.first).id)
            try await world.pass()
            #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.6.13", "5.6.15"])
        }
    }

    @Test("each release is a job of its own where that is wanted, oldest first, older lines too") func each()
        async throws
    {
        try await withWorld { world async throws in
            world.set("actions.build-image.releases", "each")
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            try await world.baseline()
            for (age, tag) in [(50.0, "5.6.13"), (90, "5.5.15"), (10, "5.6.14")] {
                world.github.publish(World.elabftw, tag, published: World.ago(age))
            }
            try await world.pass("--wait")
            #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.5.15", "5.6.13", "5.6.14"])
            #expect(world.told.filter { $0 == "succeeded build-image" }.count == 3)
        }
    }

    @Test("a quiet period makes a burst one job") func quietPeriod() async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.quietPeriod", "10m")
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            try world.ageJob(by: 500)
            world.github.publish(World.elabftw, "5.6.14")
            try await world.pass()
            #expect(world.runs.isEmpty)
            try world.ageJob(by: 500)
            try await world.quietPass()
            try world.ageJob(by: 101)
            try await world.pass()
            #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.6.14"])
        }
    }

    @Test("news that never stop do not put a job off for more than six quiet periods") func quietAtMost() async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.quietPeriod", "10m")
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            try world.ageJob(by: 3590)
            world.github.publish(World.elabftw, "5.6.14")
            try await world.pass()
            try world.ageJob(by: 11)
            try await world.pass()
            #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.6.14"])
        }
    }

    @Test("an action whose upstreams are not all known waits, and says so") func unknownUpstream() async throws {
        try await withWorld { world async throws in
            world.github.publish(World.elabftw, "5.6.12")
            try await world.quietPass()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            #expect(world.runs.isEmpty)
            let job = try #require(try await world.jobs().first)
            #expect(job["status"] == "pending")
            #expect(job["reason"]?.string?.contains("s6-overlay") == true)
            world.github.publish(World.overlay, "v3.2.3.2", assets: World.assets)
            try await world.pass()
            #expect(world.runs.map { $0.inputs["s6_overlay_version"] } == ["3.2.3.2"])
        }
    }

    @Test("a job whose action has gone from the configuration fails with that reason") func orphan() async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.quietPeriod", "10m")
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            world.set("actions", nil)
            let output = try await world.run("once")
            #expect(output.status == 1)
            #expect(output.err.contains("no longer in the configuration"))
        }
    }
}
