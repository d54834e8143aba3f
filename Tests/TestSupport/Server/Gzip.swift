/// Gzip without a compressor: enough to speak the format, and to make a body that unpacks to far more than it is.
package enum Gzip {
    /// A valid gzip file whose content is stored as it is.
    package static func stored(_ content: [UInt8]) -> [UInt8] {
        var out = header
        var offset = 0
        repeat {
            let count = min(content.count - offset, 65_535)
            let isLast: UInt8 = offset + count == content.count ? 1 : 0
            let length = UInt16(count)
            out += [isLast, UInt8(length & 0xFF), UInt8(length >> 8), UInt8(~length & 0xFF), UInt8(~length >> 8)]
            out += content[offset..<offset + count]
            offset += count
        } while offset < content.count
        return out + little(checksum(content)) + little(UInt32(truncatingIfNeeded: content.count))
    }

    /// A valid gzip file of at least `count` zero bytes, 158 times smaller than what it holds.
    ///
    /// One literal zero, then "258 bytes from one byte back" over and over, in the fixed Huffman code (RFC 1951, 3.2.6).
    package static func bomb(unpackingTo count: Int) -> [UInt8] {
        let repeats = max(1, (count + 256) / 258)
        var out = header
        out.reserveCapacity(repeats * 13 / 8 + 64)
        var pending: UInt32 = 0
        var held: UInt32 = 0
        func put(_ bits: UInt32, _ length: UInt32) {
            pending |= bits << held
            held += length
            while held >= 8 {
                out.append(UInt8(truncatingIfNeeded: pending))
                pending >>= 8
                held -= 8
            }
        }
        put(0b011, 3)  // the last block, fixed codes
        put(0b0000_1100, 8)  // literal 0: 00110000, the first bit first
        for _ in 0..<repeats { put(0b1010_0011, 13) }  // length 258: 11000101, then distance 1: 00000
        put(0, 7)  // end of block
        if held > 0 { put(0, 8 - held) }
        let unpacked = 1 + repeats * 258
        return out + little(checksum(ofZeros: unpacked)) + little(UInt32(truncatingIfNeeded: unpacked))
    }

    private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

    private static func little(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in step(value) }
    }

    private static func step(_ value: UInt32) -> UInt32 {
        value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { value, byte in table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
    }

    /// A zero byte maps the register linearly: so `count` of them are a power of one 32 × 32 bit matrix.
    private static func checksum(ofZeros count: Int) -> UInt32 {
        var matrix = (0..<32).map { bit in (0..<8).reduce(UInt32(1) << bit) { value, _ in step(value) } }
        var register = ~UInt32(0)
        var rest = count
        while rest > 0 {
            if rest & 1 == 1 { register = apply(matrix, register) }
            matrix = matrix.map { apply(matrix, $0) }
            rest >>= 1
        }
        return ~register
    }

    private static func apply(_ matrix: [UInt32], _ vector: UInt32) -> UInt32 {
        (0..<32).reduce(0) { $0 ^ (vector >> $1 & 1 == 1 ? matrix[$1] : 0) }
    }
}
