/// How a value from the file appears in a problem: short, on one line, and without what may be a secret.
enum Redaction {
    /// Characters of a value; more is cut.
    static let lengthLimit = 60

    /// The text in double quotes, cut and escaped. Of a URL only scheme and host; of a token nothing.
    static func text(_ text: String) -> String {
        if isToken(text) { return "a string that looks like a token" }
        if text.contains("://") {
            if let address = WebAddress(text), !address.hasUser {
                return address.hasMore ? "\"\(address.origin)/…\"" : "\"\(address.origin)\""
            }
            let scheme = Substring(text.utf8.prefix(while: ASCII.isWord))
            return scheme.utf8.count <= longestScheme ? "\"\(scheme)://…\"" : "a URL"
        }
        var shown = "\""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            guard count < lengthLimit else { return shown + "…\"" }
            shown += character(scalar)
        }
        return shown + "\""
    }

    /// Whether `text` shows less than there is.
    static func isPrivate(_ text: String) -> Bool { isToken(text) || text.contains("://") }

    /// `"a", "b" or "c"`.
    static func alternatives(_ words: [String]) -> String {
        let quoted = words.map { "\"\($0)\"" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "nothing" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }

    private static func character(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"", "\\": return "\\\(scalar)"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case " "..."~": return String(scalar)
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator, .nonspacingMark, .enclosingMark, .spacingMark:
            return "\\u{\(String(scalar.value, radix: 16))}"
        default: return String(scalar)
        }
    }

    /// The marks that services put on their tokens, so that one pasted into the wrong place is not shown.
    private static func isToken(_ text: String) -> Bool {
        ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "whsec_", "eyJ", "syt_"]
            .contains { text.hasPrefix($0) } && text.utf8.count >= shortestToken
    }

    private static let shortestToken = 16
    private static let longestScheme = 10
}
