import CGlibc
import FoundationEssentials
import Glibc
import Synchronization
package import WatcherCore

/// Where a running daemon is asked for something: a socket beside the state file, one request a connection.
///
/// The other side sends a `ControlRequest` as JSON and ends its direction; it gets a `ControlRequest.Reply` when what
/// was changed is on disk. Reached through the file system, it works across namespaces, such as from outside of a
/// container through a volume; and nothing is ever done to a process by a number that was read from a file. Only the
/// daemon's own user and root are answered.
///
/// A thread of its own takes one connection after the other; the kernel queues what comes meanwhile.
package final class ControlSocket: Sendable {
    /// How long the other side may take to send its request, in milliseconds.
    private static let requestLimit: Int64 = 2000
    /// How long the daemon may take to answer, in milliseconds. What it has not answered by then may still be done.
    private static let answerLimit: Int64 = 10_000
    /// Connections that the kernel queues.
    private static let backlog: Int32 = 16

    /// The requests, as events for the engine. It ends when the socket is closed.
    package let events: AsyncStream<Event>
    private let arrived: AsyncStream<Event>.Continuation
    private let path: String
    private let listener: Int32
    /// Readable when an answer is there, or when the socket is closed.
    private let bell: Int32
    private let state = Mutex(State())

    private struct State {
        /// The request that is under way; an answer to an earlier one comes too late.
        var number = 0
        var answer: ControlRequest.Reply?
        var isClosed = false
    }

    /// The socket of a state file.
    static func path(ofState state: String) -> String { state + ".socket" }

    /// Listens. Only for who holds the state's lock: the socket of an earlier holder goes.
    ///
    /// - Throws: what the system said, such as `EPERM` where the file system has no sockets, or `EAGAIN` where it gives
    ///   no thread.
    package init(statePath: String) throws(DurableFile.Failure) {
        path = Self.path(ofState: statePath)
        (events, arrived) = AsyncStream.makeStream()
        bell = try DurableFile.check("eventfd", path) { eventfd(0, Int32(EFD_CLOEXEC)) }
        do throws(DurableFile.Failure) {
            let socket = try UnixSocket(path: path)
            try socket.listen(path, backlog: Self.backlog)
            // The socket's own ends here.
            listener = try DurableFile.check("dup", path) { fcntl(socket.file, F_DUPFD_CLOEXEC, 0) }
        } catch {
            close(bell)
            throw error
        }
    }

    /// Takes requests from here on.
    package func start() throws(DurableFile.Failure) {
        let address = unsafe Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let failure = unsafe pthread_create(&thread, nil, { unsafe serveRequests(at: $0) }, address)
        guard failure == 0 else {
            unsafe Unmanaged<ControlSocket>.fromOpaque(address).release()
            throw DurableFile.Failure(call: "pthread_create", path: path, code: failure)
        }
        pthread_detach(thread)
    }

    deinit {
        close(listener)
        close(bell)
    }

    /// Gives the answer to the request of this number to who waits for it.
    package func answer(_ number: Int, _ answer: ControlRequest.Reply) {
        state.withLock { state in
            guard state.number == number else { return }
            state.answer = answer
            ring()
        }
    }

    /// Takes no further request, and removes the socket. A connection that waits for an answer ends without one.
    package func stop() {
        state.withLock { $0.isClosed = true }
        unsafe unlink(path)
        // Ends a wait in `accept`.
        shutdown(listener, Int32(SHUT_RDWR))
        ring()
        arrived.finish()
    }

    private func ring() {
        var one: UInt64 = 1
        _ = unsafe write(bell, &one, 8)
    }

    // MARK: - The thread

    fileprivate func serve() {
        while !state.withLock({ $0.isClosed }) {
            let connection = accept(listener, nil, nil)
            if connection >= 0 {
                // In a program that is started just now it changes nothing: the end of a direction is said, not inferred.
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                serve(UnixSocket(taking: connection))
            } else if ![EINTR, ECONNABORTED, EAGAIN].contains(errno) {
                // No descriptors or no memory: not in a tight circle. Closed: it ends.
                guard errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS else { return }
                usleep(100_000)
            }
        }
    }

    private func serve(_ connection: consuming UnixSocket) {
        connection.limitWaits(milliseconds: Self.requestLimit)
        let reply = reply(to: connection)
        guard let reply, let data = try? JSONEncoder().encode(reply) else { return }
        connection.sendAll(Array(data))
    }

    private func reply(to connection: borrowing UnixSocket) -> ControlRequest.Reply? {
        guard let user = connection.peerUser, user == geteuid() || user == 0 else {
            return .refused("the daemon takes requests from its own user and root alone", hint: nil)
        }
        guard let bytes = connection.readAll(),
            let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(bytes))
        else { return .refused("the daemon does not know this request", hint: "is it of another version?") }
        let number = state.withLock { state in
            state.number += 1
            state.answer = nil
            return state.number
        }
        arrived.yield(.requested(request, number: number))
        return wait()
    }

    private func wait() -> ControlRequest.Reply? {
        let end = Clock.now().uptime + Self.answerLimit
        while true {
            let (answer, isClosed) = state.withLock { ($0.answer, $0.isClosed) }
            if let answer { return answer }
            let left = end - Clock.now().uptime
            guard !isClosed else { return nil }
            guard left > 0 else {
                return .refused(
                    "the daemon has not answered within \(Self.answerLimit / 1000) s",
                    hint: "watcher status shows whether it was done")
            }
            var item = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&item, 1, Int32(clamping: left)) > 0 else { continue }
            var count: UInt64 = 0
            _ = unsafe read(bell, &count, 8)
        }
    }
}

private func serveRequests(at address: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let address = unsafe address else { return nil }
    // Signals are for others.
    var signals = sigset_t()
    _ = unsafe sigfillset(&signals)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { _ = unsafe sigdelset(&signals, fault) }
    _ = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    unsafe Unmanaged<ControlSocket>.fromOpaque(address).takeRetainedValue().serve()
    return nil
}
