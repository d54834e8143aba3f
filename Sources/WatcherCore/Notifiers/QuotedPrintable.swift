import FoundationEssentials

/// Text as printable ASCII in lines of at most 76 characters (RFC 2045, 6.7).
enum QuotedPrintable {
    private static let lineLimit = 76

    /// `\n` becomes a line break of a mail.
    static func encode(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { encodeLine(Array($0.utf8)) }
            .joined(separator: "\r\n")
    }

    private static func encodeLine(_ bytes: [UInt8]) -> String {
        var result = ""
        var length = 0
        for (index, byte) in bytes.enumerated() {
            let isLast = index == bytes.count - 1
            let isBlank = byte == 0x20 || byte == 0x09
            let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") || isBlank && !isLast
            let piece = isPlain ? String(UnicodeScalar(byte)) : "=" + hex(byte)
            // Room for the "=" of a soft line break.
            if length + piece.utf8.count > lineLimit - 1 {
                result += "=\r\n"
                length = 0
            }
            result += piece
            length += piece.utf8.count
        }
        return result
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}

/// Any text in a header field (RFC 2047).
enum EncodedWords {
    /// Characters of a line.
    private static let lineLimit = 76
    /// Bytes of text in one encoded word, so that with the name of the field it fits into a line.
    private static let wordLimit = 39
    /// Characters of a word that is left as it is.
    private static let plainLimit = 60

    /// The field, folded, without the line break at its end.
    static func header(_ name: String, _ text: String) -> String {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let isPlain =
            !text.isEmpty && text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
            && words.allSatisfy { (1...plainLimit).contains($0.utf8.count) }
        return isPlain ? fold(name + ":", words) : name + ": " + encode(text).joined(separator: "\r\n ")
    }

    private static func fold(_ start: String, _ words: [Substring]) -> String {
        var result = start
        var length = start.utf8.count
        for word in words {
            let breaks = length + 1 + word.utf8.count > lineLimit
            result += (breaks ? "\r\n " : " ") + word
            length = (breaks ? 1 : length + 1) + word.utf8.count
        }
        return result
    }

    /// Each word is whole characters: readers decode them one by one.
    private static func encode(_ text: String) -> [String] {
        var words: [String] = []
        var bytes: [UInt8] = []
        func finish() { words.append("=?UTF-8?B?\(Data(bytes).base64EncodedString())?=") }
        for scalar in text.unicodeScalars {
            let encoded = Array(UTF8.encode(scalar) ?? .init())
            if bytes.count + encoded.count > wordLimit {
                finish()
                bytes = []
            }
            bytes += encoded
        }
        finish()
        return words
    }
}
