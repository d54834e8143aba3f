extension Message.Severity {
    /// Red, green and blue in a byte each; readable on light and dark grounds.
    var rgb: Int {
        switch self {
        case .news: 0x2F81F7
        case .good: 0x2EA44F
        case .neutral: 0x8B949E
        case .warning: 0xDAA038
        case .bad: 0xD73A49
        }
    }

    /// `#2ea44f`
    var colour: String {
        let digits = String(rgb, radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }
}
