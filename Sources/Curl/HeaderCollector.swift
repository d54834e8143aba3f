/// Reads header lines as libcurl hands them over and keeps those of the answer alone.
///
/// Through the same callback come, in this order: any number of `1xx` answers, the answer's own lines, and after the
/// body the trailers. A block ends with an empty line; the first block with another status than `1xx` is the answer's.
struct HeaderCollector {
    /// Lines of one exchange, interim answers and trailers included. GitHub sends about 30.
    static let lineLimit = 1000
    /// Bytes of one exchange's lines. libcurl takes no single line above 100 KiB by itself.
    static let byteLimit = 100 * 1024

    private(set) var headers = HTTPHeaders()
    private(set) var status = 0
    private(set) var version = ""
    /// The answer's own block has been read to its end.
    private(set) var isComplete = false
    private var lines = 0
    private var bytes = 0

    /// Takes one line with its end. False: a limit is reached, nothing more may come.
    mutating func take(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        lines += 1
        bytes += line.count
        guard lines <= Self.lineLimit, bytes <= Self.byteLimit else { return false }
        guard !isComplete else { return true }
        let text = unsafe Self.trimmed(line[...])
        if unsafe text.isEmpty, unsafe !Self.startsBlank(line) {
            isComplete = status >= 200
        } else if unsafe text.starts(with: "HTTP/".utf8) {
            unsafe begin(text)
        } else if unsafe Self.startsBlank(line) {
            headers.continueLast(with: unsafe String(decoding: text, as: UTF8.self))
        } else if let colon = unsafe text.firstIndex(of: UInt8(ascii: ":")) {
            headers.append(
                name: unsafe String(decoding: Self.trimmed(text[..<colon]), as: UTF8.self),
                value: unsafe String(decoding: Self.trimmed(text[(colon + 1)...]), as: UTF8.self))
        }
        return true
    }

    /// A status line, `HTTP/1.1 200 OK` or `HTTP/2 200`: what came before it was not the answer.
    private mutating func begin(_ line: Slice<UnsafeBufferPointer<UInt8>>) {
        headers = HTTPHeaders()
        let words = unsafe line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        version = unsafe String(decoding: words[0].dropFirst("HTTP/".utf8.count), as: UTF8.self)
        status = unsafe words.count > 1 ? Int(String(decoding: words[1], as: UTF8.self)) ?? 0 : 0
    }

    private static func startsBlank(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t")
    }

    private static func trimmed(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var text = unsafe text
        while let last = unsafe text.last, isBlank(last) { unsafe text.removeLast() }
        while let first = unsafe text.first, isBlank(first) { unsafe text.removeFirst() }
        return unsafe text
    }
}
