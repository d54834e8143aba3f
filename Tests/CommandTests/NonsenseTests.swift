import Synchronization
import TestSupport
import Testing

@Suite("Nonsense from upstream") struct NonsenseTests {
    /// A pass with news whose way is spoilt at one place: nothing changes, the trouble is named, the next pass succeeds.
    private func spoil(
        _ nonsense: Nonsense, at endpoint: Endpoint, of repository: String = World.elabftw
    ) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            let before = world.stableState
            world.github.fail(Route(endpoint, of: repository), with: nonsense.fault)
            let output = try await world.run("once", "--json", "--verbose")
            #expect(output.status == 0)
            #expect(world.stableState == before)
            let elabftw = output.json["upstreams"]?["elabftw"]
            #expect(elabftw?["result"] == "failed")
            let error = elabftw?["error"]?.string ?? ""
            #expect(!error.isEmpty && error.contains(nonsense.words), "\(error)")
            #expect(output.err.contains("elabftw: \(error)"), "\(output.err)")
            #expect(output.json["upstreams"]?["s6-overlay"]?["result"] == "unchanged")
            #expect(world.github.count(Route(.dispatch)) == 0)
            #expect(world.told.isEmpty)

            world.github.clearFaults()
            try await world.pass()
            #expect(world.runs.count == 1)
            #expect(world.lastSeen("elabftw") == "5.6.13")
        }
    }

    @Test("instead of a list of releases it is never a version and removes nothing", arguments: Nonsense.releases)
    func releases(_ nonsense: Nonsense) async throws {
        try await spoil(nonsense, at: .releases)
    }

    @Test(
        "instead of the repository's identity it lets no news through",
        arguments: Nonsense.anything + [
            Nonsense("204", .status(204, "")),
            Nonsense("[]", .json("[]")),
            Nonsense("{}", .json("{}"), "no repository"),
            Nonsense("an id in words", .json(#"{"id": "1", "full_name": "elabftw/elabftw"}"#)),
            Nonsense("an id of 0", .json(#"{"id": 0, "full_name": "elabftw/elabftw"}"#)),
            Nonsense("no name", .json(#"{"id": 5}"#)),
        ])
    func identity(_ nonsense: Nonsense) async throws {
        try await spoil(nonsense, at: .repository)
    }

    @Test(
        "at first check it is no baseline",
        arguments: [
            Nonsense("HTML", .html), Nonsense("null", .json("null")), Nonsense("[null]", .json("[null]")),
            Nonsense("{}", .json("{}")), Nonsense("half of a body", .halfBody), Nonsense("502", .status(502)),
            Nonsense("304", .status(304, "")),
        ])
    func firstSight(_ nonsense: Nonsense) async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            world.publishBaseline()
            world.github.fail(Route(.releases), with: nonsense.fault)
            let output = try await world.run("once", "--json")
            #expect(output.status == 0)
            #expect(output.json["upstreams"]?["elabftw"]?["result"] == "failed")
            #expect(world.lastSeen("elabftw") == nil)
            world.github.clearFaults()
            try await world.quietPass()
            #expect(world.lastSeen("elabftw") == "5.6.12")
        }
    }

    @Test(
        "on a later page it spoils the whole sweep",
        arguments: [
            Nonsense("[null]", .json("[null]")), Nonsense("half of a body", .halfBody), Nonsense("502", .status(502)),
            Nonsense("a reset connection", .reset),
        ])
    func laterPage(_ nonsense: Nonsense) async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            for patch in 0..<150 { world.github.publish(World.elabftw, "5.6.\(patch)") }
            world.github.fail(Route(.releases, query: ["page": "2"]), with: nonsense.fault)
            let output = try await world.run("once", "--json")
            #expect(output.json["upstreams"]?["elabftw"]?["result"] == "failed")
            #expect(world.lastSeen("elabftw") == nil)
            world.github.clearFaults()
            try await world.quietPass()
            #expect(world.lastSeen("elabftw") == "5.6.149")
        }
    }

    @Test(
        "pages that lead back to themselves or away from GitHub are an error after the second",
        arguments: [true, false])
    func pagesInCircles(_ isCircle: Bool) async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            world.publishBaseline()
            let target = isCircle ? "\(world.github.url)/repos/\(World.elabftw)/releases?per_page=100" : world.sink.url
            world.github.fail(
                Route(.releases), with: Fault { $0.set("Link", "<\(target)>; rel=\"next\"") })
            let output = try await world.run("once", "--json")
            #expect(output.status == 0)
            #expect(world.github.count(Route(.releases)) <= 2)
            #expect(world.sink.messages().allSatisfy { $0.path == world.heartbeatPath })
            #expect(output.json["upstreams"]?["elabftw"]?["result"] == "failed")
            let error = output.json["upstreams"]?["elabftw"]?["error"]?.string ?? ""
            #expect(error.contains(isCircle ? "names a page as next that was read" : "another host"), "\(error)")
        }
    }

    @Test(
        "more releases than one check takes are an error that says so",
        arguments: [(1001, 1, "on one page"), (990, 11, "10000 releases in 11 pages")])
    func tooMany(_ count: Int, _ pages: Int, _ words: String) async throws {
        try await withWorld { world async throws in
            world.keepOneUpstream()
            world.publishBaseline()
            let number = Counter()
            let url = "\(world.github.url)/repos/\(World.elabftw)/releases?per_page=100&page="
            world.github.fail(
                Route(.releases),
                with: Fault { answer in
                    let page = number.next()
                    let list = (0..<count).map { index in
                        """
                        {"id": \(page * 10_000 + index), "tag_name": "1.\(page).\(index)", "html_url": "", \
                        "draft": false, "prerelease": false, "assets": []}
                        """
                    }
                    answer.body = .bytes(Array("[\(list.joined(separator: ","))]".utf8))
                    for name in ["ETag", "Content-Encoding"] { answer.set(name, nil) }
                    answer.set("Link", "<\(url)\(page + 1)>; rel=\"next\"")
                })
            let output = try await world.run("once", "--json")
            #expect(world.github.count(Route(.releases)) == pages)
            let error = output.json["upstreams"]?["elabftw"]?["error"]?.string ?? ""
            #expect(error.contains(words), "\(error)")
        }
    }

    @Test("redirects in a loop end after a few") func redirectLoop() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            let before = (world.stableState, world.github.count())
            world.github.redirectForever(World.elabftw)
            let output = try await world.run("once", "--json")
            #expect(output.json["upstreams"]?["elabftw"]?["error"]?.string?.contains("redirects") == true)
            #expect(world.github.count() - before.1 <= 10)
            #expect(world.stableState == before.0)
        }
    }

    @Test(
        "tags that could be anything but a tag are never taken",
        arguments: [
            "5.6.13 --push", "5.6.13;reboot", "$(reboot)", "../../5.6.13", "5.6.13\n5.6.14", "5.6.13%0a", "é5.6.13",
            "5.6.13\u{202E}", "{{job.id}}", "-5.6.13", "@everyone", String(repeating: "9", count: 129),
            "nightly",
        ])
    func tags(_ tag: String) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, tag)
            try await world.quietPass()
            #expect(world.lastSeen("elabftw") == "5.6.12")
            world.github.publish(World.elabftw, "5.6.14")
            try await world.pass()
            #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.6.14"])
        }
    }

    @Test("a tag of another line is reported once and never taken", arguments: ["untagged-1234abcd", "5.6.13/1"])
    func otherLine(_ tag: String) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, tag)
            try await world.pass()
            try await world.pass()
            #expect(world.lastSeen("elabftw") == "5.6.12")
            #expect(world.runs.isEmpty)
            #expect(world.told.map { $0.prefix(9) } == ["attention"])
        }
    }

    @Test(
        "instead of a run that is looked at it changes nothing",
        arguments: Nonsense.anything + [
            Nonsense("{}", .json("{}")), Nonsense("another run", .editing { $0.set(["id"], 1) }),
            Nonsense("a conclusion that is a number", .editing { $0.set(["conclusion"], 1) }),
        ])
    func run(_ nonsense: Nonsense) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            world.github.finish(try #require(world.runs.first).id)
            world.github.fail(Route(.run), with: nonsense.fault)
            let output = try await world.run("once", "--json", "--verbose")
            #expect(output.status == 0)
            #expect(output.json["jobs"]?[0]?["status"] == "running")
            #expect(output.err.contains("build-image: looking at run"), "\(output.err)")
            world.github.clearFaults()
            try await world.pass()
            #expect(world.told.last == "succeeded build-image")
            #expect(world.runs.count == 1)
        }
    }
}

/// Counts from 1.
private final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
