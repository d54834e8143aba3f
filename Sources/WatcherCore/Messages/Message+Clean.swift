/// Making text from outside harmless to look at: what a release's title, a run's conclusion or an error page holds.
///
/// This removes what no service should ever be sent. What a service reads as formatting or as a mention is its own
/// matter, and done when its body is built.
extension String {
    /// One line without control characters, bidirectional overrides and invisible characters; runs of white space
    /// become one space. Cut on a grapheme border to `limit` UTF-16 units, and then says so.
    package func cleanedLine(limit: Int) -> String {
        cleaned(limit: limit, keepingLines: false)
    }

    /// The same with its line breaks: at most `lines` lines that are not empty, without white space at their ends.
    package func cleanedLines(limit: Int, lines: Int) -> String {
        let all = cleaned(limit: limit, keepingLines: true).split(separator: "\n").map { $0.trimmingBlanks() }
        let kept = all.filter { !$0.isEmpty }
        return kept.prefix(lines).joined(separator: "\n") + (kept.count > lines ? "\n\(cutMark)" : "")
    }

    private func cleaned(limit: Int, keepingLines: Bool) -> String {
        if isPlain(within: limit) { return self }
        var result = String.UnicodeScalarView()
        var marks = 0
        var length = 0
        for scalar in unicodeScalars {
            // Enough to see that it is too long: the rest of a huge text is never read.
            guard length <= limit else { break }
            switch CleanedScalar(scalar) {
            case .removed: continue
            case .lineBreak where keepingLines:
                if result.last == " " { result.removeLast() }
                if result.last != "\n" { result.append("\n") }
                marks = 0
                continue
            case .lineBreak, .blank:
                if let last = result.last, last != " ", last != "\n" { result.append(" ") }
                marks = 0
                continue
            case .mark:
                marks += 1
                guard marks <= marksLimit else { continue }
            case .kept:
                marks = 0
            }
            // Blanks are not counted, so that a text that was left here never ends in one and is always too long.
            result.append(scalar)
            length += UTF16.width(scalar)
        }
        return String(result).trimmingBlanks().cut(to: limit) { $0.utf16.count }
    }

    /// Printable ASCII with single blanks between words, within the limit: nearly every name, tag and link. It is clean
    /// as it is, and Unicode need not be asked about each of its scalars.
    private func isPlain(within limit: Int) -> Bool {
        guard utf8.count <= limit else { return false }
        var last: UInt8 = 0x20
        for byte in utf8 {
            guard byte < 0x7F, byte > 0x20 || byte == 0x20 && last != 0x20 else { return false }
            last = byte
        }
        return last != 0x20
    }
}

/// What one scalar of a text from outside becomes.
enum CleanedScalar {
    case kept, removed, blank, lineBreak
    /// Stands on the character before it: a few are language, hundreds climb over the neighbouring lines.
    case mark

    init(_ scalar: Unicode.Scalar) {
        let properties = scalar.properties
        switch scalar {
        case "!"..."~": self = .kept
        case "\n", "\r", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}": self = .lineBreak
        case "\t": self = .blank
        case "\u{FE0E}", "\u{FE0F}": self = .mark
        // Looks like a space and is a symbol to Unicode.
        case "\u{2800}": self = .blank
        default:
            if properties.isDefaultIgnorableCodePoint {
                self = .removed
            } else if properties.isEmojiModifier {
                self = .mark
            } else {
                switch properties.generalCategory {
                case .control, .format, .surrogate, .privateUse: self = .removed
                case .spaceSeparator: self = .blank
                case .nonspacingMark, .enclosingMark: self = .mark
                default: self = .kept
                }
            }
        }
    }
}

/// Marks that a character keeps: real languages need fewer.
private let marksLimit = 4

/// What stands at the end of a text that was cut.
package let cutMark = "… (cut)"

extension StringProtocol {
    /// Without the white space at both ends.
    package func trimmingBlanks() -> String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }

    /// The text itself when it measures at most `limit`, else as many whole characters as fit in front of `cutMark`.
    ///
    /// `measure` says what one character counts in the unit of a receiver, after that receiver's escaping. A limit
    /// too small for the mark gives as much as fits, without it.
    package func cut(to limit: Int, measure: (Character) -> Int) -> String {
        let mark = cutMark.reduce(0) { $0 + measure($1) }
        var total = 0
        var end = startIndex
        for index in indices {
            total += measure(self[index])
            guard total <= limit else {
                let kept = self[..<end].trimmingBlanks()
                return mark <= limit ? kept + cutMark : kept
            }
            if total + mark <= limit || mark > limit { end = self.index(after: index) }
        }
        return String(self)
    }
}
