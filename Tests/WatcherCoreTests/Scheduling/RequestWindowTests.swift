import Testing
import WatcherCore

@Suite("The requests of a minute") struct RequestWindowTests {
    @Test("in no minute are there more than so many, and none waits without need", arguments: [1, 2, 7, 60])
    func limit(_ limit: Int) {
        var window = RequestWindow(limit: limit)
        var (now, seed): (Int64, UInt64) = (0, UInt64(limit))
        var times: [Int64] = []
        for _ in 0..<3000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            now += Int64(seed >> 33) % (seed >> 62 == 0 ? 20_000 : 200)
            let time = window.take(at: now)
            #expect(time >= max(now, times.last ?? now))
            if time > max(now, times.last ?? now) { #expect(times.suffix(limit).first.map { $0 + 61_000 } == time) }
            times.append(time)
        }
        for (first, last) in zip(times, times.dropFirst(limit)) { #expect(last - first > 60_000) }
    }

    @Test("another limit counts what was made under the one before")
    func changed() {
        var window = RequestWindow(limit: 4)
        for uptime: Int64 in [0, 1000, 2000] { #expect(window.take(at: uptime) == uptime) }
        window.limit = 2
        #expect(window.next(at: 3000) == 62_000)
        window.limit = 1
        #expect(window.next(at: 3000) == 63_000)
        window.limit = 4
        #expect(window.next(at: 3000) == 3000)
    }

    @Test("a place that is given back is free again")
    func giveBack() {
        var window = RequestWindow(limit: 1)
        #expect([window.take(at: 0), window.take(at: 0), window.take(at: 0)] == [0, 61_000, 122_000])
        window.giveBack(after: 10)
        #expect(window.next(at: 10) == 61_000)
    }
}
