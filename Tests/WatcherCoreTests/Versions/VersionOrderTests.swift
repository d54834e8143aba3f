import Testing
import WatcherCore

/// The order is total: in a sorted list each pair must agree, in both directions; with that it is transitive.
@Suite("Order of versions") struct VersionOrderTests {
    private static let seed: UInt64 = 20_261_127

    private static func isTotal(_ versions: [Version]) -> Bool {
        let sorted = versions.sorted()
        for low in sorted.indices {
            guard !(sorted[low] < sorted[low]), sorted[low] == sorted[low] else { return false }
            for high in sorted.indices[(low + 1)...] {
                let (a, b) = (sorted[low], sorted[high])
                guard !(b < a), (a < b) != (a == b), (a == b) == (b == a) else {
                    Issue.record("\(a.tag) and \(b.tag)")
                    return false
                }
            }
        }
        return true
    }

    @Test("it is total on samples of the corpus")
    func corpus() throws {
        var random = Seeded(seed: Self.seed)
        let tags = try Corpus.rows("tags").map { $0[1] }
        for _ in 0..<10 {
            let sample = (0..<150).compactMap { _ in Version(tags[Int(random.next(below: UInt64(tags.count)))]) }
            #expect(Self.isTotal(sample), "seed \(Self.seed)")
        }
    }

    @Test("it is total on generated tags, and reading keeps to a numeric order")
    func generated() throws {
        var random = Seeded(seed: Self.seed)
        for _ in 0..<10 {
            let sample = (0..<150).compactMap { _ in Version(Self.tag(&random)) }
            #expect(Self.isTotal(sample), "seed \(Self.seed)")
        }
        for _ in 0..<2_000 {
            let (a, b) = (random.next(below: 5_000), random.next(below: 5_000))
            let (low, high) = try (#require(Version("v1.\(a).0")), #require(Version("1.\(b)")))
            #expect((low < high) == (a < b) && (low == high) == (a == b))
        }
    }

    private static func tag(_ random: inout Seeded) -> String {
        let words = ["", "rc", "alpha", "b", "p", "ls", "java", "dev", "final", "x", "ee", "T", "v", "g"]
        var text = ["", "v", "app-", "@a/b@", "x/"][Int(random.next(below: 5))]
        for _ in 0...random.next(below: 5) {
            text += words[Int(random.next(below: UInt64(words.count)))]
            text += random.next(below: 3) == 0 ? "" : String(random.next(below: 12))
            text += [".", "-", "_", "+", "~", ""][Int(random.next(below: 6))]
        }
        return text
    }

    @Test("any 200 000 strings of bytes are read without a trap, each in far less than a millisecond")
    func arbitrary() {
        var random = Seeded(seed: Self.seed)
        let alphabet = Array("0123456789..__--+@/~vVaAbBrRcCgzZTt".utf8)
        let clock = ContinuousClock()
        var slowest = Duration.zero
        for round in 0..<200_000 {
            let length = Int(random.next(below: 129))
            var bytes: [UInt8] = []
            for _ in 0..<length {
                bytes.append(
                    round.isMultiple(of: 2)
                        ? UInt8(random.next(below: 256)) : alphabet[Int(random.next(below: UInt64(alphabet.count)))])
            }
            let tag = String(decoding: bytes, as: UTF8.self)
            if round.isMultiple(of: 100) {
                // The fastest of some: what else the machine does is not meant.
                let times = (0..<5).map { _ in clock.measure { _ = Version(tag) } }
                slowest = max(slowest, times.min() ?? .zero)
            } else {
                _ = Version(tag)
            }
        }
        // A debug build on a busy machine; a release build takes microseconds.
        #expect(slowest < .milliseconds(50))
    }

    @Test(
        "the worst tags take no longer than their length allows",
        arguments: [
            String(repeating: "1-", count: 64), String(repeating: "a1", count: 64), String(repeating: "@1", count: 64),
            String(repeating: "/1", count: 64), String(repeating: "rc1.", count: 32),
            String(repeating: "1", count: 128),
            String(repeating: "g1234567-", count: 14), String(repeating: "-", count: 127) + "1",
            String(repeating: "_v", count: 63) + "1",
        ]) func worst(tag: String)
    {
        let clock = ContinuousClock()
        let fastest = (0..<5).map { _ in clock.measure { _ = Version(tag) } }.min() ?? .zero
        #expect(fastest < .milliseconds(10))
    }
}
