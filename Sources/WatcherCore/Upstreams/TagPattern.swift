/// The regular expressions of `include` and `exclude`.
package enum TagPattern {
    /// Characters; the compiler recurses, and a tag has 128 at most.
    package static let lengthLimit = 500
    /// `[`, which the compiler nests without a limit of its own.
    package static let classLimit = 50

    /// Why a pattern cannot be used, as a phrase after "expected"; nil when it compiles.
    package static func objection(to pattern: String) -> String? {
        if pattern.isEmpty { return "a regular expression" }
        if pattern.unicodeScalars.count > lengthLimit { return "at most \(lengthLimit) characters" }
        if pattern.utf8.count(where: { $0 == UInt8(ascii: "[") }) > classLimit { return "at most \(classLimit) \"[\"" }
        do {
            _ = try Regex(pattern).wholeMatch(in: "")
            return nil
        } catch {
            let reason = String(describing: error).prefix { !$0.isNewline }
            return "a regular expression (\(reason))"
        }
    }

    /// Whether the whole tag matches; false for a pattern that does not compile, which no `Config` holds.
    package static func matches(_ pattern: String, tag: String) -> Bool {
        (try? Regex(pattern).wholeMatch(in: tag)) != nil
    }
}
