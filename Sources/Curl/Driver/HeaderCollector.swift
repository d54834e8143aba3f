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
    /// How often the body is encoded, once the headers are complete; chunks are no encoding.
    private(set) var encodings = 0
    private var lines = 0
    private var bytes = 0

    /// Takes one line with its end. False: a limit is reached, nothing more may come.
    mutating func take(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        lines += 1
        bytes += line.count
        guard lines <= Self.lineLimit, bytes <= Self.byteLimit else { return false }
        guard !isComplete else { return true }
        let text = unsafe Self.trimmed(line, 0..<line.count)
        if text.isEmpty, unsafe !Self.startsBlank(line) {
            isComplete = status >= 200
            if isComplete { encodings = countEncodings() }
        } else if unsafe line[text].first == UInt8(ascii: "H"), unsafe line[text].starts(with: "HTTP/".utf8) {
            unsafe begin(line[text])
        } else if unsafe Self.startsBlank(line) {
            unsafe headers.continueLast(with: UnsafeBufferPointer(rebasing: line[text]))
        } else if let colon = unsafe Self.colon(line) {
            let name = unsafe Self.trimmed(line, 0..<colon)
            let value = unsafe Self.trimmed(line, colon + 1..<text.upperBound)
            unsafe headers.append(line, name: name, value: value)
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

    /// libcurl undoes those of `Transfer-Encoding` too.
    private func countEncodings() -> Int {
        ["Content-Encoding", "Transfer-Encoding"].flatMap { headers.all($0) }.reduce(0) { count, value in
            count
                + value.split(separator: ",").count { coding in
                    let name = String(coding.filter { $0 != " " && $0 != "\t" })
                    return !name.isEmpty && !HTTPHeaders.same(name, "chunked") && !HTTPHeaders.same(name, "identity")
                }
        }
    }

    private static func startsBlank(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t")
    }

    private static func colon(_ line: UnsafeBufferPointer<UInt8>) -> Int? {
        var index = 0
        while index < line.count {
            if unsafe line[index] == UInt8(ascii: ":") { return index }
            index += 1
        }
        return nil
    }

    /// The part of a range of the line that is left without the white space at its ends.
    private static func trimmed(_ line: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Range<Int> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, unsafe isBlank(line[end - 1]) { end -= 1 }
        while start < end, unsafe isBlank(line[start]) { start += 1 }
        return start..<end
    }
}
