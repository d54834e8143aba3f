import Glibc
import TestSupport
import Testing

@Suite("A new configuration for a running daemon") struct DaemonReloadTests {
    @Test("a new upstream is looked at, an old one is no longer") func upstreams() async throws {
        try await withWorld { world in
            world.publishBaseline()
            world.set("actions", nil)
            try await world.withDaemon { daemon in
                try await world.eventually("the baseline") { world.lastSeen("s6-overlay") != nil }
                world.github.publish("some/body", "1.0")
                world.set("upstreams.other", ["github": "some/body"])
                world.set("upstreams.s6-overlay", nil)
                try await daemon.reload()
                try await world.looks(2, at: "some/body")
                let before = world.github.count(Route(.releases, of: World.overlay))
                try await world.looks(3)
                #expect(world.github.count(Route(.releases, of: World.overlay)) <= before + 1, "one was under way")
                world.github.publish("some/body", "1.1")
                try await world.waitUntilTold("release 1.1")
            }
            #expect(world.lastSeen("s6-overlay") == "v3.2.3.2", "what is remembered stays")
        }
    }

    static let wrong: [(name: String, path: String, value: WireJSON)] = [
        ("a key that nobody knows", "upstreams.elabftw.repo", "x/y"),
        ("a template of an upstream that is none", "actions.build-image.workflowDispatch.inputs.x", "{{nobody.tag}}"),
        ("a secret that cannot be read", "github.token", ["env": "NOT_THERE"]),
        ("a folder that is not there", "stateFile", "/nonexistent/state.json"),
    ]

    @Test("a wrong one is not taken: it says why, and goes on with the old one", arguments: wrong.indices)
    func refused(_ index: Int) async throws {
        let (_, path, value) = Self.wrong[index]
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon(isStopped: false) { daemon in
                try await world.looks(1)
                world.set(path, value)
                try await daemon.reload()
                try await world.looks(2)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.github.waitForRequests(Route(.dispatch))
                let output = try await daemon.stop()
                #expect(output.err.contains("keeping the current configuration"), "\(output.err)")
            }
        }
    }

    @Test("a file that is no JSON, or not there, is not taken either", arguments: ["", "{", "null", nil])
    func unreadable(_ text: String?) async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon(isStopped: false) { daemon in
                try await world.looks(1)
                let place = daemon.systemd.lines.count
                if let text {
                    try world.write(text, to: world.configPath)
                } else {
                    unsafe unlink(world.configPath)
                }
                daemon.process.signal(SIGHUP)
                try await daemon.systemd.wait(for: "READY=1", from: place)
                try await world.looks(2)
                try world.writeConfig()
                #expect(try await daemon.stop().err.contains("keeping the current configuration"))
            }
        }
    }

    @Test("an action that is gone fails its job in the open") func action() async throws {
        try await withWorld { world in
            world.publishBaseline()
            try await world.withDaemon { daemon in
                try await world.looks(1)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.github.waitForRequests(Route(.run))
                world.set("actions", nil)
                try await daemon.reload()
                try await world.waitUntilTold("failed build-image")
                try await world.eventually("in the history") { world.state["history"]?.array?.count == 1 }
                #expect(
                    world.state["history"]?[0]?["reason"]?.string?.contains("no longer in the configuration") == true)
                #expect(world.state["jobs"]?.array?.isEmpty == true)
            }
        }
    }

    @Test("a notifier that is gone keeps what it has not got, and gets it when it is back") func notifier() async throws
    {
        try await withWorld { world in
            world.publishBaseline()
            world.sink.fail(world.slackPath, with: .status(503))
            let slack = world.config["notifiers"]?["team-chat"]
            try await world.withDaemon { daemon in
                try await world.looks(1)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.sink.waitForMessages(1, path: world.slackPath)
                world.set("notifiers.team-chat", nil)
                try await daemon.reload()
                try await world.waitUntilTold("release 5.6.13")
                try await world.looks(2)
                let status = try await world.run("status", "--json")
                let waiting = status.json["deliveries"]?.array?.filter { $0["status"] == "pending" } ?? []
                #expect(waiting.map { $0["notifier"] } == ["team-chat"], "\(status.out)")
                world.sink.clearFaults()
                let before = world.sink.messages(world.slackPath).count
                world.set("notifiers.team-chat", slack)
                try await daemon.reload()
                try await world.sink.waitForMessages(before + 1, path: world.slackPath)
            }
            #expect(world.state["outbox"]?["messages"]?.array?.isEmpty == true)
        }
    }

    @Test("an upstream that is gone does not lose its job, nor become new when it is back") func upstream() async throws
    {
        try await withWorld { world in
            world.github.addWorkflow(World.builder, World.workflow, progress: .byHand)
            world.publishBaseline()
            world.set("actions.build-image.upstreams", ["elabftw"])
            world.set(
                "actions.build-image.workflowDispatch.inputs",
                ["elabftw_version": "{{elabftw.tag}}", "s6_overlay_version": "3", "watcher_job": "{{job.id}}"])
            let gone = world.config["upstreams"]?["s6-overlay"]
            try await world.withDaemon { daemon in
                try await world.looks(1)
                try await world.eventually("first check") { world.lastSeen("s6-overlay") != nil }
                world.github.publish(World.elabftw, "5.6.13")
                try await world.github.waitForRequests(Route(.run))
                world.set("upstreams.s6-overlay", nil)
                try await daemon.reload()
                world.github.finish(try #require(world.runs.first).id)
                try await world.waitUntilTold("succeeded build-image")
                world.set("upstreams.s6-overlay", gone)
                try await daemon.reload()
                try await world.looks(2, at: World.overlay)
                #expect(world.told == ["release 5.6.13", "succeeded build-image"])
            }
        }
    }
}
