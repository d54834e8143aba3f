/// A regular expression of `include` or `exclude`, for whole tags.
package final class TagPattern {
    package enum Match: Sendable, Equatable {
        /// With what the group named `version` matched, where the pattern has one.
        case whole(version: String?)
        case different
        /// The limit was reached: nobody knows.
        case overLimit
    }

    /// Characters of a pattern.
    package static let lengthLimit = 500
    /// Steps of one match: some milliseconds. Ordinary patterns take a few hundred for a tag.
    private static let stepLimit: UInt32 = 100_000
    /// Matches of one pattern that may reach the limit; then no more are tried, so that a long list of tags ends too.
    private static let overLimitLimit = 16

    private let pattern: CompiledPattern
    private var overLimit = 0

    /// Nil when it does not compile, which no pattern of a `Config` does.
    package init?(_ pattern: String) {
        guard let compiled = try? Self.compile(pattern) else { return nil }
        self.pattern = compiled
    }

    private static func compile(_ pattern: String) throws(CompiledPattern.Objection) -> CompiledPattern {
        try CompiledPattern(pattern, isWhole: true, stepLimit: stepLimit)
    }

    /// Whether the whole tag matches.
    package func match(_ tag: String) -> Match {
        guard overLimit < Self.overLimitLimit else { return .overLimit }
        switch pattern.match(Array(tag.utf8), versionLimit: tag.utf8.count) {
        case .none: return .different
        case .found(_, let version): return .whole(version: version)
        case .overLimit:
            overLimit += 1
            return .overLimit
        }
    }

    /// Why a pattern cannot be used, as a phrase after "expected"; nil when it compiles.
    package static func objection(to pattern: String) -> String? {
        if pattern.isEmpty { return "a regular expression" }
        if pattern.unicodeScalars.count > lengthLimit { return "at most \(lengthLimit) characters" }
        do throws(CompiledPattern.Objection) {
            _ = try compile(pattern)
            return nil
        } catch {
            return "a regular expression (\(error.text))"
        }
    }

    /// A character that the pattern asks for and that no tag has (`Tag.isSafe`), as far as that shows without reading
    /// regular expressions: outside of classes, groups' marks and repetitions.
    static func impossibleCharacter(in pattern: String) -> Unicode.Scalar? {
        guard !pattern.contains("(?x") else { return nil }
        var rest = pattern.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\": _ = rest.popFirst()
            case "[": rest = rest.dropFirst().drop { $0 != "]" }.dropFirst()
            case "{": rest = rest.drop { $0 != "}" }.dropFirst()
            case " ", "\"", "'", "%", "&", ",", ";", "`": return scalar
            case _ where !scalar.isASCII: return scalar
            default: break
            }
        }
        return nil
    }
}
