import Testing
import WatcherCore

@Suite("Who a repository is, and how looks fail") struct CoreIdentityTests {
    private static let list = [Known.release("1.0.0", id: 1)]
    private static let news = [Known.release("1.1.0", id: 2), Known.release("1.0.0", id: 1)]

    private static func settled() -> Bench {
        var bench = Bench(Known.config())
        bench.look(list)
        return bench
    }

    @Test("the id is pinned at first check")
    func pinned() { #expect(Self.settled().watch.repositoryID == 7) }

    @Test(
        "news of another repository under the name are not taken; it stops, loudly and once, until a person accepts it")
    func replaced() throws {
        var bench = Self.settled()
        for _ in 0..<3 { bench.look(Self.news, id: 8) }
        #expect(bench.taken.isEmpty && bench.told == [.attention] && bench.watch.replacedBy == 8)
        #expect(bench.result?.word == .failed && bench.ledger.needsPerson(bench.core.config))
        bench.restart()
        #expect(!bench.step().contains { $0.isSweep != nil })
        try bench.core.accept("one")
        bench.look(Self.news, id: 8)
        #expect(bench.watch.repositoryID == 8 && bench.taken.isEmpty && bench.result?.word == .baseline)
        #expect(throws: Core.ControlError.nothingToAccept("one")) { try bench.core.accept("one") }
    }

    @Test("when the configuration names the place that the repository has moved to, it goes on and misses nothing")
    func movedAndReplaced() {
        var bench = Self.settled()
        bench.look(Self.news, id: 8)
        #expect(bench.watch.replacedBy == 8)
        bench.restart(Known.config { $0.upstreams["one"]?.source = AnySource(GitHubReleases(repository: "new/one")) })
        bench.look(Self.news, id: 7, fullName: "new/one")
        #expect(bench.watch.replacedBy == nil && bench.taken == ["1.1.0"])
    }

    @Test("another repository in the configuration starts anew, with a baseline")
    func reconfigured() {
        var bench = Self.settled()
        bench.restart(Known.config { $0.upstreams["one"]?.source = AnySource(GitHubReleases(repository: "other/one")) })
        bench.look([Known.release("3.0", id: 30)], id: 9, fullName: "other/one")
        #expect(bench.taken.isEmpty && bench.watch.lastSeen?.tag == "3.0" && bench.watch.repositoryID == 9)
    }

    @Test("a renamed repository is followed, and said once")
    func renamed() {
        var bench = Self.settled()
        for _ in 0..<2 { bench.look(Self.news, fullName: "new/name") }
        bench.look(Self.news, fullName: "new/name", after: 90_000)
        #expect(bench.taken == ["1.1.0"])
        #expect(bench.told.count { $0 == .attention } == 1)
        bench.look(Self.news, fullName: "OWNER/One", after: 90_000)
        #expect(bench.told.count { $0 == .attention } == 1)
    }

    @Test("an archived repository is said once")
    func archived() {
        var bench = Self.settled()
        for _ in 0..<2 { bench.look(Self.list, archived: true, after: 90_000) }
        #expect(bench.told == [.attention])
    }

    @Test("news whose repository cannot be read are found again by the next look")
    func identityFails() {
        var bench = Self.settled()
        bench.restart()
        bench.step()
        let list = ReleaseList(releases: Self.news, isComplete: true, etag: "new")
        #expect(bench.step(.checked(upstream: "one", .list(list), nil)) == [.identify(.known("one"))])
        bench.step(.identified(upstream: "one", .failed(.transient("bad gateway")), nil))
        #expect(bench.taken.isEmpty && bench.watch.etag != "new" && bench.watch.failures == 1)
        bench.look(Self.news)
        #expect(bench.taken == ["1.1.0"])
    }

    @Test("three failures in a row are told once, over processes, and so is the recovery")
    func failures() {
        var bench = Self.settled()
        bench.fail()
        bench.fail()
        #expect(bench.told.isEmpty && !bench.ledger.needsPerson(bench.core.config))
        bench.look(Self.list)
        #expect(bench.told.isEmpty && bench.watch.failures == 0)
        for _ in 0..<5 { bench.fail() }
        #expect(bench.told == [.upstreamFailing] && bench.ledger.needsPerson(bench.core.config))
        bench.look(Self.list)
        #expect(bench.told == [.upstreamFailing, .upstreamRecovered] && !bench.ledger.needsPerson(bench.core.config))
    }

    @Test("a look that is cut off counts for nothing")
    func interrupted() {
        var bench = Self.settled()
        for _ in 0..<4 { bench.fail(.cancelled) }
        #expect(bench.watch.failures == 0 && bench.told.isEmpty)
    }

    @Test("what does not pass by itself is action required after one check, until a good one")
    func blocked() {
        var bench = Self.settled()
        func needsAction() -> Bool {
            let status = StatusSnapshot(bench.core.config, bench.ledger, at: Known.at(bench.clock))
            return bench.ledger.needsPerson(bench.core.config) && status.actionRequired.count == 1
        }
        bench.fail(.transient("bad gateway"))
        #expect(!bench.ledger.needsPerson(bench.core.config))
        bench.fail(.permanent("401: Bad credentials", hint: nil))
        #expect(needsAction())
        bench.restart()
        #expect(needsAction())
        bench.lookUnchanged()
        #expect(!bench.ledger.needsPerson(bench.core.config))
    }

    @Test("a limit pauses all looks, over processes, and to the second; a look that was not made is no failure")
    func limited() {
        var bench = Self.settled()
        bench.fail(.rateLimited(seconds: 600, "slow down"))
        bench.restart(after: 599)
        #expect(bench.step().isEmpty)
        #expect(bench.result?.word == .waiting && bench.watch.failures == 1)
        bench.restart(after: 1)
        #expect(bench.step().count == 1)
    }

    @Test("while every place for a check is taken, nothing wakes the daemon for the next one")
    func noPlace() throws {
        var config = Known.config { $0.upstreams["two"] = Config.Upstream(repository: "owner/two") }
        config.github.concurrency = 1
        config.poll.every = 60
        var core = Core(config, mode: Core.Mode(repeats: true), ledger: Ledger())
        _ = core.advance(at: Known.at(0))
        for (name, second) in [("one", Int64(1)), ("two", 2)] {
            let target = try #require(config.checkTarget(of: name))
            core.apply(.checked(target, .failed(.transient("bad gateway")), nil), at: Known.at(second))
            _ = core.advance(at: Known.at(second))
        }
        let first = core.wakeIn(at: Known.at(2)) ?? 0
        let begun = core.advance(at: Known.at(2, milliseconds: first))
        #expect(begun.count { if case .check = $0 { true } else { false } } == 1)
        // The second has come due as well, and the first has the only place.
        #expect(core.advance(at: Known.at(7200)) == [])
        let wake = core.wakeIn(at: Known.at(7200))
        #expect(wake ?? .max > 1000)
    }

    @Test("no more looks than the concurrency are under way, and each upstream has one", arguments: [1, 3, 100])
    func concurrency(limit: Int) {
        var bench = Bench(
            Known.config { config in
                config.github.concurrency = limit
                for number in 0..<10 { config.upstreams["u\(number)"] = .init(repository: "owner/u\(number)") }
            })
        var looked: [String] = []
        var commands = bench.step()
        while !commands.isEmpty {
            #expect(commands.count <= limit)
            let names = commands.compactMap { if case .check(let check) = $0 { check.target.upstream } else { nil } }
            looked += names
            commands = []
            for name in names { commands += bench.step(.checked(upstream: name, .failed(.transient("no")), nil)) }
            if limit > 1, !commands.isEmpty { #expect(commands.count <= limit) }
        }
        #expect(looked.sorted() == bench.core.config.upstreams.keys.sorted())
        #expect(bench.core.wakeIn(at: Known.at(0)) == nil)
    }

    @Test("requestsPerMinute holds looks back, and a pass waits for the minute")
    func perMinute() {
        var bench = Bench(
            Known.config { config in
                config.github.requestsPerMinute = 2
                for number in 0..<3 { config.upstreams["u\(number)"] = .init(repository: "owner/u\(number)") }
            })
        #expect(bench.step().count == 2)
        #expect(bench.core.wakeIn(at: Known.at(0)) == 61_000)
        bench.clock = 61
        #expect(bench.step(.woke).count == 2)
    }

    @Test("the heartbeat is fetched after a good pass only, and at most once a minute")
    func heartbeat() {
        var bench = Bench(Known.config { $0.heartbeat = .init(url: .literal("https://example.org")) })
        bench.look(Self.list)
        #expect(bench.commands == [.heartbeat])
        bench.look(Self.list, after: 59)
        #expect(bench.commands.isEmpty)
        bench.fail(after: 60)
        #expect(bench.commands.isEmpty)
        bench.look(Self.list)
        #expect(bench.commands == [.heartbeat])
    }
}
