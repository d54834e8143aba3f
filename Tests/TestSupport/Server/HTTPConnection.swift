import Foundation
import NIOCore
import NIOHTTP1

/// One connection: collects a request, has it answered, sends the answer, one after the other.
///
/// Confined to its channel's event loop.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    /// No message and no dispatch is near this size; more closes the connection.
    static let largestBody = 8 * 1024 * 1024

    private let channel: any Channel
    private let number: Int
    private let traffic: Traffic
    private let answering: HTTPServer.Answering
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var waiting: [(request: RecordedRequest, isLast: Bool)] = []
    private var busy = false

    init(_ channel: any Channel, number: Int, _ traffic: Traffic, _ answering: @escaping HTTPServer.Answering) {
        self.channel = channel
        self.number = number
        self.traffic = traffic
        self.answering = answering
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            if head.headers["expect"].contains("100-continue") {
                channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"), promise: nil)
            }
        case .body(let part):
            body.append(contentsOf: part.readableBytesView)
            if body.count > Self.largestBody { channel.close(promise: nil) }
        case .end:
            guard let head else { return }
            self.head = nil
            let request = RecordedRequest(
                method: head.method.rawValue, target: head.uri,
                headers: head.headers.map { (name: $0.name, value: $0.value) }, body: body,
                time: Date(), instant: .now, connection: number)
            waiting.append((request, !head.isKeepAlive))
            answerNext()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        channel.close(promise: nil)
    }

    private func answerNext() {
        guard !busy, !waiting.isEmpty else { return }
        busy = true
        let (request, isLast) = waiting.removeFirst()
        traffic.answerBegan()
        var (recorded, answer) = answering(request)
        if isLast, case .keepAlive = answer.ending { answer.ending = .close }
        if case .nothing = answer.cut {
            recorded.status = 0
        } else {
            recorded.status = answer.status
        }
        if !traffic.append(recorded) {
            answer = .text(500, "more than \(Traffic.largestRecord) requests")
        }
        let sent = Transmission(answer, to: channel, isHead: request.method == "HEAD") { [traffic] in
            traffic.answerEnded()
        }.run()
        sent.assumeIsolated().whenComplete { result in
            self.busy = false
            if case .success(true) = result { self.answerNext() }
        }
    }
}
