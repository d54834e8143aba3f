import Testing
import WatcherCore

@Suite("Watch") struct WatchTests {
    private static let three = [
        Known.release("1.0.2", id: 3), Known.release("1.0.1", id: 2), Known.release("1.0.0", id: 1),
    ]

    @Test("at first check everything is remembered and nothing is done")
    func baseline() {
        var bench = Bench(Known.config())
        bench.look(Self.three)
        #expect(bench.result?.word == .baseline && bench.result?.tag == "1.0.2")
        #expect(bench.tags(.firstSight) == ["1.0.0", "1.0.1", "1.0.2"])
        #expect(bench.ledger.jobs.isEmpty && bench.told.isEmpty)
    }

    @Test("with act the highest is new at first check, and nothing else")
    func act() {
        var bench = Bench(Known.config { $0.upstreams["one"]?.onFirstSight = .act })
        bench.look(Self.three.reversed())
        #expect(bench.taken == ["1.0.2"] && bench.ledger.jobs.count == 1)
        bench.look(Self.three)
        #expect(bench.taken == ["1.0.2"] && bench.ledger.jobs.count == 1)
    }

    @Test("the first release of an empty repository is new")
    func emptyFirst() {
        var bench = Bench(Known.config())
        bench.look([])
        #expect(bench.result?.word == .waiting)
        bench.look([Known.release("1.0.0", id: 1, published: 300)], after: 600)
        #expect(bench.taken == ["1.0.0"] && bench.told == [.release])
    }

    @Test("an incomplete highest release at first check is taken when it is complete")
    func incompleteHighest() {
        var bench = Bench(Known.config { $0.upstreams["one"]?.requiredAssets = [Glob("a")] })
        let done = Known.release("1.0.0", id: 1, assets: [.init(name: "a")])
        bench.look([Known.release("1.1.0", id: 2), Known.release("0.9.0", id: 3), done])
        #expect(bench.watch.lastSeen?.tag == "1.0.0")
        #expect(bench.watch.waiting.map(\.id) == [2])
        bench.look([Known.release("1.1.0", id: 2, assets: [.init(name: "a")]), done])
        #expect(bench.taken == ["1.1.0"])
    }

    @Test("several releases between two looks are all told, and the highest is built")
    func several() {
        var bench = Bench(Known.config())
        bench.look(Self.three)
        bench.look(
            [Known.release("1.1.0", id: 5, published: 10), Known.release("1.0.3", id: 4, published: 5)] + Self.three)
        #expect(bench.taken == ["1.0.3", "1.1.0"])
        #expect(bench.ledger.jobs.map { $0.causes["one"]?.tag } == ["1.1.0"])
        let note = bench.ledger.outbox.messages.first?.message
        #expect(note?.releases?.map(\.tag) == ["1.0.3", "1.1.0"] && note?.previous == "1.0.2")
        #expect(note?.releases?.map(\.highest) == [false, true])
    }

    @Test(
        "an older line is told; it starts nothing with newest, and a job with each", arguments: Config.Releases.allCases
    )
    func olderLine(releases: Config.Releases) {
        var bench = Bench(Known.config { $0.actions["build"]?.releases = releases })
        bench.look(Self.three)
        bench.look([Known.release("0.9.7", id: 4)] + Self.three)
        #expect(bench.taken == ["0.9.7"] && bench.told == [.release])
        #expect(bench.ledger.jobs.count == (releases == .each ? 1 : 0))
        #expect(bench.watch.lastSeen?.tag == "1.0.2")
    }

    @Test("the order of the list decides nothing", arguments: 1...20 as ClosedRange<UInt64>)
    func anyOrder(seed: UInt64) {
        var numbers = StableNumbers("order \(seed)")
        var bench = Bench(Known.config { $0.actions["build"]?.releases = .each })
        bench.look(Self.three.shuffled(using: &numbers))
        #expect(bench.watch.lastSeen?.tag == "1.0.2")
        let new = (4...9).map { Known.release("1.1.\($0)", id: Int64($0), published: Int64($0)) }
        bench.look((new + Self.three).shuffled(using: &numbers))
        #expect(bench.ledger.jobs.map { $0.causes["one"]?.tag } == new.map(\.tag))
        #expect(bench.watch.lastSeen?.tag == "1.1.9")
    }

    @Test("a release far down the list is found by the daily look at all pages")
    func farDown() {
        var bench = Bench(Known.config())
        let old = (1...15).map { Known.release("1.0.\($0)", id: Int64($0)) }
        bench.look(old, complete: false)
        let list = old + [Known.release("0.5.1", id: 99)]
        bench.look(list, complete: false)
        #expect(bench.taken.isEmpty)
        bench.look(list, complete: false, after: 86_400)
        #expect(bench.taken == ["0.5.1"])
    }

    @Test("when nothing on the first page is known, all pages are read at once")
    func allNew() {
        var bench = Bench(Known.config())
        bench.look((1...12).map { Known.release("1.0.\($0)", id: Int64($0)) }, complete: false)
        bench.look((21...45).reversed().map { Known.release("1.0.\($0)", id: Int64($0)) }, complete: false)
        #expect(bench.taken.count == 25)
    }

    @Test("a prerelease that is promoted is new")
    func promoted() {
        var bench = Bench(Known.config())
        bench.look([Known.release("1.1.0", id: 4, prerelease: true)] + Self.three)
        #expect(bench.watch.lastSeen?.tag == "1.0.2")
        bench.look([Known.release("1.1.0", id: 4)] + Self.three)
        #expect(bench.taken == ["1.1.0"])
    }

    @Test("a deleted release is not forgotten, and its tag under a new id is told, once, and not taken")
    func republished() {
        var bench = Bench(Known.config())
        bench.look(Self.three)
        bench.look(Array(Self.three.dropFirst()))
        #expect(bench.watch.lastSeen?.tag == "1.0.2")
        for _ in 0..<2 { bench.look([Known.release("1.0.2", id: 9)] + Self.three.dropFirst()) }
        #expect(bench.taken.isEmpty && bench.told == [.attention] && bench.tags(.republished) == ["1.0.2"])
    }

    @Test("an empty list where releases were known changes nothing")
    func emptyLater() {
        var bench = Bench(Known.config())
        bench.look(Self.three)
        let before = bench.watch
        bench.look([])
        #expect(bench.result?.word == .failed)
        #expect(bench.watch.seen == before.seen && bench.watch.lastSeen == before.lastSeen)
        #expect(bench.watch.failures == 1)
        bench.look(Self.three)
        #expect(bench.taken.isEmpty && bench.watch.failures == 0)
    }

    @Test("a change of the configuration makes nothing old new")
    func configuration() {
        let strict = Known.config {
            $0.upstreams["one"]?.minimumVersion = Version("1.0.1")
            $0.upstreams["one"]?.exclude = ".*7"
        }
        var bench = Bench(strict)
        let list = Self.three + [Known.release("1.0.7", id: 7), Known.release("2.0-rc1", id: 8)]
        bench.look(list)
        bench.restart(Known.config { $0.upstreams["one"]?.prereleases = true })
        bench.look(list)
        bench.look(list, after: 90_000)
        #expect(bench.taken.isEmpty && bench.told.isEmpty)
        bench.look(list + [Known.release("2.0-rc2", id: 9)])
        #expect(bench.taken == ["2.0-rc2"])
    }

    @Test("assets that are missing past the deadline are told once, and the gate stays shut")
    func stalled() {
        var bench = Bench(Known.config { $0.upstreams["one"]?.requiredAssets = [Glob("a"), Glob("b")] })
        bench.look(
            Self.three.map {
                Known.release($0.tag, id: $0.id.number ?? 0, assets: [.init(name: "a"), .init(name: "b")])
            })
        let waiting = Known.release("1.1.0", id: 4, published: 0, assets: [.init(name: "a")])
        bench.look([waiting] + Self.three)
        #expect(bench.told.isEmpty && bench.result?.word == .waiting)
        bench.lookUnchanged(after: 7200)
        #expect(bench.told == [.stalled])
        #expect(bench.ledger.outbox.messages.last?.message.missing == ["b"])
        for _ in 0..<3 { bench.look([waiting] + Self.three) }
        bench.lookUnchanged()
        #expect(bench.told == [.stalled] && bench.taken.isEmpty)
        bench.look(
            [Known.release("1.1.0", id: 4, published: 0, assets: [.init(name: "a"), .init(name: "b")])] + Self.three)
        #expect(bench.taken == ["1.1.0"] && bench.told == [.stalled, .release])
    }

    @Test("what comes of age is taken although the list is unchanged, after a look at whose it is")
    func agedUnchanged() {
        var bench = Bench(Known.config { $0.upstreams["one"]?.minimumAge = 600 })
        bench.look(Self.three)
        bench.look([Known.release("1.1.0", id: 4, published: 100)] + Self.three)
        bench.lookUnchanged(after: 579)
        #expect(bench.taken.isEmpty)
        bench.lookUnchanged(after: 1)
        #expect(bench.taken == ["1.1.0"])
    }
}
