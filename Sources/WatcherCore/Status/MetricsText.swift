/// Metrics in the text format of Prometheus, version 0.0.4: families, each with its samples.
struct MetricsText {
    enum Kind: String { case gauge, counter, summary }

    typealias Labels = [(name: String, value: String)]

    private var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Begins a family: its samples follow. The name of a counter ends in `_total`, names of times and durations in their
    /// unit, as Prometheus' naming conventions say.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        bytes.append(contentsOf: "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n".utf8)
    }

    mutating func sample(_ name: String, _ labels: Labels, _ value: some BinaryInteger) {
        sample(name, RenderedLabels(labels), Int64(clamping: value))
    }

    /// The same, for labels that are those of several families.
    mutating func sample(_ name: String, _ labels: RenderedLabels, _ value: Int64) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: labels.bytes)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: String(value).utf8)
        bytes.append(0x0A)
    }

    /// Labels as they stand in a line, in braces; empty where there are none.
    struct RenderedLabels {
        fileprivate var bytes: [UInt8] = []

        init(_ labels: Labels) {
            guard !labels.isEmpty else { return }
            var separator = UInt8(ascii: "{")
            for (name, value) in labels {
                bytes.append(separator)
                bytes.append(contentsOf: name.utf8)
                bytes.append(UInt8(ascii: "="))
                bytes.append(quote)
                append(value)
                bytes.append(quote)
                separator = UInt8(ascii: ",")
            }
            bytes.append(UInt8(ascii: "}"))
        }

        /// The value of a label: a backslash, a quotation mark and a line break are escaped.
        private mutating func append(_ value: String) {
            let clean = value.cleanedLine(limit: labelLimit)
            guard clean.utf8.contains(where: Self.isEscaped) else { return bytes.append(contentsOf: clean.utf8) }
            for byte in clean.utf8 {
                if Self.isEscaped(byte) { bytes.append(backslash) }
                bytes.append(byte)
            }
        }

        private static func isEscaped(_ byte: UInt8) -> Bool { byte == quote || byte == backslash }
    }
}

private let quote = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")
/// Characters of a label's value; what is untrusted may be long.
private let labelLimit = 200
