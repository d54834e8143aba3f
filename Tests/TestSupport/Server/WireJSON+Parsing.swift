extension WireJSON {
    /// Nothing that a test sends or gets is nested more deeply.
    package static let deepest = 200

    package struct Malformed: Error, Equatable {
        /// Bytes before the trouble.
        package let offset: Int
    }

    /// Reads a body; throws `Malformed` for what is not JSON.
    ///
    /// Written by hand because a decoder that has to guess the type of each value takes seconds for one large page.
    package init(parsing bytes: [UInt8]) throws {
        var reader = Reader(bytes: bytes)
        self = try reader.value(depth: 0)
        guard reader.next() == nil else { throw Malformed(offset: reader.offset) }
    }
}

private struct Reader {
    let bytes: [UInt8]
    var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The next byte that is no white space, which stays.
    mutating func next() -> UInt8? {
        while offset < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[offset]) { offset += 1 }
        return offset < bytes.count ? bytes[offset] : nil
    }

    mutating func value(depth: Int) throws -> WireJSON {
        guard depth < WireJSON.deepest, let first = next() else { throw malformed }
        switch first {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws -> WireJSON {
        var members: [String: WireJSON] = [:]
        offset += 1
        if take("}") { return .object(members) }
        repeat {
            guard next() == UInt8(ascii: "\"") else { throw malformed }
            let key = try string()
            guard take(":") else { throw malformed }
            members[key] = try value(depth: depth + 1)
        } while take(",")
        guard take("}") else { throw malformed }
        return .object(members)
    }

    private mutating func array(depth: Int) throws -> WireJSON {
        var elements: [WireJSON] = []
        offset += 1
        if take("]") { return .array(elements) }
        repeat { elements.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw malformed }
        return .array(elements)
    }

    private mutating func string() throws -> String {
        offset += 1
        var text = ""
        var start = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                text += String(decoding: bytes[start..<offset], as: UTF8.self)
                offset += 1
                return text
            case UInt8(ascii: "\\"):
                text += String(decoding: bytes[start..<offset], as: UTF8.self)
                text += try escape()
                start = offset
            case 0..<0x20: throw malformed
            default: offset += 1
            }
        }
        throw malformed
    }

    private mutating func escape() throws -> String {
        guard offset + 1 < bytes.count else { throw malformed }
        let simple: [Character: String] = [
            "\"": "\"", "\\": "\\", "/": "/", "n": "\n", "r": "\r", "t": "\t", "b": "\u{8}", "f": "\u{c}",
        ]
        let letter = Character(UnicodeScalar(bytes[offset + 1]))
        offset += 2
        if let text = simple[letter] { return text }
        guard letter == "u" else { throw malformed }
        var units = [try codeUnit()]
        // A surrogate pair is two escapes.
        if UTF16.isLeadSurrogate(units[0]), offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        {
            offset += 2
            units.append(try codeUnit())
        }
        return String(decoding: units, as: UTF16.self)
    }

    private mutating func codeUnit() throws -> UInt16 {
        guard offset + 4 <= bytes.count,
            let unit = UInt16(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw malformed }
        offset += 4
        return unit
    }

    private mutating func number() throws -> WireJSON {
        let start = offset
        while offset < bytes.count, "+-.0123456789eE".utf8.contains(bytes[offset]) { offset += 1 }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text) else { throw WireJSON.Malformed(offset: start) }
        return .number(number)
    }

    private mutating func word(_ word: String, _ value: WireJSON) throws -> WireJSON {
        guard bytes[offset...].starts(with: word.utf8) else { throw malformed }
        offset += word.utf8.count
        return value
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next() == UInt8(ascii: byte) else { return false }
        offset += 1
        return true
    }

    private var malformed: WireJSON.Malformed { WireJSON.Malformed(offset: offset) }
}
