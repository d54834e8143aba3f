extension JSONReader {
    /// The error for what stands at `index`, with the usual slips by their names.
    ///
    /// Throws instead when the bytes are not UTF-8.
    func unexpected(_ expected: String) throws(JSONSyntaxError) -> JSONSyntaxError {
        guard let byte = peek else { return error("the text ends, expected \(expected)") }
        switch byte {
        case UInt8(ascii: "/") where allowsComments && bytes[index...].starts(with: "/*".utf8):
            return error("found a comment without an end, expected */ behind it")
        case UInt8(ascii: "#") where allowsComments:
            return error("found \"#\", expected \(expected); comments begin with // or stand in /* */")
        case UInt8(ascii: "/") where !allowsComments, UInt8(ascii: "#"):
            return error("found a comment, not allowed in JSON, expected \(expected)")
        case UInt8(ascii: "'"):
            return error("found a single quote, expected \(expected); strings stand in double quotes")
        default: break
        }
        let word = bytes[index...].prefix(Self.longestWord + 1).prefix(while: ASCII.isWord)
        switch String(decoding: word, as: UTF8.self) {
        case "NaN", "Infinity", "nan", "inf", "Inf": return error(Self.notANumber)
        case let word where ["True", "False", "None", "Null", "TRUE", "FALSE", "NULL"].contains(word):
            let right = word == "None" ? "null" : word.lowercased()
            return error("found \(word), expected \(expected); did you mean \(right)?")
        case "undefined", "nil": return error("found a word, expected \(expected); did you mean null?")
        default: break
        }
        let length = try scalarLength()
        let text = String(decoding: bytes[index..<index + length], as: UTF8.self)
        if let scalar = text.unicodeScalars.first, Self.typographicQuotes.contains(scalar) {
            return error("found a typographic quote, expected \(expected); strings stand in straight double quotes")
        }
        return error("found \(text.unicodeScalars.first.map(Self.name) ?? "nothing"), expected \(expected)")
    }

    private static let longestWord = 9
    /// What word processors, chats and web pages make of quotes.
    private static let typographicQuotes: Set<Unicode.Scalar> = [
        "\u{201C}", "\u{201D}", "\u{201E}", "\u{201F}", "\u{2018}", "\u{2019}", "\u{201A}", "\u{AB}", "\u{BB}",
        "\u{2039}",
        "\u{203A}", "\u{FF02}",
    ]

    /// A character for a person to read, whatever it is.
    static func name(_ scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator, .nonspacingMark, .enclosingMark, .spacingMark:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "the character U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        default: return scalar == "\"" ? "a double quote" : "\"\(scalar)\""
        }
    }

    /// Bytes of the UTF-8 sequence at `index`, as the Unicode standard's table 3-7 allows them: no overlong forms, no
    /// surrogates, nothing above U+10FFFF.
    func scalarLength() throws(JSONSyntaxError) -> Int {
        let first = bytes[index]
        let (length, second): (Int, ClosedRange<UInt8>)
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw error("found a byte that is not UTF-8")
        }
        guard bytes.count - index >= length, second.contains(bytes[index + 1]),
            bytes[index + 2..<max(index + length, index + 2)].allSatisfy({ (0x80...0xBF).contains($0) })
        else { throw error("found a byte that is not UTF-8") }
        return length
    }
}
