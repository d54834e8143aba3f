/// An ordered reading of a tag: prefix letters, numeric components, then suffixes.
///
/// The rules are those of the tags that the first two upstreams really have (542 of them, in the tests): components
/// compare as numbers and a missing one is 0; `alpha < beta < rc < nothing`; a numeric suffix (`-1`, `-p1`) is a
/// re-packaging and newer. A tag that fits none of this has no version, and is never a candidate.
package struct Version: Sendable {
    /// The tag without its prefix and without `+build`.
    package let text: String
    /// At least one, none above 18 digits.
    package let components: [UInt64]
    package let suffixes: [Suffix]

    package enum Stage: UInt8, Sendable, Comparable {
        case alpha, beta, releaseCandidate
        /// What ends a version: nothing more is between the pre-releases and the re-packagings.
        case end
        case repackaging

        package static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
    }

    package struct Suffix: Sendable, Hashable {
        package var stage: Stage
        package var number: UInt64
    }

    package var isPrerelease: Bool { suffixes.contains { $0.stage < .end } }
    package var major: UInt64 { components[0] }
    package var minor: UInt64 { components.count > 1 ? components[1] : 0 }

    package init?(_ tag: String) {
        var reader = Reader(tag)
        guard !Self.unfinished.contains(reader.prefix()) else { return nil }
        let start = reader.index
        guard let components = reader.components(), let suffixes = reader.suffixes() else { return nil }
        self.components = components
        self.suffixes = suffixes
        self.text = String(decoding: reader.bytes[start..<reader.index], as: UTF8.self)
    }

    /// Before the number these words do not say which version is on its way (`nightly-20240101`, `rc1`): such a tag must
    /// not be taken for a final release, and orders with nothing.
    private static let unfinished: Set<String> = [
        "alpha", "beta", "canary", "dev", "nightly", "prerelease", "preview", "rc", "snapshot",
    ]

    /// The longest tag that is read at all.
    private static let lengthLimit = 128

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        init(_ tag: String) {
            bytes = Array(tag.utf8.prefix(lengthLimit + 1))
        }

        private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

        /// Skips letters, `-` and `_` up to the first digit; a separator alone is no prefix. Its last word, in small letters.
        mutating func prefix() -> String {
            guard let first = bytes.first, Self.isLetter(first) else { return "" }
            while index < bytes.count, Self.isLetter(bytes[index]) || bytes[index] == 0x2D || bytes[index] == 0x5F {
                index += 1
            }
            let word = bytes[..<index].split { !Self.isLetter($0) }.last ?? []
            return String(decoding: word.map { $0 | 0x20 }, as: UTF8.self)
        }

        mutating func components() -> [UInt64]? {
            guard bytes.count <= lengthLimit else { return nil }
            var found: [UInt64] = []
            while true {
                guard let number = number() else { return nil }
                found.append(number)
                // A separator counts as one only when a number follows: the rest is for the suffixes.
                guard index + 1 < bytes.count, bytes[index] == 0x2E || bytes[index] == 0x5F,
                    Self.isDigit(bytes[index + 1])
                else { return found }
                index += 1
            }
        }

        mutating func suffixes() -> [Suffix]? {
            var found: [Suffix] = []
            while index < bytes.count, bytes[index] != 0x2B {
                let separated = [0x2D, 0x2E, 0x5F].contains(bytes[index])
                if separated { index += 1 }
                let start = index
                while index < bytes.count, Self.isLetter(bytes[index]) { index += 1 }
                let word = String(decoding: bytes[start..<index].map { $0 | 0x20 }, as: UTF8.self)
                let stage: Stage
                switch word {
                case "a", "alpha": stage = .alpha
                case "b", "beta": stage = .beta
                case "c", "rc": stage = .releaseCandidate
                case "p": stage = .repackaging
                case "" where separated: stage = .repackaging
                default: return nil
                }
                // `rc.2` and `rc-2` are `rc2`; `-1` needs its number.
                if !word.isEmpty, index + 1 < bytes.count, bytes[index] == 0x2E || bytes[index] == 0x2D,
                    Self.isDigit(bytes[index + 1])
                {
                    index += 1
                }
                guard
                    let number = index < bytes.count && Self.isDigit(bytes[index])
                        ? number() : stage == .repackaging ? nil : 0
                else { return nil }
                found.append(Suffix(stage: stage, number: number))
            }
            return found
        }

        /// Digits, at most 18 that count; nil for none and for more.
        private mutating func number() -> UInt64? {
            let start = index
            var value: UInt64 = 0
            while index < bytes.count, Self.isDigit(bytes[index]) {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                guard !overflow, product <= 1_000_000_000_000_000_000 else { return nil }
                value = product + UInt64(bytes[index] - 0x30)
                index += 1
            }
            return index > start ? value : nil
        }
    }
}

extension Version: Comparable {
    package static func == (left: Version, right: Version) -> Bool { !(left < right) && !(right < left) }

    package static func < (left: Version, right: Version) -> Bool {
        for index in 0..<max(left.components.count, right.components.count) {
            let a = index < left.components.count ? left.components[index] : 0
            let b = index < right.components.count ? right.components[index] : 0
            if a != b { return a < b }
        }
        let end = Suffix(stage: .end, number: 0)
        for index in 0..<max(left.suffixes.count, right.suffixes.count) {
            let a = index < left.suffixes.count ? left.suffixes[index] : end
            let b = index < right.suffixes.count ? right.suffixes[index] : end
            if a.stage != b.stage { return a.stage < b.stage }
            if a.number != b.number { return a.number < b.number }
        }
        return false
    }
}

/// Which tags can be taken at all.
package enum Tag {
    package static let lengthLimit = 128

    /// Made of `A-Za-z0-9._+-`, starting with a letter or digit, at most 128 characters: so no value that reaches a
    /// build, a workflow or a message can be anything else.
    package static func isSafe(_ tag: String) -> Bool {
        guard let first = tag.utf8.first, tag.utf8.count <= lengthLimit, isAlphanumeric(first) else { return false }
        return tag.utf8.allSatisfy { isAlphanumeric($0) || [0x2E, 0x5F, 0x2B, 0x2D].contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
}
