import Foundation
import TestSupport
import Testing

@Suite("The promises") struct PromiseTests {
    @Test("1: of several releases between two passes none is missed, and the highest is built once")
    func several() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            for tag in ["5.6.13", "5.7.0", "5.6.14"] { world.github.publish(World.elabftw, tag) }
            let output = try await world.pass()
            for tag in ["5.6.13", "5.6.14", "5.7.0"] { #expect(output.out.contains("elabftw \(tag) is new")) }
            let told = world.messages.flatMap { $0["releases"]?.array ?? [] }.compactMap { $0["tag"]?.string }
            #expect(told.sorted() == ["5.6.13", "5.6.14", "5.7.0"])
            #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.7.0"])
        }
    }

    @Test("1: more releases than fit on a page are all found") func pages() async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            try await world.baseline()
            for patch in 13...60 { world.github.publish(World.elabftw, "5.6.\(patch)") }
            try await world.pass()
            #expect(world.lastSeen("elabftw") == "5.6.60")
            let told = world.messages.flatMap { $0["releases"]?.array ?? [] }.compactMap { $0["tag"]?.string }
            #expect(Set(told).count == 48)
        }
    }

    @Test("1: a release of an older line is told, and starts nothing that only wants the newest")
    func olderLine() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.5.15")
            let output = try await world.pass()
            #expect(output.out.contains("elabftw 5.5.15 is new, on an older release line"))
            #expect(world.told == ["release 5.5.15"])
            #expect(world.messages.first?["releases"]?[0]?["highest"] == false)
            #expect(world.lastSeen("elabftw") == "5.6.12")
            #expect(world.runs.isEmpty)
        }
    }

    @Test("1: a release far down the list is found by the sweep of the day") func sweep() async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            world.github.load(World.elabftw, try Fixtures.elabftw())
            try await world.pass()
            world.github.publish(World.elabftw, "5.5.15", created: World.ago(400 * 86_400))
            try await world.quietPass()
            try world.age("upstreams.elabftw.lastSweep", by: 90_000)
            try await world.pass()
            #expect(world.told == ["release 5.5.15"])
        }
    }

    @Test("1: a prerelease that is promoted is new, under the same id") func promoted() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.7.0", prerelease: true)
            try await world.quietPass()
            world.github.promote(World.elabftw, "5.7.0")
            try await world.pass()
            #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.7.0"])
        }
    }

    @Test(
        "2: a file that is being uploaded, broke off or is empty is not there yet",
        arguments: [
            GitHubLookalike.Asset("s6-overlay-arm.tar.xz", state: "open"),
            GitHubLookalike.Asset("s6-overlay-arm.tar.xz", size: 0, state: "starter"),
            GitHubLookalike.Asset("s6-overlay-arm.tar.xz", size: 0),
            GitHubLookalike.Asset("s6-overlay-armhf.tar.xz"),
        ])
    func incomplete(_ asset: GitHubLookalike.Asset) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.overlay, "v3.2.3.3", assets: World.assets.dropLast() + [asset])
            try await world.quietPass()
            let waiting = world.state["upstreams"]?["s6-overlay"]?["waiting"]?[0]
            #expect(waiting?["missing"] == ["s6-overlay-arm.tar.xz"])
            world.github.addAssets(World.overlay, "v3.2.3.3", World.assets)
            try await world.pass()
            #expect(world.runs.count == 1)
        }
    }

    @Test("2: past the deadline it is told once that files are missing, and the gate stays shut")
    func stalled() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(
                World.overlay, "v3.2.3.3", published: World.ago(7300), assets: Array(World.assets.dropLast()))
            let output = try await world.pass()
            #expect(output.lines.count == 1)
            #expect(world.told == ["stalled v3.2.3.3"])
            #expect(world.messages.first?["missing"] == ["s6-overlay-arm.tar.xz"])
            try await world.quietPass()
            world.github.addAssets(World.overlay, "v3.2.3.3", World.assets)
            try await world.pass()
            #expect(world.told == ["stalled v3.2.3.3", "release v3.2.3.3"])
            #expect(world.runs.count == 1)
        }
    }

    @Test("2: a release that is too young waits until it is old enough, also when the list stays the same")
    func tooYoung() async throws {
        try await withWorld { world async throws in
            world.set("upstreams.elabftw.minimumAge", "1h")
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13", published: World.ago(1800))
            try await world.quietPass()
            try world.age("upstreams.elabftw.waiting", until: 0, by: 1900)
            try await world.pass()
            #expect(world.runs.count == 1)
        }
    }

    @Test("3: when the state cannot be written nothing is started and nobody is told") func unwritable() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let before = world.stateBytes
            world.github.publish(World.elabftw, "5.6.13")
            let output = try await world.run("once", wrapper: ["prlimit", "--fsize=600"])
            #expect(output.status == 74)
            #expect(output.err.hasPrefix("error: ") && output.err.contains("hint: "))
            #expect(world.github.count(Route(.dispatch)) == 0)
            #expect(world.told.isEmpty)
            #expect(world.stateBytes == before)
            try await world.pass()
            #expect(world.runs.count == 1)
            #expect(world.told == ["release 5.6.13"])
        }
    }

    @Test("5: a rebuild of an older line says that it is not the highest") func highest() async throws {
        try await withWorld { world async throws in
            world.github.addWorkflow(
                World.builder, World.workflow, inputs: ["v": .required, "highest": .required],
                runName: "${{ inputs.v }}", progress: .afterLooks(1, conclusion: "success"))
            world.set("actions.build-image.releases", "each")
            world.set(
                "actions.build-image.workflowDispatch.inputs", ["v": "{{elabftw.tag}}", "highest": "{{job.highest}}"])
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13", published: World.ago(60))
            world.github.publish(World.elabftw, "5.5.15", published: World.ago(30))
            try await world.pass("--wait")
            #expect(world.runs.map { $0.inputs["v"] } == ["5.6.13", "5.5.15"], "oldest first")
            #expect(world.runs.map { $0.inputs["highest"] } == ["true", "false"])
        }
    }

    @Test("7 and 8: a redirect to another host is an error, and the other host is never asked") func elsewhere()
        async throws
    {
        try await withWorld { world async throws in
            try await world.baseline()
            let before = world.stableState
            world.github.redirect(World.elabftw, to: "\(world.sink.url)/elsewhere")
            let output = try await world.run("once", "--json")
            #expect(output.status == 0)
            #expect(output.json["upstreams"]?["elabftw"]?["result"] == "failed")
            #expect(output.json["upstreams"]?["elabftw"]?["error"]?.string?.contains("another host") == true)
            #expect(world.sink.messages().allSatisfy { !$0.path.hasPrefix("/elsewhere") })
            #expect(world.stableState == before)
        }
    }

    @Test("9: a renamed repository is followed, and it is said once") func renamed() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.rename(World.elabftw, to: "elabftw/elab")
            world.github.publish("elabftw/elab", "5.6.13")
            try await world.pass()
            #expect(world.runs.count == 1)
            #expect(world.told == ["attention elabftw", "release 5.6.13"])
            #expect(world.messages.first?["text"]?.string?.contains("elabftw/elab") == true)
            world.github.publish("elabftw/elab", "5.6.14")
            try await world.pass()
            #expect(world.told.filter { $0.hasPrefix("attention") }.count == 1)
        }
    }

    @Test("9: a name that comes to mean another repository stops the upstream until a person accepts it")
    func jacked() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let before = world.stableState["upstreams"]?["elabftw"]?["seen"]
            world.github.addRepository(World.elabftw)
            world.github.publish(World.elabftw, "9.9.9")
            let output = try await world.run("once")
            #expect(output.status == 1)
            #expect(output.err.contains("watcher accept elabftw"))
            #expect(world.runs.isEmpty)
            #expect(world.told == ["attention elabftw"])
            #expect(world.lastSeen("elabftw") == "5.6.12")
            #expect(world.stableState["upstreams"]?["elabftw"]?["seen"] == before)

            let requests = world.github.count(Route(of: World.elabftw))
            #expect(try await world.run("once").status == 1)
            #expect(world.github.count(Route(of: World.elabftw)) == requests, "it is left alone")
            #expect(world.told == ["attention elabftw"])
            #expect(try await world.run("status").out.contains("watcher accept elabftw"))

            #expect(try await world.run("accept", "elabftw").status == 0)
            try await world.pass()
            #expect(world.lastSeen("elabftw") == "9.9.9")
            #expect(world.runs.isEmpty, "looked at as for the first time")
            #expect(try await world.run("accept", "elabftw").status == 1)
        }
    }
}
