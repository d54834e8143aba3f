/// Escapes untrusted text for one markup language.
///
/// It works on single scalars: a `*` with an accent on it is still a `*` to a parser.
struct Escaping: Sendable {
    /// What a scalar becomes; all others stay.
    let replacements: [Unicode.Scalar: String]
    /// Whether `_` between letters or digits is never markup, and is kept (`8_10_0`).
    var keepsInnerUnderscore = false

    /// Separates a character from what follows: invisible, and no word character in any mention pattern.
    static let gap = "\u{200B}"

    /// Puts a gap behind each of these.
    static func gaps(_ scalars: String) -> [Unicode.Scalar: String] {
        Dictionary(uniqueKeysWithValues: scalars.unicodeScalars.map { ($0, String($0) + gap) })
    }

    /// Similar characters for those of bold, struck or code text, for markup without an escape. A gap is not enough:
    /// most parsers take it for an ordinary character, and `*` before it still begins bold text.
    static let likenesses: [Unicode.Scalar: String] = [
        "*": "\u{2217}", "_": "\u{FF3F}", "~": "\u{223C}", "`": "\u{2CB}", "|": "\u{A6}",
    ]

    /// For the text and the attributes of HTML.
    static let html = Escaping(
        replacements: ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;"].merging(gaps("@")) { $1 })

    /// Puts a backslash before each of these.
    static func backslashes(_ scalars: String) -> [Unicode.Scalar: String] {
        Dictionary(uniqueKeysWithValues: scalars.unicodeScalars.map { ($0, "\\" + String($0)) })
    }

    func callAsFunction(_ text: String) -> String {
        var result = ""
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            if scalar == "_", keepsInnerUnderscore, index > 0, index + 1 < scalars.count,
                Self.isWord(scalars[index - 1]), Self.isWord(scalars[index + 1])
            {
                result += "_"
            } else if let replacement = replacements[scalar] {
                result += replacement
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The escaped text when it has at most `limit` UTF-16 units, else the longest beginning that has, escaped, with the
    /// mark of a cut.
    func callAsFunction(_ text: String, limit: Int) -> String {
        self(text.cut(to: limit) { character in self(String(character)).utf16.count })
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
