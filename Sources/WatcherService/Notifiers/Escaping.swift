import WatcherCore

/// How foreign text is made to stand for itself in one markup.
///
/// It works on single scalars: to a receiver's pattern a `*` is one also with an accent on it.
struct Escaping: Sendable {
    /// What a scalar becomes; all others stay.
    let replacements: [Unicode.Scalar: String]
    /// Whether `_` between letters or digits is text there anyway, and stays as it is (`8_10_0`).
    var keepsInnerUnderscore = false

    /// Goes behind a character to part it from what follows: invisible, and no word character to any mention pattern.
    static let gap = "\u{200B}"

    /// Puts a gap behind each of these.
    static func gaps(_ scalars: String) -> [Unicode.Scalar: String] {
        Dictionary(uniqueKeysWithValues: scalars.unicodeScalars.map { ($0, String($0) + gap) })
    }

    /// Characters that look like those that make text bold, struck or code, for markups that have no escape. A gap does
    /// not do: to most of them it is a character like any other, and `*` before it still begins bold text.
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

    /// The escaped text when it measures at most `limit` UTF-16 units, else the escaped longest beginning that does,
    /// with its mark.
    func callAsFunction(_ text: String, limit: Int) -> String {
        self(text.cut(to: limit) { character in self(String(character)).utf16.count })
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
