import Foundation
import Glibc
import TestSupport

/// One accepted (or made) connection of a test, driven by blocking calls on a thread of its own.
final class Connection {
    let descriptor: CInt
    private var buffer: [UInt8] = []
    private var isClosed = false

    init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// Connects to a port of loopback; nil when refused.
    init?(toPort port: UInt16) {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard unsafe withLoopbackAddress(port: port, { unsafe connect(descriptor, $0, $1) }) == 0 else {
            _ = close(descriptor)
            return nil
        }
    }

    /// A request's or an answer's head with its empty line; nil when the other side is gone. No head is above 1 MiB.
    func readHead() -> String? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let start = buffer.indices.first(where: { buffer[$0...].starts(with: end) }) {
                defer { buffer.removeFirst(start + end.count) }
                return String(decoding: buffer[..<(start + end.count)], as: UTF8.self)
            }
            guard buffer.count < 1 << 20, fill() else { return nil }
        }
    }

    /// A line without its end; nil when the other side is gone before.
    func readLine() -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end], as: UTF8.self).replacingOccurrences(of: "\r", with: "")
            }
            guard buffer.count < 1 << 20, fill() else { return nil }
        }
    }

    /// So many bytes; nil when the other side is gone before.
    func readBody(_ count: Int) -> [UInt8]? {
        while buffer.count < count { guard fill() else { return nil } }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    /// Whatever has come; nil at the end.
    func readSome() -> [UInt8]? {
        if buffer.isEmpty, !fill() { return nil }
        defer { buffer = [] }
        return buffer
    }

    /// Returns when the other side has closed or reset the connection.
    func waitForClose() {
        while fill() { buffer = [] }
    }

    /// False when the other side is gone.
    @discardableResult func write(_ text: String) -> Bool {
        write(Array(text.utf8))
    }

    @discardableResult func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = unsafe rest.withUnsafeBytes { buffer in
                unsafe send(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// Answers with a body and its length.
    @discardableResult func answer(_ status: String = "200 OK", _ headers: [String] = [], body: [UInt8] = []) -> Bool {
        let lines = ["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.count)"]
        return write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    /// Ends the connection with RST instead of FIN.
    func reset() {
        var hard = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        finish()
    }

    func finish() {
        if !isClosed { _ = close(descriptor) }
        isClosed = true
    }

    private func fill() -> Bool {
        guard !isClosed else { return false }
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }
}
