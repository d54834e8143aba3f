import FoundationEssentials

/// `Tests/Fixtures/corpus`: real tags of 58 repositories, and cases with an answer.
enum Corpus {
    static func rows(_ name: String) throws -> [[String]] { try table("corpus/\(name)") }

    /// How libversion compares, and where watcher differs.
    static func libversion() throws -> [[String]] { try table("libversion").filter { !$0[0].hasPrefix("#") } }

    private static func table(_ name: String) throws -> [[String]] {
        let file = ConfigFixtures.root.appending(path: "Tests/Fixtures/\(name).tsv")
        return try String(decoding: Data(contentsOf: file), as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct Seeded {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func next(below limit: UInt64) -> UInt64 { next() % limit }
}
