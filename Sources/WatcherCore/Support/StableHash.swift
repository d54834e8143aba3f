/// A hash that is the same in every process and on every machine: for ids and for jitter, not for secrets.
package struct StableHash: Sendable {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    package init(_ parts: String...) {
        for part in parts { combine(part) }
    }

    /// Adds one part; parts are kept apart, so that `"ab", "c"` and `"a", "bc"` differ.
    package mutating func combine(_ part: String) {
        for byte in part.utf8 { add(byte) }
        add(0xFF)
    }

    /// FNV-1a, mixed at the end so that every bit depends on every byte.
    package var value: UInt64 {
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 12 characters without those that are read for one another: 60 bits.
    package var name: String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        var rest = value
        var text = ""
        for _ in 0..<12 {
            text.append(alphabet[Int(rest & 31)])
            rest >>= 5
        }
        return text
    }

    private mutating func add(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
