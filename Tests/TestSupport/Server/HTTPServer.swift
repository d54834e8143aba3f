import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP/1.1 server on loopback that does what it is told, also when that is no valid HTTP.
///
/// The answering closure is called once for each request, on an event loop, and returns the request as it is to be
/// recorded. It is given at the start, not at creation, so that its owner can be what it refers to.
final class HTTPServer: Sendable {
    typealias Answering = @Sendable (RecordedRequest) -> (recorded: RecordedRequest, answer: ScriptedAnswer)

    let traffic = Traffic()
    private let state = Mutex(State())

    private struct State {
        var listener: (any Channel)?
        var port: HeldPort?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var connectionFaults: [ConnectionFault] = []
    }

    /// 0 before the first start; held when the server is stopped, so that it can come back under the same address and no
    /// other answers there meanwhile.
    var port: Int { state.withLock { Int($0.port?.number ?? 0) } }

    /// Two threads that are the first to use a generic class can crash in the runtime of Swift 6.3: so one thread is.
    private static let hasUsedTypes: Bool = {
        _ = ByteToMessageHandler(HTTPRequestDecoder())
        return true
    }()

    /// Listens on 127.0.0.1: at first on a port that the kernel chooses, later on the same.
    func start(answering: @escaping Answering) async throws {
        precondition(Self.hasUsedTypes)
        let port = try state.withLock { state in
            let port = try state.port ?? HeldPort()
            state.port = port
            return port
        }
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.backlog, value: 1024)
            .serverChannelOption(.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: 1)
            .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { self.accept($0, answering) }
            .bind(host: "127.0.0.1", port: Int(port.number)).get()
        state.withLock { $0.listener = listener }
    }

    /// Closes the listener and all connections; connecting is refused from then on.
    func stop() async {
        let listener = state.withLock { state in
            defer { state.listener = nil }
            return state.listener
        }
        try? await listener?.close()
        await closeConnections()
    }

    func closeConnections() async {
        for connection in state.withLock({ Array($0.connections.values) }) { try? await connection.close() }
    }

    /// What happens to the next connections, one fault each.
    func failConnections(_ fault: ConnectionFault, times: Int) {
        state.withLock { $0.connectionFaults += Array(repeating: fault, count: times) }
    }

    func forgetConnectionFaults() {
        state.withLock { $0.connectionFaults = [] }
    }

    private func accept(_ channel: any Channel, _ answering: @escaping Answering) -> EventLoopFuture<Void> {
        let number = traffic.connectionOpened()
        let id = ObjectIdentifier(channel)
        let fault = state.withLock { state in
            state.connections[id] = channel
            return state.connectionFaults.isEmpty ? nil : state.connectionFaults.removeFirst()
        }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in state.connections[id] = nil }
        }
        switch fault {
        case .close: return channel.close()
        case .reset: return channel.abort()
        case .blackHole: return channel.eventLoop.makeSucceededVoidFuture()
        case nil:
            return channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                try pipeline.addHandler(HTTPConnection(channel, number: number, traffic, answering))
            }
        }
    }
}

/// What can happen to a connection before a byte of it is read.
package enum ConnectionFault: Sendable {
    case close, reset, blackHole
}

extension Channel {
    /// Ends the connection by RST.
    func abort() -> EventLoopFuture<Void> {
        guard let socket = self as? any SocketOptionProvider else { return close() }
        return socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).flatMap { self.close() }
    }
}
