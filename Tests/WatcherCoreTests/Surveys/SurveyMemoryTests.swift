import Testing

@testable import WatcherCore

@Suite("What surveys have seen") struct SurveyMemoryTests {
    private static func snapshot(
        _ ids: [Int64], count: Int? = nil, updated: Int64 = -86_400, prerelease: Bool = false, archived: Bool = false
    ) -> SurveyObservation {
        .repository(
            RepositorySnapshot(
                repositoryID: 7, fullName: "owner/one", isArchived: archived, releaseCount: count ?? ids.count,
                releases: ids.map { id in
                    RepositorySnapshot.Release(
                        id: id, tag: "1.0.\(id)", isPrerelease: prerelease,
                        publishedAt: Known.time(-86_400).description, updatedAt: Known.time(updated).description)
                }))
    }

    private static func state(_ ids: [Int64]) -> UpstreamState {
        var state = UpstreamState()
        state.repositoryID = 7
        state.repository = "owner/one"
        state.nodeID = "R_7"
        state.lastSweep = Known.time(0)
        for id in ids { state.seen.add(SourceID(id), tag: "1.0.\(id)", .taken) }
        return state
    }

    /// One that was checked by REST just now, with these releases.
    private static func checked(_ ids: [Int64]) -> SurveyMemory {
        var memory = SurveyMemory()
        memory.checkBegan("one", at: Known.at(0))
        memory.checkSucceeded("one", state(ids))
        return memory
    }

    @Test("what the last check has seen needs no other: known releases that are older than it") func known() {
        var memory = Self.checked([1, 2])
        let first = memory.take("one", Self.snapshot([2, 1]), Self.state([1, 2]), offset: 0, at: Known.at(10))
        #expect(first == .same)
        #expect(memory.isCovered("one"))
    }

    @Test("what it cannot have seen is checked", arguments: 0..<6) func unknown(_ index: Int) {
        let state = Self.state([1, 2])
        var memory = index == 5 ? SurveyMemory() : Self.checked([1, 2])
        let verdict =
            switch index {
            case 0: memory.take("one", Self.snapshot([3, 2, 1]), state, offset: 0, at: Known.at(10))
            case 1: memory.take("one", Self.snapshot([2, 1], updated: 5), state, offset: 0, at: Known.at(10))
            case 2: memory.take("one", Self.snapshot([2, 1]), state, offset: nil, at: Known.at(10))
            case 3: memory.take("one", Self.snapshot([2, 1], archived: true), state, offset: 0, at: Known.at(10))
            // The server's clock is two days behind ours: the check was before the change.
            case 4: memory.take("one", Self.snapshot([2, 1]), state, offset: -172_800, at: Known.at(10))
            default: memory.take("one", Self.snapshot([2, 1]), state, offset: 0, at: Known.at(10))
            }
        #expect(verdict == .changed)
    }

    @Test(
        "any difference is checked once, and confirmed by a check that began afterwards",
        arguments: [
            snapshot([3, 2, 1]), snapshot([2, 1], updated: -80_000), snapshot([2, 1], prerelease: true),
            snapshot([2, 1], count: 1), snapshot([2, 1], archived: true), .gone,
        ])
    func difference(_ other: SurveyObservation) {
        var memory = Self.checked([1, 2])
        let state = Self.state([1, 2, 3])
        _ = memory.take("one", Self.snapshot([2, 1]), state, offset: 0, at: Known.at(10))
        memory.checkBegan("one", at: Known.at(15))
        let changed = memory.take("one", other, state, offset: 0, at: Known.at(20))
        let again = memory.take("one", other, state, offset: 0, at: Known.at(30))
        #expect(changed == .changed && again == .nothing)
        memory.checkSucceeded("one", state)
        #expect(memory.doubt("one") != nil, "that check had begun before")
        memory.checkBegan("one", at: Known.at(40))
        memory.checkSucceeded("one", state)
        #expect(memory.doubt("one") == nil)
        let confirmed = memory.take("one", other, state, offset: 0, at: Known.at(50))
        #expect(confirmed == .same)
    }

    @Test("a check that does not find what the survey saw is made again, a few times") func doubt() {
        var memory = Self.checked([1])
        _ = memory.take("one", Self.snapshot([1]), Self.state([1]), offset: 0, at: Known.at(10))
        _ = memory.take("one", Self.snapshot([2, 1]), Self.state([1]), offset: 0, at: Known.at(20))
        for round in 1...SurveyMemory.doubtLimit {
            #expect(memory.doubt("one") != nil)
            memory.checkBegan("one", at: Known.at(Int64(20 + round)))
            memory.checkSucceeded("one", Self.state([1]))
        }
        #expect(memory.doubt("one") == nil)
    }

    @Test("more releases, none of them among the newest: further down, where a sweep reads") func farDown() {
        var memory = Self.checked([1, 2])
        _ = memory.take("one", Self.snapshot([2, 1]), Self.state([1, 2]), offset: 0, at: Known.at(10))
        _ = memory.take("one", Self.snapshot([2, 1], count: 3), Self.state([1, 2]), offset: 0, at: Known.at(20))
        #expect(memory.doubt("one")?.isFarDown == true)
    }

    @Test("one of which nothing is said is not covered, nor one of which nothing was said for long") func lapse() {
        var memory = Self.checked([1])
        for upstream in ["one", "two"] {
            _ = memory.take(upstream, Self.snapshot([1]), Self.state([1]), offset: 0, at: Known.at(10))
        }
        let verdict = memory.take("one", .unknown, Self.state([1]), offset: 0, at: Known.at(20))
        #expect(verdict == .nothing)
        #expect(!memory.isCovered("one") && memory.isCovered("two"))
        let lapsed = memory.lapse(before: Known.at(11).uptime)
        #expect(lapsed == ["two"])
        #expect(!memory.isCovered("two"))
    }
}
