import Foundation
import TestSupport
import Testing

@Suite("JSON documents") struct DocumentTests {
    @Test("once tells each upstream's result, its jobs and deliveries, and nothing else on standard output")
    func once() async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            let baseline = try await world.run("once", "--json")
            #expect(baseline.json["upstreams"]?["elabftw"]?["result"] == "baseline")
            #expect(baseline.json["jobs"] == [] && baseline.json["deliveries"] == [])
            world.github.publish(World.elabftw, "5.6.13")
            world.github.publish(World.overlay, "v3.2.3.3")
            let news = try await world.run("once", "--json").json
            #expect(news["upstreams"]?["elabftw"]?["result"] == "news")
            #expect(news["upstreams"]?["s6-overlay"]?["result"] == "waiting")
            let job = news["jobs"]?[0]
            #expect(job?["action"] == "build-image" && job?["status"] == "running")
            #expect(job?["url"]?.string?.hasPrefix("https://github.com/") == true)
            #expect(job?["id"]?.string == world.runs.first?.inputs["watcher_job"])
            let deliveries = news["deliveries"]?.array ?? []
            #expect(deliveries.compactMap { $0["notifier"]?.string }.sorted() == ["hook", "team-chat"])
            #expect(deliveries.allSatisfy { $0["status"] == "succeeded" && $0["id"]?.string?.hasPrefix("m-") == true })
            let unchanged = try await world.run("once", "--json").json
            #expect(unchanged["upstreams"]?["elabftw"]?["result"] == "unchanged")
            #expect(unchanged["upstreams"]?["elabftw"]?["error"] == nil)
            #expect(unchanged["jobs"]?[0]?["status"] == "running")
        }
    }

    @Test("once prints its document also when action required") func onceFailed() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.removeWorkflow(World.builder, World.workflow)
            world.github.publish(World.elabftw, "5.6.13")
            let output = try await world.run("once", "--json")
            #expect(output.status == 1)
            #expect(output.json["jobs"]?[0]?["status"] == "failed")
            #expect(output.json["jobs"]?[0]?["reason"]?.string?.contains("404") == true)
        }
    }

    @Test("status tells jobs, deliveries and upstreams without a daemon and without a state") func status() async throws
    {
        try await withWorld { world async throws in
            let empty = try await world.run("status", "--json")
            #expect(empty.status == 0)
            #expect(empty.json["jobs"] == [] && empty.json["deliveries"] == [])
            #expect(empty.json["upstreams"]?.object?.count == 2)
            #expect(try await world.run("status").out.contains("not checked yet"))
            #expect(world.files().isEmpty, "status makes no file")

            try await world.baseline()
            world.sink.script(world.hookPath, [.text(500, "")])
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            let full = try await world.run("status", "--json").json
            #expect(full["upstreams"]?["elabftw"]?["lastSeen"]?["tag"] == "5.6.13")
            #expect(full["jobs"]?[0]?["status"] == "running")
            let pending = full["deliveries"]?.first(where: "notifier", is: "hook")
            #expect(pending?["status"] == "pending" && pending?["reason"]?.string?.contains("500") == true)
            #expect(full["deliveries"]?.first(where: "notifier", is: "team-chat")?["status"] == "succeeded")
            let words = try await world.run("status").out
            for text in [
                "elabftw (elabftw/elabftw): 5.6.13", "In progress:", "build-image", "release message to hook pending",
            ] {
                #expect(words.contains(text), "\(words)")
            }
        }
    }

    @Test("status ends with 1 when an upstream had no good check for three times its interval") func stale()
        async throws
    {
        try await withWorld { world async throws in
            try await world.baseline()
            #expect(try await world.run("status").status == 0)
            try world.age("upstreams.elabftw.lastGoodCheck", by: 250)
            #expect(try await world.run("status").status == 0)
            try world.age("upstreams.elabftw.lastGoodCheck", by: 120)
            let output = try await world.run("status", "--json")
            #expect(output.status == 1)
            #expect(output.json["stale"] == ["elabftw"])
            world.set("upstreams.elabftw.every", "1h")
            #expect(try await world.run("status").status == 0)
        }
    }

    @Test("status calls no upstream stale within a minute, however short its interval is") func shortInterval()
        async throws
    {
        try await withWorld { world async throws in
            world.set("upstreams.elabftw.every", "1s")
            try await world.baseline()
            try world.age("upstreams.elabftw.lastGoodCheck", by: 30)
            #expect(try await world.run("status").status == 0)
            try world.age("upstreams.elabftw.lastGoodCheck", by: 40)
            #expect(try await world.run("status").status == 1)
        }
    }

    @Test("status allows for the usual gap between passes, such as that of cron") func cronGap() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            for _ in 0..<2 {
                try world.age("upstreams.elabftw.lastGoodCheck", by: 900)
                try world.age("upstreams.s6-overlay.lastGoodCheck", by: 900)
                try await world.quietPass()
            }
            try world.age("upstreams.elabftw.lastGoodCheck", by: 2500)
            #expect(try await world.run("status").status == 0)
            try world.age("upstreams.elabftw.lastGoodCheck", by: 300)
            #expect(try await world.run("status").status == 1)
        }
    }

    @Test("status in front of an upstream that has always failed ends with 1 in time") func neverGood() async throws {
        try await withWorld { world async throws in
            world.github.fail(Route(.repository), with: .status(502))
            world.publishBaseline()
            _ = try await world.run("once")
            #expect(try await world.run("status").status == 0)
            try world.age("upstreams.elabftw.firstCheck", by: 400)
            #expect(try await world.run("status").status == 1)
        }
    }

    @Test("explain tells every candidate and why, changes nothing, and sends nothing but reading") func explain()
        async throws
    {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.overlay, "v3.2.3.3")
            world.github.publish(World.overlay, "v3.2.4.0-rc1", prerelease: true)
            world.github.publish(World.overlay, "nightly")
            let before = world.stateBytes
            let output = try await world.run("explain", "s6-overlay")
            #expect(output.status == 0)
            #expect(output.out.contains("v3.2.3.3") && output.out.contains("waits: s6-overlay-noarch.tar.xz"))
            #expect(output.out.contains("ignored: a prerelease"))
            #expect(output.out.contains("there is no number in the tag"))
            #expect(output.out.contains("there at the first check"))
            let document = try await world.run("explain", "s6-overlay", "--json").json
            #expect(document["candidates"]?.array?.count == 4)
            #expect(document["candidates"]?.array?.allSatisfy { $0["tag"] != nil && $0["reason"] != nil } == true)
            #expect(world.stateBytes == before)
            #expect(world.github.requests.allSatisfy { $0.method == "GET" })
        }
    }

    @Test("explain looks at any repository, with a configuration and without secrets") func explainAny() async throws {
        try await withWorld { world async throws in
            world.github.publish("some/thing", "1.2.3")
            world.environ("GITHUB_TOKEN", nil)
            let output = try await world.run("explain", "some/thing")
            #expect(output.status == 0, "\(output.err)")
            #expect(output.out.contains("1.2.3") && output.out.contains("would be the baseline"))
            #expect(world.files().isEmpty)
            #expect(world.github.requests.allSatisfy { $0.header("Authorization") == nil })
            let unknown = try await world.run("explain", "some/other")
            #expect(unknown.status == 1)
            #expect(unknown.err.contains("some/other: GitHub answered 404"))
        }
    }

    @Test("validate prints every problem with its place, touches no network, and ends with 78") func validate()
        async throws
    {
        try await withWorld { world async throws in
            world.set("upstreams.elabftw.github", "elabftw")
            world.set("upstreams.elabftw.prereleases", "yes")
            world.set("actions.build-image.upstreem", [])
            world.set("poll", ["every": "2 minutes"])
            let output = try await world.run("validate")
            #expect(output.status == 78)
            #expect(output.out.isEmpty)
            for place in [
                "upstreams.elabftw.github", "upstreams.elabftw.prereleases", "actions.build-image.upstreem",
                "poll.every",
            ] {
                #expect(output.err.contains(place), "\(output.err)")
            }
            #expect(output.err.contains("upstreams"))
            let document = try await world.run("validate", "--json")
            #expect(document.status == 78)
            #expect(document.json["valid"] == false)
            #expect(document.json["problems"]?.array?.count == 4)
            #expect(world.github.count() == 0)
            for command in ["once", "status"] {
                let refused = try await world.run(command)
                #expect(refused.status == 78)
                #expect(refused.err.contains("poll.every"))
            }
        }
    }

    @Test("the example is right, in a shell without its secrets too") func example() async throws {
        try await withWorld { world async throws in
            let path = Fixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "config.example.json").path
            world.environ("GITHUB_TOKEN", nil)
            let output = try await world.run("validate", "--config", path)
            #expect(output.status == 0)
            #expect(output.out.contains("is valid: 2 upstreams, 1 action, 1 notifier"))
            #expect(output.err.contains("warning: ") && output.err.contains("not readable here"))
            let document = try await world.run("validate", "--json", "--config", path).json
            #expect(document["valid"] == true && document["problems"] == [])
            #expect((document["warnings"]?.array?.count ?? 0) >= 2)
        }
    }
}

@Suite("The security page") struct SecurityPageTests {
    @Test("names only tests that exist") func paths() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "SECURITY.md"), encoding: .utf8)
        let paths = text.matches(of: /Tests\/[A-Za-z\/]+\.swift/).map { String($0.output) }
        #expect(paths.count > 15)
        for path in paths {
            #expect(FileManager.default.fileExists(atPath: root.appending(path: path).path), "\(path)")
        }
    }
}
