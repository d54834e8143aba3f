/// What a tag says about its release: line, version, variant and stage.
///
/// Every tag with a number can be read. The order is that of a key of bytes, made when the tag is read, so it is total; it
/// means something within one line and variant.
package struct Version: Sendable {
    /// The text that was read.
    package let tag: String
    /// What stands before the version, `""` for nothing or `v`: `helm-`, `n8n@`, `cmd/builder/`.
    package private(set) var line: String
    /// Words behind the version that are no stage, in lower case: `java17`, `linux-amd64`.
    package let variant: String
    package let stage: Stage
    /// Where the version is in the tag, in bytes.
    private let range: Range<Int>
    /// Components, then suffixes: see `VersionKey`.
    private let key: VersionKey

    package enum Stage: UInt8, Sendable, Comparable {
        case dev = 1
        case alpha, beta, milestone, preview, candidate
        /// The release, and what is newer: patches and new packagings of it.
        case final

        package static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }

        package var name: String { self == .candidate ? "rc" : "\(self)" }
    }

    /// How a version counts. Numbers of two kinds do not compare: `20100825` is not above `7.4.1`.
    package enum Scheme: Sendable, Hashable {
        case parts
        /// One number: `b4567`, `v256`.
        case single
        /// Starts with a year: `2025.10.0`.
        case year
        /// Starts with a whole date: `20260818.277`.
        case date
    }

    package init?(_ tag: String) {
        guard let bytes = TagBytes(tag), let start = VersionStart(bytes).find() else { return nil }
        var reader = VersionReader(bytes, start)
        reader.read()
        self.tag = tag
        line = LineName.text(bytes, upTo: start)
        variant = reader.variant
        stage = reader.stage ?? LineName.stage(bytes, upTo: start) ?? .final
        range = start..<reader.end
        key = reader.key
    }

    /// The version that the configuration cuts out of a tag: of no line, because the tag was selected.
    package init?(stated text: String) {
        self.init(text)
        line = ""
    }

    /// What a tag says under which one digest follows the other: they are ordered by when they were seen, so no one is
    /// higher. The whole of it is the version.
    package init(ofDigestAt tag: String) {
        self.tag = tag
        line = ""
        variant = ""
        stage = .final
        range = 0..<tag.utf8.count
        key = VersionKey()
    }

    /// The tag without its line and without `+build`.
    package var text: String {
        String(decoding: tag.utf8.dropFirst(range.lowerBound).prefix(range.count), as: UTF8.self)
    }

    package var isPrerelease: Bool { stage < .final }
    package var major: String { key.component(0) }
    package var minor: String { key.component(1) }
    package var scheme: Scheme { key.scheme }
    /// Equal for all stages, packagings and builds of one version.
    package var components: ArraySlice<UInt8> { key.components }

    /// The first number; nothing when it is longer than 18 digits.
    package var majorNumber: Int? { major.utf8.count <= 18 ? Int(major) : nil }

    /// Which number differs from another version of the same line.
    package func level(from other: Version) -> Level {
        major != other.major ? .major : minor != other.minor ? .minor : .patch
    }

    /// How much a release changes.
    package enum Level: String, Sendable, Hashable, CaseIterable {
        case major, minor, patch
    }
}

extension Version: Comparable {
    package static func == (left: Version, right: Version) -> Bool { left.key.bytes == right.key.bytes }

    package static func < (left: Version, right: Version) -> Bool {
        left.key.bytes.lexicographicallyPrecedes(right.key.bytes)
    }
}
