import TestSupport
import Testing

@Suite("All real releases of both first upstreams") struct RealReleaseTests {
    static let orders: [GitHubLookalike.ReleaseOrder] = [
        .createdDescending, .createdAscending, .publishedDescending, .idDescending, .shuffled(seed: 1),
        .shuffled(seed: 2), .shuffled(seed: 3),
    ]

    @Test("in any order 5.6.12 and v3.2.3.2 are the highest, and a new one is built once", arguments: orders)
    func anyOrder(_ order: GitHubLookalike.ReleaseOrder) async throws {
        try await withWorld { world async throws in
            world.github.configure { $0.releaseOrder = order }
            world.github.load(World.elabftw, try Fixtures.elabftw())
            world.github.load(World.overlay, try Fixtures.s6Overlay())
            let first = try await world.run("once", "--json")
            #expect(first.json["upstreams"]?["elabftw"] == ["result": "baseline", "tag": "5.6.12"])
            #expect(first.json["upstreams"]?["s6-overlay"] == ["result": "baseline", "tag": "v3.2.3.2"])
            try await world.quietPass()
            world.github.publish(World.elabftw, "5.6.13")
            // Where GitHub's order hides it, the sweep of the day finds it.
            try world.age("upstreams.elabftw.lastSweep", by: 90_000)
            try await world.pass()
            #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.6.13"])
            #expect(world.runs.map { $0.inputs["s6_overlay_version"] } == ["3.2.3.2"])
            #expect(world.told == ["release 5.6.13"])
            try await world.quietPass()
        }
    }

    @Test("releases of all 542 tags are read over pages, one request each, and the highest are the same")
    func allTags() async throws {
        try await withWorld { world async throws in
            world.github.configure { $0.releaseOrder = .shuffled(seed: 542) }
            world.set("upstreams.s6-overlay.requiredAssets", nil)
            world.set("upstreams.s6-overlay.assetDeadline", nil)
            world.set("upstreams.elabftw.minimumVersion", nil)
            for tag in try Fixtures.elabftwTags() { world.github.publish(World.elabftw, tag) }
            for tag in try Fixtures.s6OverlayTags() { world.github.publish(World.overlay, tag) }
            try await world.pass()
            #expect(world.lastSeen("elabftw") == "5.6.12")
            #expect(world.lastSeen("s6-overlay") == "v3.2.3.2")
            #expect(world.github.count(Route(.releases)) == 5 + 2)
            #expect(world.github.count(Route(.repository)) == 2)
            try await world.quietPass()
            #expect(world.github.count(Route(.releases)) == 7 + 2)
        }
    }

    @Test("the release that got its files over minutes is taken when all are there") func timeline() async throws {
        try await withWorld { world async throws in
            world.github.load(World.elabftw, try Fixtures.elabftw())
            world.github.load(World.overlay, try Fixtures.s6Overlay().filter { $0.tag != "v3.2.3.2" })
            try await world.pass()
            #expect(world.lastSeen("s6-overlay") == "v3.2.3.1")
            for moment in try Fixtures.s6OverlayTimeline() {
                #expect(world.runs.isEmpty)
                var release = moment.release
                release.published = World.ago(Double(moment.secondsAfterPublished))
                world.github.load(World.overlay, [release])
                try await world.pass()
            }
            #expect(world.runs.map { $0.inputs["s6_overlay_version"] } == ["3.2.3.2"])
            #expect(world.told == ["release v3.2.3.2"])
        }
    }
}
