import NIOCore

/// Sends one answer over a connection, as broken as the answer asks for.
///
/// The answer is one string of bytes, head and body, that is sent from an offset onwards until it is cut. Confined to the
/// channel's event loop.
struct Transmission: Sendable {
    /// Large enough to be fast, small enough that 100 MiB are not in memory at once.
    static let largestWrite = 256 * 1024

    private let channel: any Channel
    private let answer: ScriptedAnswer
    private let isHead: Bool
    /// Called once, just before the last bytes leave: who has got the answer can rely on it.
    private let ending: @Sendable () -> Void
    private let head: [UInt8]
    private let tail: [UInt8]
    private let end: Int
    /// The pattern of a repeated body, many times over: copying eight bytes at a time would take seconds.
    private let pattern: [UInt8]

    init(
        _ answer: ScriptedAnswer, to channel: any Channel, isHead: Bool, ending: @escaping @Sendable () -> Void
    ) {
        self.ending = ending
        self.channel = channel
        self.answer = answer
        self.isHead = isHead
        if case .repeated(let pattern, _) = answer.body, !pattern.isEmpty {
            let times = max(1, Self.largestWrite / pattern.count)
            self.pattern = Array(repeatElement(pattern, count: times).joined())
        } else {
            pattern = [0]
        }
        let hasBody = !isHead && answer.status != 204 && answer.status != 304
        var text = "HTTP/1.1 \(answer.status) \(Self.reason(answer.status))\r\n"
        for header in answer.headers { text += "\(header.name): \(header.value)\r\n" }
        if answer.chunked && hasBody {
            text += "Transfer-Encoding: chunked\r\n"
        } else if answer.status != 204 && answer.status != 304 {
            text += "Content-Length: \(answer.body.count)\r\n"
        }
        if case .close = answer.ending { text += "Connection: close\r\n" }
        text += "\r\n"
        var head = Array(text.utf8)
        let headCount = head.count
        var tail: [UInt8] = []
        if answer.chunked && hasBody && answer.body.count > 0 {
            head += "\(String(answer.body.count, radix: 16))\r\n".utf8
            tail = Array("\r\n0\r\n\r\n".utf8)
        } else if answer.chunked && hasBody {
            tail = Array("0\r\n\r\n".utf8)
        }
        self.head = head
        self.tail = tail
        let bodyCount = hasBody ? answer.body.count : 0
        self.end =
            switch answer.cut {
            case .nothing: 0
            case .midHeaders: headCount / 2
            case .midBody: head.count + bodyCount / 2
            case .whole: head.count + bodyCount + tail.count
            }
    }

    /// Ends when all is sent and the connection has met the end that was asked for; true: it can be used again.
    func run() -> EventLoopFuture<Bool> {
        let done = channel.eventLoop.makePromise(of: Bool.self)
        after(answer.delay) { send(from: 0, done) }
        return done.futureResult
    }

    private func send(from offset: Int, _ done: EventLoopPromise<Bool>) {
        guard channel.isActive else {
            ending()
            return done.succeed(false)
        }
        let count = min(end - offset, answer.drip.map { max(1, $0.bytes) } ?? Self.largestWrite)
        guard offset + count < end else { return finish(from: offset, count, done) }
        let written = channel.writeAndFlush(ByteBuffer(bytes: bytes(offset, count)))
        written.whenSuccess { after(answer.drip?.every ?? .zero) { send(from: offset + count, done) } }
        written.whenFailure { _ in
            ending()
            done.succeed(false)
        }
    }

    private func finish(from offset: Int, _ count: Int, _ done: EventLoopPromise<Bool>) {
        let channel = channel
        if case .blackHole = answer.ending {
            channel.writeAndFlush(ByteBuffer(bytes: bytes(offset, count)), promise: nil)
            channel.closeFuture.whenComplete { _ in
                ending()
                done.succeed(false)
            }
            return
        }
        ending()
        guard count > 0 else { return close(done) }
        channel.writeAndFlush(ByteBuffer(bytes: bytes(offset, count))).whenComplete { _ in close(done) }
    }

    private func close(_ done: EventLoopPromise<Bool>) {
        switch answer.ending {
        case .keepAlive: done.succeed(true)
        case .close, .blackHole: channel.close().whenComplete { _ in done.succeed(false) }
        case .reset: channel.abort().whenComplete { _ in done.succeed(false) }
        }
    }

    private func bytes(_ offset: Int, _ count: Int) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(count)
        append(from: head, offset, count, to: &out)
        let inBody = offset + out.count - head.count
        if out.count < count, inBody < answer.body.count, !isHead {
            switch answer.body {
            case .bytes(let body): append(from: body, inBody, count - out.count, to: &out)
            case .repeated(_, let total):
                let wanted = min(count - out.count, total - inBody)
                let start = out.count
                append(from: pattern, inBody % max(1, pattern.count), wanted, to: &out)
                while out.count - start < wanted { append(from: pattern, 0, wanted - (out.count - start), to: &out) }
            }
        }
        append(from: tail, offset + out.count - head.count - answer.body.count, count - out.count, to: &out)
        return out
    }

    private func append(from source: [UInt8], _ offset: Int, _ count: Int, to out: inout [UInt8]) {
        guard count > 0, offset >= 0, offset < source.count else { return }
        out.append(contentsOf: source[offset..<min(source.count, offset + count)])
    }

    /// Always leaves the current call, so that a long answer is no deep recursion.
    private func after(_ delay: Duration, _ body: @escaping @Sendable () -> Void) {
        if delay <= .zero {
            channel.eventLoop.execute(body)
        } else {
            channel.eventLoop.scheduleTask(in: TimeAmount(delay), body)
        }
    }

    private static func reason(_ status: Int) -> String {
        let reasons = [
            200: "OK", 204: "No Content", 301: "Moved Permanently", 304: "Not Modified", 307: "Temporary Redirect",
            400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 410: "Gone",
            422: "Unprocessable Entity", 429: "Too Many Requests", 451: "Unavailable For Legal Reasons",
            500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
        ]
        return reasons[status] ?? "Status"
    }
}
