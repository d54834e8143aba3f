/// Reads one JSON text (RFC 8259) strictly: nothing before, nothing after, no trailing commas, UTF-8. What people write
/// may also have comments and begin with a byte order mark.
///
/// The text may be hostile: depth and size have limits, and nothing in it can trap.
package struct JSONReader {
    /// Levels of arrays and objects; the reader recurses, and the stack has an end.
    package static let depthLimit = 64
    /// Bytes; room for the configuration of 10 000 upstreams.
    package static let sizeLimit = 1_048_576

    let bytes: [UInt8]
    /// Whether `// …` and `/* … */` are read as space.
    let allowsComments: Bool
    var index = 0
    var line = 1
    /// Where this line begins.
    var lineStart = 0
    /// Bytes of this line that continue a character, so that columns count characters.
    var continuations = 0

    /// From a place in a text on; lines and columns are right from its beginning alone.
    init(_ bytes: [UInt8], at index: Int = 0, allowsComments: Bool = false) {
        self.bytes = bytes
        self.index = index
        self.allowsComments = allowsComments
    }

    /// The text's only value. Repeated names are kept and marked, not refused: what they mean is the caller's.
    ///
    /// A text that was `writtenByHand` may have comments, and the byte order mark that some editors put in front.
    package static func read(
        _ bytes: [UInt8], sizeLimit: Int = sizeLimit, writtenByHand: Bool = false
    ) throws(JSONSyntaxError) -> JSONNode {
        var reader = JSONReader(bytes, allowsComments: writtenByHand)
        guard bytes.count <= sizeLimit else {
            throw reader.error("the text has \(bytes.count) bytes, expected at most \(sizeLimit)")
        }
        if bytes.starts(with: byteOrderMark) {
            guard writtenByHand else { throw reader.error("found a byte order mark, expected UTF-8 without one") }
            reader.index = byteOrderMark.count
            reader.lineStart = byteOrderMark.count
        }
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
            throw reader.error("found UTF-16, expected UTF-8")
        }
        reader.skipSpace()
        guard reader.index < bytes.count else { throw reader.error("the text is empty, expected a value") }
        let node = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.index == bytes.count else {
            throw try reader.unexpected("the end of the text after the value")
        }
        return node
    }

    var position: JSONPosition { JSONPosition(line: line, column: index - lineStart - continuations + 1) }

    func error(_ reason: String, at position: JSONPosition? = nil) -> JSONSyntaxError {
        JSONSyntaxError(position: position ?? self.position, reason: reason)
    }

    mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0D: index += 1
            case 0x0A:
                index += 1
                line += 1
                lineStart = index
                continuations = 0
            case UInt8(ascii: "/") where allowsComments:
                guard skipComment() else { return }
            default: return
            }
        }
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// To the end of the comment that begins here; false, and nothing skipped, where none does or it does not end.
    private mutating func skipComment() -> Bool {
        let isLine = bytes[index...].starts(with: "//".utf8)
        guard isLine || bytes[index...].starts(with: "/*".utf8) else { return false }
        var end = index + 2
        if isLine {
            while end < bytes.count, bytes[end] != 0x0A { end += 1 }
        } else {
            while end + 1 < bytes.count, bytes[end] != UInt8(ascii: "*") || bytes[end + 1] != UInt8(ascii: "/") {
                end += 1
            }
            guard end + 1 < bytes.count else { return false }
            end += 2
        }
        while index < end {
            if bytes[index] == 0x0A {
                line += 1
                lineStart = index + 1
                continuations = 0
            } else if bytes[index] & 0xC0 == 0x80 {
                continuations += 1
            }
            index += 1
        }
        return true
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONNode {
        guard index < bytes.count else { throw error("the text ends, expected a value") }
        let position = position
        let content: JSONNode.Content
        switch bytes[index] {
        case UInt8(ascii: "{"): content = .object(try members(depth: depth + 1))
        case UInt8(ascii: "["): content = .array(try elements(depth: depth + 1))
        case UInt8(ascii: "\""): content = .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): content = .number(try number())
        case UInt8(ascii: "t") where skipWord("true"): content = .bool(true)
        case UInt8(ascii: "f") where skipWord("false"): content = .bool(false)
        case UInt8(ascii: "n") where skipWord("null"): content = .null
        default: throw try unexpected("a value")
        }
        return JSONNode(position: position, content: content)
    }

    private mutating func elements(depth: Int) throws(JSONSyntaxError) -> [JSONNode] {
        try open(depth)
        var found: [JSONNode] = []
        if skip(UInt8(ascii: "]")) { return found }
        while true {
            found.append(try value(depth: depth))
            skipSpace()
            if skip(UInt8(ascii: "]")) { return found }
            try comma(orElse: "]")
        }
    }

    private mutating func members(depth: Int) throws(JSONSyntaxError) -> [JSONNode.Member] {
        try open(depth)
        var found: [JSONNode.Member] = []
        var seen: [String: JSONPosition] = [:]
        if skip(UInt8(ascii: "}")) { return found }
        while true {
            let position = position
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                throw try unexpected("a key in double quotes")
            }
            let name = try string()
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw try unexpected("\":\" after the key") }
            skipSpace()
            let value = try value(depth: depth)
            let first =
                found.count < Self.smallObject
                ? found.first { $0.name == name }?.position : Self.first(name, in: found, &seen)
            found.append(JSONNode.Member(name: name, position: position, value: value, first: first))
            skipSpace()
            if skip(UInt8(ascii: "}")) { return found }
            try comma(orElse: "}")
        }
    }

    /// Up to so many members are compared one by one: quicker than a table for the objects that are usual.
    private static let smallObject = 8

    /// Where `name` stands first in `members`; `seen` takes in what has come since it was last asked.
    private static func first(
        _ name: String, in members: [JSONNode.Member], _ seen: inout [String: JSONPosition]
    ) -> JSONPosition? {
        if seen.isEmpty {
            for member in members where member.first == nil { seen[member.name] = member.position }
        } else if let last = members.last, last.first == nil {
            seen[last.name] = last.position
        }
        return seen[name]
    }

    private mutating func open(_ depth: Int) throws(JSONSyntaxError) {
        guard depth <= Self.depthLimit else {
            throw error("found more than \(Self.depthLimit) levels of arrays and objects")
        }
        index += 1
        skipSpace()
    }

    private mutating func comma(orElse close: String) throws(JSONSyntaxError) {
        let position = position
        guard skip(UInt8(ascii: ",")) else { throw try unexpected("\",\" or \"\(close)\"") }
        skipSpace()
        if index < bytes.count, bytes[index] == UInt8(ascii: "]") || bytes[index] == UInt8(ascii: "}") {
            throw error("found a comma before \"\(Unicode.Scalar(bytes[index]))\", expected none", at: position)
        }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipWord(_ word: String) -> Bool {
        let end = index + word.utf8.count
        guard bytes[index...].starts(with: word.utf8), end == bytes.count || !ASCII.isWord(bytes[end]) else {
            return false
        }
        index = end
        return true
    }
}
