/// Durations as the configuration writes them: a whole number and one of `s`, `m`, `h`, `d`.
package enum DurationText {
    /// A year and a day: longer is a slip, and every sum of two fits easily.
    package static let limit: Int64 = 366 * 86_400
    /// Digits; what fits cannot overflow.
    private static let digitLimit = 10

    private static let units: [(letter: Character, seconds: Int64)] = [
        ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
    ]

    /// Seconds; nil when it is not a duration. Not yet compared with any bound.
    package static func seconds(_ text: String) -> Int64? {
        guard let unit = units.first(where: { $0.letter == text.last }) else { return nil }
        let digits = text.utf8.dropLast()
        guard (1...digitLimit).contains(digits.count), digits.allSatisfy(ASCII.isDigit),
            digits.first != 0x30 || digits.count == 1, let number = Int64(text.dropLast())
        else { return nil }
        return number * unit.seconds
    }

    /// The shortest way to write it: `7200` is `2h`.
    package static func text(_ seconds: Int64) -> String {
        guard seconds != 0, let unit = units.first(where: { seconds % $0.seconds == 0 }) else { return "\(seconds)s" }
        return "\(seconds / unit.seconds)\(unit.letter)"
    }
}
