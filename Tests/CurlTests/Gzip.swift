/// Packed bodies made by hand (RFC 1951, RFC 1952), so that the tests need no compressor.
enum Gzip {
    private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]

    /// At most 65 535 bytes in one block that packs nothing.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        let length = UInt16(bytes.count)
        return header + [1] + little(length) + little(~length) + bytes + little(crc(bytes))
            + little(UInt32(bytes.count))
    }

    /// The beginning of a body of zeros that grows to 1 + 258 × 8 × `rounds` bytes, 13 bytes a round, and never ends.
    static func bomb(rounds: Int) -> [UInt8] {
        var bits: [Bool] = [true, true, false]  // the last block, with the fixed codes
        bits += [false, false, true, true, false, false, false, false]  // the literal 0
        let match: [Bool] = [true, true, false, false, false, true, false, true, false, false, false, false, false]
        for _ in 0..<(rounds * 8) { bits += match }  // 258 times what was one byte before
        return header
            + stride(from: 0, to: bits.count - 7, by: 8).map { start in
                (0..<8).reduce(UInt8(0)) { $0 | (bits[start + $1] ? 1 << UInt8($1) : 0) }
            }
    }

    private static func little(_ number: some FixedWidthInteger) -> [UInt8] {
        (0..<(number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
