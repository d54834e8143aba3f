/// Durations as the configuration writes them: `90s`, `5min`, `1h30m`, `1w`. Whole numbers with a unit each, the larger
/// unit first.
package enum DurationText {
    /// A year and a day: longer is a slip, and every sum of two fits easily.
    package static let limit: Int64 = 366 * 86_400
    /// Digits; what fits cannot overflow.
    private static let digitLimit = 10

    /// The larger first. `m` and `min` are one unit.
    private static let units: [(names: [String], seconds: Int64)] = [
        (["w"], 604_800), (["d"], 86_400), (["h"], 3_600), (["m", "min"], 60), (["s"], 1),
    ]

    /// A JSON Schema pattern of what `seconds` reads.
    static let pattern = "^(?=.)" + units.map { "(\(number)\(unit($0.names)))?" }.joined() + "$"
    /// The same without what is 0.
    static let positivePattern = "^(?=.*[1-9])" + pattern.dropFirst("^(?=.)".count)

    private static let number = "(0|[1-9][0-9]{0,9})"
    private static func unit(_ names: [String]) -> String {
        names.count == 1 ? names[0] : "(" + names.joined(separator: "|") + ")"
    }

    /// Seconds; nil when it is not a duration. Not yet compared with any bound.
    package static func seconds(_ text: String) -> Int64? {
        var (sum, rest, larger) = (Int64(0), text[...], Int64.max)
        repeat {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let name = rest.dropFirst(digits.count).prefix { $0.isASCII && $0.isLetter }
            guard (1...digitLimit).contains(digits.count), digits.first != "0" || digits.count == 1,
                let number = Int64(digits),
                let unit = units.first(where: { $0.names.contains(String(name)) }), unit.seconds < larger
            else { return nil }
            sum += number * unit.seconds
            larger = unit.seconds
            rest = rest.dropFirst(digits.count + name.count)
        } while !rest.isEmpty
        return sum
    }

    /// How a duration in other words would be written: `2 minutes` is `2min`.
    static func meant(by text: String) -> String? {
        guard text.utf8.count <= 40 else { return nil }
        let words = [
            "week": "w", "day": "d", "hour": "h", "hr": "h", "minute": "min", "min": "min", "second": "s", "sec": "s",
        ]
        var (result, rest) = ("", text.lowercased().filter { $0 != " " }[...])
        while !rest.isEmpty {
            let digits = rest.prefix { !$0.isLetter }
            let name = rest.dropFirst(digits.count).prefix { $0.isLetter }
            rest = rest.dropFirst(digits.count + name.count)
            let singular = name.count > 1 && name.hasSuffix("s") ? name.dropLast() : name
            result += digits + (words[String(singular)] ?? String(name))
        }
        return result != text && seconds(result) != nil ? result : nil
    }

    /// The shortest way to write it: `7200` is `2h`.
    package static func text(_ seconds: Int64) -> String {
        guard seconds != 0, let unit = units.dropFirst().first(where: { seconds % $0.seconds == 0 }) else {
            return "\(seconds)s"
        }
        return "\(seconds / unit.seconds)\(unit.names[0])"
    }
}
