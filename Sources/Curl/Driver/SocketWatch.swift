import CCurl
import CGlibc
import Glibc
import Synchronization

/// Ends a connection that keeps libcurl busy without end, by a thread of its own.
///
/// libcurl reads HTTP/2 until nothing is left to read: a server that sends empty frames faster than they are read keeps
/// it inside one `curl_multi_perform`, where no deadline holds and no other transfer is served. While transfers are under
/// way this thread looks every `interval` whether the driver has spent `limit` of processor time in one call. The
/// connection that is being read meanwhile is the culprit, and is shut down. Without transfers it sleeps without ticks.
@safe final class SocketWatch: Sendable {
    /// In milliseconds.
    static let interval: CInt = 500
    /// Processor time of one call in nanoseconds. What a hundred answers take is a hundredth of it.
    static let limit: Int64 = 1_000_000_000
    /// Between two readings of what a connection has brought, in microseconds.
    private static let sample: UInt32 = 20_000

    /// Odd while the driver is inside `curl_multi_perform`.
    private let calls = Atomic<UInt64>(0)
    private let isActive = Atomic<Bool>(false)
    private let isClosed = Atomic<Bool>(false)
    private let hasCut = Atomic<Bool>(false)
    /// The clock of the driver's thread: its processor time.
    private let clock = Atomic<clockid_t>(0)
    private let sockets = Mutex<Set<curl_socket_t>>([])
    private let bell: CInt

    /// Nil without a descriptor or a thread.
    init?() {
        bell = eventfd(0, CInt(EFD_CLOEXEC))
        guard bell >= 0 else { return nil }
        let address = unsafe Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        guard unsafe pthread_create(&thread, nil, { unsafe watchSockets(at: $0) }, address) == 0 else {
            unsafe Unmanaged<SocketWatch>.fromOpaque(address).release()
            return nil
        }
        _ = pthread_detach(thread)
    }

    deinit {
        if bell >= 0 { _ = close(bell) }
    }

    // MARK: The driver's side

    /// To be called on the driver's thread before the first call.
    func begin() {
        var id = clockid_t()
        if unsafe pthread_getcpuclockid(pthread_self(), &id) == 0 { clock.store(id, ordering: .relaxed) }
    }

    func setActive(_ active: Bool) {
        guard isActive.exchange(active, ordering: .sequentiallyConsistent) != active, active else { return }
        ring()
    }

    /// Makes a call that may be cut short. Whether it was.
    func during(_ body: () -> Void) -> Bool {
        calls.add(1, ordering: .sequentiallyConsistent)
        body()
        calls.add(1, ordering: .sequentiallyConsistent)
        return hasCut.load(ordering: .relaxed) && hasCut.exchange(false, ordering: .relaxed)
    }

    func opened(_ socket: curl_socket_t) {
        if socket != CURL_SOCKET_BAD { sockets.withLock { _ = $0.insert(socket) } }
    }

    /// Closed under the lock, so that no number is shut down that means another file by now.
    func close(_ socket: curl_socket_t) -> CInt {
        sockets.withLock { sockets in
            sockets.remove(socket)
            return Glibc.close(socket)
        }
    }

    func end() {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        ring()
    }

    // MARK: The thread's side

    fileprivate func run() {
        var watched: UInt64 = 0
        var began: Int64 = 0
        while !isClosed.load(ordering: .sequentiallyConsistent) {
            wait()
            let call = calls.load(ordering: .sequentiallyConsistent)
            guard call & 1 == 1, let spent = processorTime else { continue }
            if call != watched { (watched, began) = (call, spent) }
            if spent - began >= Self.limit { endCulprit(of: call) }
        }
    }

    private func wait() {
        let isActive = isActive.load(ordering: .sequentiallyConsistent)
        var waiting = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&waiting, 1, isActive ? Self.interval : -1) > 0 else { return }
        var count: UInt64 = 0
        _ = unsafe read(bell, &count, MemoryLayout<UInt64>.size)
    }

    private func endCulprit(of call: UInt64) {
        sockets.withLock { sockets in
            let before = sockets.map { ($0, watcher_socket_consumed($0)) }
            _ = usleep(Self.sample)
            guard calls.load(ordering: .sequentiallyConsistent) == call else { return }
            for (socket, consumed) in before where watcher_socket_consumed(socket) > consumed {
                hasCut.store(true, ordering: .relaxed)
                _ = shutdown(socket, CInt(SHUT_RDWR))
            }
        }
    }

    private var processorTime: Int64? {
        var time = timespec()
        guard unsafe clock_gettime(clock.load(ordering: .relaxed), &time) == 0 else { return nil }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private func ring() {
        var one: UInt64 = 1
        _ = unsafe write(bell, &one, MemoryLayout<UInt64>.size)
    }
}

private func watchSockets(at address: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let address = unsafe address else { return nil }
    blockSignals()
    unsafe Unmanaged<SocketWatch>.fromOpaque(address).takeRetainedValue().run()
    return nil
}
