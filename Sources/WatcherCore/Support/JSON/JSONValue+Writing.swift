extension JSONValue {
    package enum Layout: Sendable {
        /// One line, members in their order: for bodies that are signed and sent.
        case compact
        /// For people and their diffs: two spaces a level, members sorted by name, arrays of scalars on one line, and
        /// a line break at the end.
        case pretty
    }

    /// The value as UTF-8. The same value gives the same bytes, always.
    package func utf8(_ layout: Layout = .compact) -> [UInt8] {
        var writer = Writer(layout: layout)
        writer.write(self, level: 0)
        if layout == .pretty { writer.bytes.append(UInt8(ascii: "\n")) }
        return writer.bytes
    }

    /// The value as text; see `utf8(_:)`.
    package func text(_ layout: Layout = .compact) -> String { String(decoding: utf8(layout), as: UTF8.self) }

    private struct Writer {
        let layout: Layout
        var bytes: [UInt8] = []

        init(layout: Layout) { self.layout = layout }

        mutating func write(_ value: JSONValue, level: Int) {
            switch value {
            case .null: bytes.append(contentsOf: "null".utf8)
            case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
            case .number(let text): bytes.append(contentsOf: text.utf8)
            case .string(let text): write(text)
            case .array(let elements): write(elements, level: level)
            case .object(let members): write(members, level: level)
            }
        }

        private mutating func write(_ elements: [JSONValue], level: Int) {
            let oneLine = layout == .compact || elements.allSatisfy(\.isScalar)
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                if !oneLine {
                    breakLine(level + 1)
                } else if index > 0, layout == .pretty {
                    bytes.append(UInt8(ascii: " "))
                }
                write(element, level: level + 1)
            }
            if !oneLine { breakLine(level) }
            bytes.append(UInt8(ascii: "]"))
        }

        private mutating func write(_ members: [Member], level: Int) {
            let pretty = layout == .pretty && !members.isEmpty
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in (pretty ? members.sorted { $0.name < $1.name } : members).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                if pretty { breakLine(level + 1) }
                write(member.name)
                bytes.append(UInt8(ascii: ":"))
                if pretty { bytes.append(UInt8(ascii: " ")) }
                write(member.value, level: level + 1)
            }
            if pretty { breakLine(level) }
            bytes.append(UInt8(ascii: "}"))
        }

        private mutating func breakLine(_ level: Int) {
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: level * 2))
        }

        private mutating func write(_ text: String) {
            bytes.append(UInt8(ascii: "\""))
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
                case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
                case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
                case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
                case 0..<0x20:
                    bytes.append(contentsOf: (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8)
                    bytes.append(contentsOf: String(byte, radix: 16).utf8)
                default: bytes.append(byte)
                }
            }
            bytes.append(UInt8(ascii: "\""))
        }
    }
}
