/// One thing that is wrong with a configuration, or (as a warning) that is probably not meant.
///
/// Its texts never hold a secret: of what may be one only the type is named.
package struct ConfigProblem: Error, Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case syntax, unknownKey, duplicateKey, missingKey, wrongType, badValue
        /// A name that nothing in the file bears, such as that of an upstream.
        case unknownName
        /// Keys that exclude or need each other.
        case conflict
        /// A warning.
        case advice
    }

    package var kind: Kind
    /// A JSON path such as `$.upstreams.elabftw.minimumVersion`; `$` is the file.
    package var path: String
    package var position: JSONPosition
    /// A phrase, lower case; long values are cut.
    package var found: String
    package var expected: String?
    /// The nearest key or value where one is near, without quotes.
    package var suggestion: String?

    package init(
        kind: Kind, path: String, position: JSONPosition, found: String, expected: String? = nil,
        suggestion: String? = nil
    ) {
        self.kind = kind
        self.path = path
        self.position = position
        self.found = found
        self.expected = expected
        self.suggestion = suggestion
    }

    package var line: Int { position.line }
    package var column: Int { position.column }
}

extension ConfigProblem: CustomStringConvertible {
    /// One line, without the place in the file except for syntax errors, which have no path.
    package var description: String {
        let subject = path == "$" ? "the configuration" : path.hasPrefix("$.") ? String(path.dropFirst(2)) : path
        let hint = suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
        switch kind {
        case .syntax: return "line \(line), column \(column): \(found)"
        case .advice: return "\(subject): \(found)"
        case .unknownKey where suggestion != nil: return "\(subject): \(found)\(hint)"
        case .unknownKey, .missingKey, .duplicateKey:
            return "\(subject): \(found)" + (expected.map { "; expected \($0)" } ?? "")
        case .wrongType, .badValue, .unknownName, .conflict:
            return "\(subject): found \(found)" + (expected.map { ", expected \($0)" } ?? "") + hint
        }
    }
}

/// Everything that is wrong with a configuration, in the order of the file; never empty.
package struct ConfigError: Error, Sendable, Equatable {
    package var problems: [ConfigProblem]
    package var warnings: [ConfigProblem]
}

extension ConfigError: CustomStringConvertible {
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
