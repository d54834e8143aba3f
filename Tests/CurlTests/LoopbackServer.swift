import Curl
import Foundation
import Glibc
import Synchronization
import TestSupport

/// A TCP server on 127.0.0.1 and a port of the kernel's choice; each connection is served by a closure on its own thread.
final class LoopbackServer: Sendable {
    private struct State {
        var open: Set<CInt> = []
        var accepted = 0
        var isStopped = false
    }

    let port: UInt16
    private let listener: CInt
    private let state = Mutex(State())
    private let threads = DispatchGroup()

    /// Proxies of the machine that runs the tests would stand between the client and this server.
    private static let hasCleanEnvironment: Bool = {
        for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
            _ = unsafe unsetenv(name)
            _ = unsafe unsetenv(name.uppercased())
        }
        return true
    }()

    /// Without `serve`, connections are never accepted.
    init(backlog: CInt = 1024, serve: (@Sendable (Connection) -> Void)? = nil) throws {
        precondition(Self.hasCleanEnvironment)
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        guard unsafe withLoopbackAddress(port: 0, { unsafe bind(listener, $0, $1) }) == 0,
            listen(listener, backlog) == 0,
            unsafe withUnsafeMutablePointer(
                to: &address,
                { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        unsafe getsockname(listener, $0, &length)
                    }
                }) == 0
        else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        if let serve { run { [self] in acceptAll(serve) } }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    /// Connections taken so far.
    var accepted: Int { state.withLock { $0.accepted } }

    /// Ends all connections, and returns when their threads have left their closures.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            for descriptor in state.open { _ = shutdown(descriptor, CInt(SHUT_RDWR)) }
        }
        _ = shutdown(listener, CInt(SHUT_RDWR))
        threads.wait()
        _ = close(listener)
    }

    private func acceptAll(_ serve: @escaping @Sendable (Connection) -> Void) {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            let isWanted = state.withLock { state in
                if !state.isStopped { state.open.insert(descriptor) }
                state.accepted += 1
                return !state.isStopped
            }
            guard isWanted else {
                _ = close(descriptor)
                return
            }
            run { [self] in
                let connection = Connection(descriptor)
                serve(connection)
                state.withLock { state in
                    state.open.remove(descriptor)
                    connection.finish()
                }
            }
        }
    }

    private func run(_ body: @escaping @Sendable () -> Void) {
        threads.enter()
        let threads = threads
        Thread.detachNewThread {
            body()
            threads.leave()
        }
    }
}

/// A server and a client for the length of `body`; both are gone afterwards.
func withServer<R>(
    _ configuration: HTTPClient.Configuration = .init(), serve: @escaping @Sendable (Connection) -> Void,
    _ body: (LoopbackServer, HTTPClient) async throws -> R
) async throws -> R {
    let server = try LoopbackServer(serve: serve)
    defer { server.stop() }
    let client = try HTTPClient(configuration)
    let result: Result<R, any Error>
    do { result = .success(try await body(server, client)) } catch { result = .failure(error) }
    await client.shutdown()
    return try result.get()
}

/// Serves every request of a connection with the same closure.
func eachRequest(_ answer: @escaping @Sendable (String, Connection) -> Void) -> @Sendable (Connection) -> Void {
    { connection in
        while let head = connection.readHead() { answer(head, connection) }
    }
}

/// What `send` throws; nil when it returns.
func failure(_ client: HTTPClient, _ request: HTTPRequest) async -> HTTPError? {
    do throws(HTTPError) {
        _ = try await client.send(request)
        return nil
    } catch {
        return error
    }
}

/// A latch that threads of a test's server open and its tasks wait for.
final class Event: Sendable {
    private enum State {
        case closed([CheckedContinuation<Void, Never>])
        case open
    }

    private let state = Mutex(State.closed([]))

    func open() {
        let waiting: [CheckedContinuation<Void, Never>] = state.withLock { state in
            guard case .closed(let waiting) = state else { return [] }
            state = .open
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                guard case .closed(let waiting) = state else { return true }
                state = .closed(waiting + [continuation])
                return false
            }
            if isOpen { continuation.resume() }
        }
    }
}
