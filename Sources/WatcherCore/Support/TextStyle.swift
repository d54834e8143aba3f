/// Colours of a terminal, or none.
package struct TextStyle: Sendable, Equatable {
    package enum Tone: String, Sendable {
        case plain = ""
        case heading = "1"
        case muted = "2"
        case alarm = "1;31"
        case bad = "31"
        case good = "32"
        case warning = "33"
        case hint = "36"
    }

    package static let plain = TextStyle(usesColor: false)

    package var usesColor: Bool

    package init(usesColor: Bool) { self.usesColor = usesColor }

    /// The text in that tone. It is measured and cleaned before: what is added here moves no cursor.
    package func paint(_ text: String, _ tone: Tone) -> String {
        usesColor && tone != .plain && !text.isEmpty ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// `--color`: when colours are used.
package enum ColorChoice: String, Sendable, CaseIterable {
    case auto, always, never

    /// `NO_COLOR` (https://no-color.org) and a `TERM` that has none count where nobody chose.
    package func usesColor(isTerminal: Bool, environment: [String: String]) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto:
            isTerminal && environment["NO_COLOR", default: ""].isEmpty
                && !["", "dumb"].contains(environment["TERM", default: ""])
        }
    }
}
