/// Metrics in the text format of Prometheus, version 0.0.4: families, each with its samples.
struct MetricsText {
    enum Kind: String { case gauge, counter, summary }

    typealias Labels = [(name: String, value: String)]

    private(set) var text = ""

    /// Characters of a label's value; what is untrusted may be long.
    private static let labelLimit = 200

    /// Begins a family: its samples follow. The name of a counter ends in `_total`, names of times and durations in their
    /// unit, as Prometheus' naming conventions say.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: Labels, _ value: some BinaryInteger) {
        text += name
        if !labels.isEmpty {
            var separator = "{"
            for (name, value) in labels {
                text += separator + name + "=\""
                append(value)
                text += "\""
                separator = ","
            }
            text += "}"
        }
        text += " \(value)\n"
    }

    /// The value of a label: a backslash, a quotation mark and a line break are escaped.
    private mutating func append(_ value: String) {
        let clean = value.cleanedLine(limit: Self.labelLimit)
        guard clean.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 }) else { return text += clean }
        for scalar in clean.unicodeScalars {
            if scalar == "\\" || scalar == "\"" { text.unicodeScalars.append("\\") }
            text.unicodeScalars.append(scalar)
        }
    }
}
