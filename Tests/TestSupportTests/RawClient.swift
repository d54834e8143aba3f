import Foundation
import NIOCore
import NIOPosix
import TestSupport

/// What came back over one connection, byte for byte.
struct WireAnswer: Sendable {
    enum End: Sendable, Equatable { case closed, reset }

    let bytes: [UInt8]
    let end: End

    private var parts: (head: String, body: [UInt8]) {
        let blank = Array("\r\n\r\n".utf8)
        guard let range = Data(bytes).firstRange(of: Data(blank)) else {
            return (String(decoding: bytes, as: UTF8.self), [])
        }
        return (String(decoding: bytes[..<range.lowerBound], as: UTF8.self), Array(bytes[range.upperBound...]))
    }

    var head: String { parts.head }
    var body: [UInt8] { parts.body }
    var json: WireJSON? { try? WireJSON(parsing: body) }
    var status: Int? { head.split(separator: " ").dropFirst().first.flatMap { Int($0) } }

    func header(_ name: String) -> String? {
        for line in head.replacing("\r\n", with: "\n").split(separator: "\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name.lowercased() {
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }
}

/// One request over one connection, without any cleverness in between.
enum RawClient {
    static func send(
        _ method: String = "GET", _ target: String, to port: Int, headers: [String: String] = [:], body: String = ""
    ) async throws -> WireAnswer {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        var all = ["User-Agent": "raw", "Accept": "application/vnd.github+json"]
        all.merge(headers) { _, given in given }
        for (name, value) in all where !value.isEmpty { text += "\(name): \(value)\r\n" }
        if !body.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
        return try await exchange(text + "\r\n" + body, port)
    }

    static func exchange(_ text: String, _ port: Int) async throws -> WireAnswer {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let done = loop.makePromise(of: WireAnswer.self)
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(done))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
        return try await done.futureResult.get()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let done: EventLoopPromise<WireAnswer>
        private var bytes: [UInt8] = []
        private var end = WireAnswer.End.closed

        init(_ done: EventLoopPromise<WireAnswer>) { self.done = done }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes.append(contentsOf: unwrapInboundIn(data).readableBytesView)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            if (error as? IOError)?.errnoCode == ECONNRESET { end = .reset }
            context.close(promise: nil)
        }

        /// Also when the connection was refused, and so never became active.
        func handlerRemoved(context: ChannelHandlerContext) {
            done.succeed(WireAnswer(bytes: bytes, end: end))
        }
    }
}

extension GitHubLookalike {
    func get(_ target: String, _ headers: [String: String] = [:]) async throws -> WireAnswer {
        try await RawClient.send("GET", target, to: port, headers: headers)
    }

    func post(_ target: String, _ body: String, _ headers: [String: String] = [:]) async throws -> WireAnswer {
        try await RawClient.send("POST", target, to: port, headers: headers, body: body)
    }
}
