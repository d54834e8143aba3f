import Testing
import WatcherCore

@Suite("Waiting: assets and age") struct WatchAgeTests {
    private static let aged = Known.config { $0.upstreams["one"]?.minimumAge = 600 }
    private static let old = (1...12).map { Known.release("1.0.\($0)", id: Int64($0)) }

    @Test("a release that is withdrawn while it waits for its age is not taken, although its time comes")
    func withdrawn() {
        var bench = Bench(Self.aged)
        bench.look(Self.old, complete: false)
        let fresh = Known.release("1.1.0", id: 100, published: 100)
        bench.look([fresh] + Self.old, complete: false)
        #expect(bench.watch.waiting.map(\.id) == [100])
        bench.look(Self.old, complete: false, after: 900)
        #expect(bench.taken.isEmpty)
        bench.look(Self.old, complete: false)
        #expect(bench.taken.isEmpty && bench.watch.waiting.isEmpty)
    }

    @Test("a release that is published again while it waits is taken once, under its new id")
    func republishedWhileWaiting() {
        var bench = Bench(Self.aged)
        bench.look(Self.old, complete: false)
        bench.look([Known.release("1.1.0", id: 100, published: 100)] + Self.old, complete: false)
        bench.look([Known.release("1.1.0", id: 101, published: 200)] + Self.old, complete: false, after: 900)
        #expect(bench.taken == ["1.1.0"])
        #expect(bench.watch.seen.index()[101]?.reason == .taken)
        #expect(bench.ledger.jobs.count == 1)
    }

    @Test("a release far down that waits for its age costs no look at all pages before its time")
    func farDownAge() {
        var bench = Bench(Self.aged)
        bench.look(Self.old, complete: false)
        let fresh = Known.release("1.1.0", id: 100, published: 86_300)
        bench.look(Self.old + [fresh], complete: false, after: 86_400)
        #expect(bench.watch.waiting.map(\.isFarDown) == [true])
        bench.restart()
        #expect(bench.step().first?.isSweep == false)
        bench.restart(after: 700)
        #expect(bench.step().first?.isSweep == true)
    }

    @Test("a release without a date is as old as it has been seen, to the second, and taken once")
    func undated() {
        let undated = Known.release("1.1.0", id: 100, published: nil)
        var bench = Bench(Self.aged)
        bench.look(Self.old)
        bench.look([undated] + Self.old)
        let until = Known.time(bench.clock + 600)
        for seconds: Int64 in [100, 499] {
            bench.look([undated] + Self.old, after: seconds)
            #expect(bench.watch.waiting.map(\.until) == [until])
            #expect(bench.taken.isEmpty)
        }
        bench.look([undated] + Self.old, after: 1)
        #expect(bench.taken == ["1.1.0"] && bench.watch.waiting.isEmpty)
        bench.look([undated] + Self.old)
        #expect(bench.taken == ["1.1.0"] && bench.ledger.jobs.count == 1)
    }

    @Test("a release without a date that lacks a file does not begin its age anew with the file")
    func undatedWithoutFile() {
        var config = Self.aged
        config.upstreams["one"]?.requiredAssets = [Glob("a.xz")]
        var bench = Bench(config)
        bench.look(
            Self.old.map { old in Known.release(old.tag, id: old.id.number ?? 0, assets: [.init(name: "a.xz")]) })
        bench.look([Known.release("1.1.0", id: 100, published: nil)], complete: false)
        bench.look([Known.release("1.1.0", id: 100, published: nil)], complete: false, after: 900)
        #expect(bench.taken.isEmpty && bench.watch.waiting.map(\.missing) == [["a.xz"]])
        bench.look(
            [Known.release("1.1.0", id: 100, published: nil, assets: [.init(name: "a.xz")])], complete: false)
        #expect(bench.taken == ["1.1.0"])
    }
}

extension Command {
    var isSweep: Bool? { if case .check(let check) = self { check.isSweep } else { nil } }
}
