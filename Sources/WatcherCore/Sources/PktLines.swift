/// Git's framing of a response (gitprotocol-common): each line with its own length in front, in four hexadecimal digits.
struct PktLines {
    enum Line: Equatable {
        case data(ArraySlice<UInt8>)
        /// `0000`.
        case flush
        /// `0001` and `0002`, which end a section or a response of protocol version 2.
        case delimiter
    }

    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The response breaks the framing, or ends within a line.
    struct Malformed: Error {}

    /// Nil at the end.
    mutating func next() throws(Malformed) -> Line? {
        guard index < bytes.count else { return nil }
        guard index + 4 <= bytes.count else { throw Malformed() }
        var length = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Self.digit(byte) else { throw Malformed() }
            length = length << 4 | digit
        }
        switch length {
        case 0:
            index += 4
            return .flush
        case 1, 2:
            index += 4
            return .delimiter
        case 3: throw Malformed()
        default:
            guard index + length <= bytes.count else { throw Malformed() }
            var line = bytes[index + 4..<index + length]
            index += length
            if line.last == 0x0A { line.removeLast() }
            return .data(line)
        }
    }

    private static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte - 0x30)
        case 0x61...0x66: Int(byte - 0x61 + 10)
        case 0x41...0x46: Int(byte - 0x41 + 10)
        default: nil
        }
    }

    /// A request: lines, or nil for the delimiter; ends with a flush.
    static func request(_ lines: [String?]) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            guard let line else {
                bytes += Array("0001".utf8)
                continue
            }
            let length = String(line.utf8.count + 5, radix: 16)
            bytes += Array((String(repeating: "0", count: max(4 - length.count, 0)) + length + line + "\n").utf8)
        }
        return bytes + Array("0000".utf8)
    }
}
