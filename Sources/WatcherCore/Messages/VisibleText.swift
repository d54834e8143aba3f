/// The bytes of a text that a reader can see, each with its place in the text: without control characters, marks and
/// invisible characters, and with one blank for each run of white space.
package struct VisibleText {
    package enum Escapes: Sendable {
        /// Only the escape character is left out.
        case kept
        /// Whole escape sequences of a terminal are left out.
        case removed
    }

    package private(set) var bytes: [UInt8] = []
    /// For each visible byte, the bytes of its character in the text.
    private var sources: [Range<Int>] = []

    package static let escape: UInt8 = 0x1B

    package init(_ text: String, escapes: Escapes) {
        bytes.reserveCapacity(text.utf8.count)
        sources.reserveCapacity(text.utf8.count)
        var place = 0
        var sequence = EscapeSequence()
        for scalar in text.unicodeScalars {
            let range = place..<(place + UTF8.width(scalar))
            place = range.upperBound
            if escapes == .removed, sequence.contains(scalar) { continue }
            switch CleanedScalar(scalar) {
            case .removed, .mark: continue
            case .blank, .lineBreak:
                if let last = sources.indices.last, bytes[last] == 0x20 {
                    sources[last] = sources[last].lowerBound..<range.upperBound
                } else {
                    append(0x20, range)
                }
            case .kept:
                for byte in UTF8.encode(scalar) ?? .init() { append(byte, range) }
            }
        }
    }

    private mutating func append(_ byte: UInt8, _ range: Range<Int>) {
        bytes.append(byte)
        sources.append(range)
    }

    /// Where the pattern is, from left to right and without overlaps.
    package func places(of pattern: [UInt8]) -> [Range<Int>] {
        guard let first = pattern.first, pattern.count <= bytes.count else { return [] }
        var found: [Range<Int>] = []
        var index = 0
        while index <= bytes.count - pattern.count {
            if bytes[index] == first, bytes[index..<(index + pattern.count)].elementsEqual(pattern) {
                found.append(index..<(index + pattern.count))
                index += pattern.count
            } else {
                index += 1
            }
        }
        return found
    }

    /// The bytes of the text that visible bytes stand for, with what is invisible between them.
    package func source(_ place: Range<Int>) -> Range<Int> {
        sources[place.lowerBound].lowerBound..<sources[place.upperBound - 1].upperBound
    }
}

/// Follows a text through the escape sequences of a terminal (ECMA-48).
private struct EscapeSequence {
    private enum State { case outside, begun, parameters, string, stringEscape }
    private var state = State.outside

    /// Whether the next scalar is part of a sequence.
    mutating func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch (state, scalar.value) {
        case (.outside, 0x1B), (.begun, 0x1B): state = .begun
        case (.outside, 0x9B): state = .parameters
        case (.outside, _): return false
        case (.begun, 0x5B): state = .parameters
        case (.begun, 0x5D), (.begun, 0x50), (.begun, 0x58), (.begun, 0x5E), (.begun, 0x5F): state = .string
        // Intermediate bytes, as of a character set's designation, come before the last one.
        case (.begun, 0x20...0x2F): break
        case (.parameters, 0x40...0x7E), (.string, 0x07), (.string, 0x9C), (.stringEscape, _), (.begun, _):
            state = .outside
        case (.parameters, _): break
        case (.string, 0x1B): state = .stringEscape
        case (.string, _): break
        }
        return true
    }
}
