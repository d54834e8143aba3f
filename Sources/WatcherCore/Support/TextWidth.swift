extension String {
    /// Columns that a terminal needs for it: two for East Asian wide characters and emoji, none for combining marks.
    package var displayWidth: Int {
        utf8.count == unicodeScalars.count ? utf8.count : unicodeScalars.reduce(0) { $0 + $1.displayWidth }
    }

    /// Cut to so many columns, the last of which then shows that something is missing.
    package func fitted(to width: Int) -> String {
        guard displayWidth > width else { return self }
        return String(prefix(columns: max(width - 1, 0))) + "…"
    }

    fileprivate func prefix(columns: Int) -> Substring {
        var left = columns
        let end = indices.first { index in
            left -= String(self[index]).displayWidth
            return left < 0
        }
        return self[..<(end ?? endIndex)]
    }

    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - displayWidth, 0)) }

    /// Lines of at most so many columns, broken between words, the later ones indented by four more than the first.
    /// A word that does not fit is broken too, but for a URL: a broken one can be neither clicked nor copied.
    package func wrapped(to width: Int) -> [String] {
        guard displayWidth > width, width > 0 else { return [self] }
        let indent = min(prefix { $0 == " " }.count, width / 2)
        let hanging = String(repeating: " ", count: min(indent + 4, width / 2))
        var lines: [String] = []
        var line = String(repeating: " ", count: indent)
        var hasWord = false
        func put(_ word: Substring) {
            let fits = line.displayWidth + (hasWord ? 1 : 0) + String(word).displayWidth <= width
            if !fits, hasWord {
                lines.append(line)
                (line, hasWord) = (hanging, false)
            }
            line += (hasWord ? " " : "") + word
            hasWord = true
        }
        for word in dropFirst(prefix { $0 == " " }.count).split(separator: " ") {
            var rest = word
            let room = width - hanging.count
            while !rest.contains("://"), String(rest).displayWidth > room {
                let piece = String(rest).prefix(columns: room)
                guard !piece.isEmpty else { break }
                put(piece)
                rest = rest.dropFirst(piece.count)
            }
            put(rest)
        }
        return lines + (hasWord ? [line] : [])
    }
}

extension Unicode.Scalar {
    fileprivate var displayWidth: Int {
        if value < 0x300 { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return Self.wide.contains { $0.contains(value) } ? 2 : 1
        }
    }

    /// Unicode's East Asian Width W and F, in whole blocks.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD,
    ]
}
