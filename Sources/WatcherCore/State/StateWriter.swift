/// Writes what the state remembers of upstreams: compact JSON, keys in the order of the alphabet, no key without a value
/// or with the usual one. The same as `JSONEncoder` writes with sorted keys and slashes as they are.
struct StateWriter: StateMembers {
    var bytes: [UInt8] = []
    private var needsComma = false

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func optional<Value: StateValue>(_ name: String, _ value: inout Value?) {
        if let value { member(name) { value.write(&$0) } }
    }

    mutating func needed<Value: StateValue>(_ name: String, _ value: inout Value) {
        member(name) { value.write(&$0) }
    }

    // MARK: - Parts

    mutating func object(_ members: (inout StateWriter) -> Void) { within("{", "}", members) }

    mutating func list(_ items: (inout StateWriter) -> Void) { within("[", "]", items) }

    private mutating func within(_ open: String, _ close: String, _ body: (inout StateWriter) -> Void) {
        raw(open)
        needsComma = false
        body(&self)
        raw(close)
        needsComma = true
    }

    mutating func item(_ write: (inout StateWriter) -> Void) {
        if needsComma { bytes.append(0x2C) }
        needsComma = true
        write(&self)
    }

    /// The name is ASCII without anything to escape, or one that `text` escapes.
    mutating func member(_ name: String, _ write: (inout StateWriter) -> Void) {
        item {
            $0.text(name)
            $0.bytes.append(0x3A)
            write(&$0)
        }
    }

    mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Bytes in quotes, with nothing to escape.
    mutating func quoted(_ append: (inout [UInt8]) -> Void) {
        bytes.append(0x22)
        append(&bytes)
        bytes.append(0x22)
    }

    /// A string in its quotes.
    mutating func text(_ text: String) {
        bytes.append(0x22)
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        if bytes[start...].contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) {
            bytes.removeLast(bytes.count - start)
            for byte in text.utf8 { escape(byte) }
        }
        bytes.append(0x22)
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 0x22, 0x5C: bytes.append(contentsOf: [0x5C, byte])
        case 0x08: raw("\\b")
        case 0x09: raw("\\t")
        case 0x0A: raw("\\n")
        case 0x0C: raw("\\f")
        case 0x0D: raw("\\r")
        case 0..<0x20: raw((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16))
        default: bytes.append(byte)
        }
    }
}
