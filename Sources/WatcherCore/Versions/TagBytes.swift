/// The bytes of a tag and the kinds of runs in them. Bytes above 127 count as letters: nothing is decoded.
struct TagBytes {
    let bytes: [UInt8]

    /// Bytes; git refuses refs that are much longer. A number's length must fit into a byte of `Version`'s key.
    static let lengthLimit = 200

    init?(_ tag: String) {
        guard tag.utf8.count <= Self.lengthLimit else { return nil }
        bytes = Array(tag.utf8)
    }

    var count: Int { bytes.count }

    /// The byte at an index; 0 outside, which is a separator.
    subscript(_ index: Int) -> UInt8 { bytes.indices.contains(index) ? bytes[index] : 0 }

    func isDigit(_ index: Int) -> Bool { Self.isDigit(self[index]) }
    func isLetter(_ index: Int) -> Bool { Self.isLetter(self[index]) }
    func isSeparator(_ index: Int) -> Bool { !isDigit(index) && !isLetter(index) }

    /// `.`, `_` or `-`: what stands between the parts of a version.
    func isJoint(_ index: Int) -> Bool {
        let byte = self[index]
        return byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    /// `v` or `V`.
    func isV(_ index: Int) -> Bool { self[index] | 0x20 == UInt8(ascii: "v") }

    func digitsEnd(_ start: Int) -> Int {
        var index = start
        while isDigit(index) { index += 1 }
        return index
    }

    func lettersEnd(_ start: Int) -> Int {
        var index = start
        while isLetter(index) { index += 1 }
        return index
    }

    func tokenEnd(_ start: Int) -> Int {
        var index = start
        while !isSeparator(index), index < count { index += 1 }
        return index
    }

    /// What the letters in a range mean.
    func word(_ range: Range<Int>) -> VersionWord {
        guard range.count <= VersionWord.lengthLimit else { return .other }
        return VersionWord(packed: bytes[range].reduce(0) { $0 << 8 | UInt128($1 | 0x20) })
    }

    /// Whether the token that starts here is a commit's hash: at least 7 hexadecimal digits, mixed. One letter at an end
    /// does not mix them (`b20240101`, `20240101a`).
    func isHash(_ start: Int) -> Bool {
        let end = tokenEnd(start)
        guard end - start >= 7, (start..<end).allSatisfy({ Self.isHexadecimal(bytes[$0]) }) else { return false }
        let inner = bytes[(start + 1)..<(end - 1)]
        return inner.contains(where: Self.isLetter) && bytes[start..<end].contains(where: Self.isDigit)
    }

    /// Whether the token is `g` and a short hash, as `git describe` ends.
    func isDescribed(_ start: Int) -> Bool {
        let end = tokenEnd(start)
        return end - start >= 5 && self[start] == UInt8(ascii: "g")
            && ((start + 1)..<end).allSatisfy { Self.isHexadecimal(bytes[$0]) }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) || byte >= 0x80 }
}
