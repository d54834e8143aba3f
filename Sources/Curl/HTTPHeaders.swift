/// The header fields of an answer in the order in which they came. Names are looked up without regard to case.
///
/// Kept as the bytes that came, one after the other, and made text of when asked for: GitHub sends thirty fields with
/// each answer, of which nine are read.
package struct HTTPHeaders: Sendable {
    private struct Place {
        var nameStart: Int
        var nameEnd: Int
        var valueStart: Int
        var valueEnd: Int
    }

    private var bytes: [UInt8] = []
    private var places: [Place] = []

    package init(_ fields: [(name: String, value: String)] = []) {
        for (name, value) in fields { append(name: name.utf8, value: value.utf8) }
    }

    package var fields: [(name: String, value: String)] {
        places.map { (text($0.nameStart..<$0.nameEnd), text($0.valueStart..<$0.valueEnd)) }
    }

    /// The first field of this name; the value is without white space at its ends.
    package subscript(name: String) -> String? {
        places.first { isNamed($0, name.utf8) }.map { text($0.valueStart..<$0.valueEnd) }
    }

    /// Every field of this name, such as the several `Link` or `Set-Cookie` that a server may send.
    package func all(_ name: String) -> [String] {
        places.filter { isNamed($0, name.utf8) }.map { text($0.valueStart..<$0.valueEnd) }
    }

    mutating func append(name: some Collection<UInt8>, value: some Collection<UInt8>) {
        let start = bytes.count
        bytes.append(contentsOf: name)
        let middle = bytes.count
        bytes.append(contentsOf: value)
        places.append(Place(nameStart: start, nameEnd: middle, valueStart: middle, valueEnd: bytes.count))
    }

    /// A line as it came, with the places of the field's name and value in it.
    mutating func append(_ line: UnsafeBufferPointer<UInt8>, name: Range<Int>, value: Range<Int>) {
        if bytes.isEmpty {
            bytes.reserveCapacity(Self.usualSize)
            places.reserveCapacity(Self.usualCount)
        }
        let start = bytes.count
        unsafe bytes.append(contentsOf: line)
        places.append(
            Place(
                nameStart: start + name.lowerBound, nameEnd: start + name.upperBound,
                valueStart: start + value.lowerBound, valueEnd: start + value.upperBound))
    }

    /// A line that began with white space belongs to the field before it (RFC 9112, 5.2).
    mutating func continueLast(with text: some Collection<UInt8>) {
        guard let last = places.indices.last else { return }
        // The end of its own line, which is the last that came.
        bytes.removeLast(bytes.count - places[last].valueEnd)
        if places[last].valueStart < places[last].valueEnd { bytes.append(0x20) }
        bytes.append(contentsOf: text)
        places[last].valueEnd = bytes.count
    }

    /// ASCII case only: `lowercased()` would make a Kelvin sign equal to a `k`.
    static func same(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count
            && zip(one.utf8, other.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
    }

    /// Room for what GitHub sends, so that nothing is moved while it comes.
    private static let usualSize = 2048
    private static let usualCount = 32

    private func isNamed(_ place: Place, _ name: String.UTF8View) -> Bool {
        guard place.nameEnd - place.nameStart == name.count else { return false }
        var index = place.nameStart
        for byte in name {
            guard bytes[index].asciiLowercased == byte.asciiLowercased else { return false }
            index += 1
        }
        return true
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

extension UInt8 {
    var asciiLowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
