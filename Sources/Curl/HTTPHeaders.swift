/// The header fields of an answer in the order in which they came. Names are looked up without regard to case.
package struct HTTPHeaders: Sendable {
    package private(set) var fields: [(name: String, value: String)]

    package init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields
    }

    /// The first field of this name; the value is without white space at its ends.
    package subscript(name: String) -> String? {
        fields.first { Self.same($0.name, name) }?.value
    }

    /// Every field of this name, such as the several `Link` or `Set-Cookie` that a server may send.
    package func all(_ name: String) -> [String] {
        fields.filter { Self.same($0.name, name) }.map(\.value)
    }

    mutating func append(name: String, value: String) {
        fields.append((name, value))
    }

    /// A line that began with white space belongs to the field before it (RFC 9112, 5.2).
    mutating func continueLast(with text: String) {
        guard let last = fields.indices.last else { return }
        fields[last].value += (fields[last].value.isEmpty ? "" : " ") + text
    }

    /// ASCII case only: `lowercased()` would make a Kelvin sign equal to a `k`.
    static func same(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count
            && zip(one.utf8, other.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
    }
}

extension UInt8 {
    var asciiLowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
