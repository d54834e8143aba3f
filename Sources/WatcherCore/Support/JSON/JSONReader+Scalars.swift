extension JSONReader {
    /// The number as written; `index` stands on its first character.
    mutating func number() throws(JSONSyntaxError) -> String {
        let start = index
        let position = position
        if peek == UInt8(ascii: "-") { index += 1 }
        if index > start, peek == UInt8(ascii: "I") { throw error(Self.notANumber, at: position) }
        let whole = index
        guard digits() > 0 else { throw try unexpected("a digit") }
        if bytes[whole] == UInt8(ascii: "0"), index - whole > 1 {
            throw error("found a number with a leading zero, expected none", at: position)
        }
        if peek == UInt8(ascii: ".") {
            index += 1
            guard digits() > 0 else { throw try unexpected("a digit after the point") }
        }
        if let byte = peek, byte | 0x20 == UInt8(ascii: "e") {
            index += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { index += 1 }
            guard digits() > 0 else { throw try unexpected("a digit of the exponent") }
        }
        if let byte = peek, ASCII.isWord(byte) { throw try unexpected("the end of the number") }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// The string without its quotes; `index` stands on the opening one.
    mutating func string() throws(JSONSyntaxError) -> String {
        let position = position
        index += 1
        let start = index
        // Most strings hold no escapes: those are taken from the text as they are.
        var decoded: [UInt8]?
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                defer { index += 1 }
                if let decoded { return String(decoding: decoded, as: UTF8.self) }
                return String(decoding: bytes[start..<index], as: UTF8.self)
            case UInt8(ascii: "\\"):
                if decoded == nil { decoded = Array(bytes[start..<index]) }
                decoded?.append(contentsOf: try escape())
            case 0x0A, 0x0D:
                throw error("found a line break in the string, expected its closing quote before", at: position)
            case 0..<0x20:
                throw error("found \(Self.name(Unicode.Scalar(byte))) in a string, expected it as an escape")
            case 0x80...:
                let length = try scalarLength()
                decoded?.append(contentsOf: bytes[index..<index + length])
                index += length
                continuations += length - 1
            default:
                decoded?.append(byte)
                index += 1
            }
        }
        throw error("the text ends inside of the string, expected its closing quote", at: position)
    }

    /// The character that an escape stands for; `index` stands on the backslash.
    private mutating func escape() throws(JSONSyntaxError) -> [UInt8] {
        let position = position
        index += 1
        guard let byte = peek else { throw error("the text ends inside of a string") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "u"): break
        default:
            throw error(
                #"found an unknown escape in a string, expected one of \" \\ \/ \b \f \n \r \t \u"#, at: position)
        }
        var code = try hexadecimal(position)
        if (0xD800...0xDBFF).contains(code), bytes[index...].starts(with: #"\u"#.utf8) {
            index += 2
            let low = try hexadecimal(position)
            guard (0xDC00...0xDFFF).contains(low) else { throw error(Self.lonelySurrogate, at: position) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error(Self.lonelySurrogate, at: position) }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal(_ start: JSONPosition) throws(JSONSyntaxError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw error("found an incomplete \\u escape, expected four hexadecimal digits", at: start)
            }
            code = code << 4 | UInt32(digit)
            index += 1
        }
        return code
    }

    private mutating func digits() -> Int {
        let start = index
        while let byte = peek, ASCII.isDigit(byte) { index += 1 }
        return index - start
    }

    var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    static let notANumber = "found NaN or Infinity, not allowed in JSON, expected a value"
    private static let lonelySurrogate = "found half of a surrogate pair, expected both"
}
