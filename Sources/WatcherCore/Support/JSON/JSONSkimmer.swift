/// Goes through a JSON text from front to back and takes out of it what is asked for, without a tree in between.
///
/// For texts that are large, come often and are nearly always of one known shape: our own state, GitHub's lists. It
/// gives up (`Unknown`) at whatever it does not understand, well-formed or not; then a complete reader has to look, which
/// also has the words for what is wrong. Of what it skips only the structure is checked.
package struct JSONSkimmer {
    /// Not as expected; it may be right all the same.
    package struct Unknown: Error {
        package init() {}
    }

    /// Levels that it steps into; it recurses, and the stack has an end.
    private static let depthLimit = 64

    package let bytes: [UInt8]
    package private(set) var index = 0
    /// Whether the next member is the first of its object.
    private var isFirst = true

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    // MARK: - Objects and arrays

    package mutating func open() throws(Unknown) {
        try expect(0x7B)
        isFirst = true
    }

    /// Takes the end of an object when it is there.
    package mutating func close() throws(Unknown) -> Bool {
        guard try skip(0x7D) else { return false }
        isFirst = false
        return true
    }

    /// The next key of the object, with its colon: where it stands in the text, plain ASCII. Nil at the object's end,
    /// which is taken.
    package mutating func nextKey() throws(Unknown) -> Range<Int>? {
        if try close() { return nil }
        if !isFirst { try expect(0x2C) }
        isFirst = false
        try expect(0x22)
        let start = index
        let plain = bytes.endOfPlain(from: start)
        // A key in another spelling may be one that is looked for.
        guard plain.isASCII, plain.end < bytes.count, bytes[plain.end] == 0x22 else { throw Unknown() }
        index = plain.end + 1
        try expect(0x3A)
        return start..<plain.end
    }

    /// Whether these bytes stand there.
    package func isText(_ text: String, at range: Range<Int>) -> Bool {
        guard range.count == text.utf8.count else { return false }
        var place = range.lowerBound
        for byte in text.utf8 {
            guard bytes[place] == byte else { return false }
            place &+= 1
        }
        return true
    }

    /// Takes a key and its colon when that key is the next, and nothing stands between the parts: as we write them.
    mutating func key(_ name: String) -> Bool {
        let start = index + (isFirst ? 1 : 2)
        let end = start + name.utf8.count
        guard end + 1 < bytes.count, bytes[end] == 0x22, bytes[end + 1] == 0x3A, bytes[start - 1] == 0x22,
            isFirst || bytes[index] == 0x2C, isText(name, at: start..<end)
        else { return false }
        index = end + 2
        isFirst = false
        return true
    }

    package mutating func list<Element>(
        _ element: (inout JSONSkimmer) throws(Unknown) -> Element
    ) throws(Unknown) -> [Element] {
        try expect(0x5B)
        var found: [Element] = []
        while try !skip(0x5D) {
            if !found.isEmpty { try expect(0x2C) }
            found.append(try element(&self))
        }
        isFirst = false
        return found
    }

    /// To be called last: nothing may follow.
    package mutating func end() throws(Unknown) {
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
        guard index == bytes.count else { throw Unknown() }
    }

    // MARK: - Scalars

    /// A string, which has to be UTF-8.
    package mutating func string() throws(Unknown) -> String {
        try expect(0x22)
        let start = index
        let plain = bytes.endOfPlain(from: start)
        index = plain.end
        guard index < bytes.count else { throw Unknown() }
        if bytes[index] == 0x22 {
            defer { index += 1 }
            if plain.isASCII { return String(decoding: bytes[start..<index], as: UTF8.self) }
            return try Self.needed(String(validating: bytes[start..<index], as: UTF8.self))
        }
        // Escapes are rare, and the complete reader knows them.
        var reader = JSONReader(bytes, at: start - 1)
        do throws(JSONSyntaxError) {
            defer { index = reader.index }
            return try reader.string()
        } catch {
            throw Unknown()
        }
    }

    /// A string, or nil for `null`.
    /// Whether a string comes next.
    var isString: Bool { index < bytes.count && bytes[index] == 0x22 }

    package mutating func stringOrNull() throws(Unknown) -> String? {
        try skipSpace()
        return skipText("null") ? nil : try string()
    }

    package mutating func flag() throws(Unknown) -> Bool {
        try skipSpace()
        if skipText("true") { return true }
        if skipText("false") { return false }
        throw Unknown()
    }

    /// A whole number as computers write it: no exponent, no point, no zero in front.
    package mutating func integer() throws(Unknown) -> Int64 {
        let isNegative = try skip(0x2D)
        let start = index
        var value: Int64 = 0
        while index < bytes.count, ASCII.isDigit(bytes[index]) {
            // Counted below zero, where there is one more.
            let (product, isTooFar) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = product.subtractingReportingOverflow(Int64(bytes[index] - 0x30))
            guard !isTooFar, !isOver else { throw Unknown() }
            value = sum
            index += 1
        }
        guard index > start, bytes[start] != 0x30 || index == start + 1 && !isNegative, isNegative || value != .min
        else { throw Unknown() }
        return isNegative ? value : -value
    }

    mutating func time() throws(Unknown) -> Timestamp {
        try expect(0x22)
        let start = index
        try skipString()
        return try Self.needed(Timestamp(utf8: bytes.span.extracting(start..<index - 1)))
    }

    // MARK: - What is not wanted

    package mutating func skipValue() throws(Unknown) { try skipValue(depth: 0) }

    private mutating func skipValue(depth: Int) throws(Unknown) {
        guard depth < Self.depthLimit else { throw Unknown() }
        try skipSpace()
        switch bytes[index] {
        case 0x22:
            index += 1
            try skipString()
        case 0x7B:
            try open()
            while try nextKey() != nil { try skipValue(depth: depth + 1) }
        case 0x5B:
            index += 1
            var isFirst = true
            while try !skip(0x5D) {
                if !isFirst { try expect(0x2C) }
                isFirst = false
                try skipValue(depth: depth + 1)
            }
        default:
            guard skipText("true") || skipText("false") || skipText("null") || skipNumber() else { throw Unknown() }
        }
    }

    private mutating func skipNumber() -> Bool {
        let start = index
        while index < bytes.count, ASCII.isDigit(bytes[index]) || "+-.eE".utf8.contains(bytes[index]) { index += 1 }
        return index > start
    }

    /// To behind the closing quote; `index` stands behind the opening one.
    private mutating func skipString() throws(Unknown) {
        while true {
            index = bytes.endOfPlain(from: index).end
            guard index < bytes.count else { throw Unknown() }
            switch bytes[index] {
            case 0x22:
                index += 1
                return
            case 0x5C: index += 2
            default: throw Unknown()
            }
        }
    }
}

// MARK: - Parts

extension JSONSkimmer {
    static func needed<Value>(_ value: Value?) throws(Unknown) -> Value {
        guard let value else { throw Unknown() }
        return value
    }

    private mutating func expect(_ byte: UInt8) throws(Unknown) {
        guard try skip(byte) else { throw Unknown() }
    }

    @inline(__always)
    private mutating func skip(_ byte: UInt8) throws(Unknown) -> Bool {
        // There is seldom any space.
        if index < bytes.count, bytes[index] > 0x20 {
            guard bytes[index] == byte else { return false }
            index &+= 1
            return true
        }
        try skipSpace()
        guard bytes[index] == byte else { return false }
        index += 1
        return true
    }

    /// Takes these bytes when they come next.
    private mutating func skipText(_ text: String) -> Bool {
        let end = index + text.utf8.count
        guard end <= bytes.count, isText(text, at: index..<end) else { return false }
        index = end
        return true
    }

    /// To the next part, which there must be.
    private mutating func skipSpace() throws(Unknown) {
        while true {
            guard index < bytes.count else { throw Unknown() }
            guard bytes[index] <= 0x20, Self.isSpace(bytes[index]) else { return }
            index += 1
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
}
