import WatcherCore

/// Numbers that look random and are the same each time.
struct StableNumbers: RandomNumberGenerator {
    private var hash: StableHash

    init(_ seed: String) { hash = StableHash(seed) }

    mutating func next() -> UInt64 {
        hash.combine("next")
        return hash.value &* 0x9E37_79B9_7F4A_7C15 ^ hash.value >> 29
    }
}
