import CGlibc
package import Curl
import Glibc
import Synchronization

/// Log lines on their way to standard error, written by a thread of their own.
///
/// A pipe that nobody reads (a stopped terminal, a stuck journal) would hold up whoever writes to it: here it holds up
/// this thread. What does not fit meanwhile is dropped, counted, and reported when the pipe is read again.
package final class LogQueue: Sendable {
    /// Lines and bytes that wait at most; what comes on top is dropped.
    package static let lineLimit = 1000
    package static let byteLimit = 1 << 20
    /// How long the end of the program waits for what is left to be written, in milliseconds.
    package static let drainLimit: Int32 = 1000

    private struct State {
        var lines: [[UInt8]] = []
        var bytes = 0
        var dropped = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let file: Int32
    /// Counts what the thread has to look for.
    private let arrivals: Int32
    /// Becomes readable when the queue is closed and empty.
    private let drained: Int32
    /// The line that reports how many were dropped.
    private let report: @Sendable (Int) -> [UInt8]

    /// - Throws: `resources` when the system gives no descriptor or no thread.
    package init(file: Int32, report: @escaping @Sendable (Int) -> [UInt8]) throws(HTTPError) {
        self.file = file
        self.report = report
        arrivals = eventfd(0, Int32(EFD_CLOEXEC))
        drained = eventfd(0, Int32(EFD_CLOEXEC))
        guard arrivals >= 0, drained >= 0 else { throw .resources(reason: "no descriptor for the log") }
        let address = unsafe Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        guard unsafe pthread_create(&thread, nil, { unsafe writeLines(at: $0) }, address) == 0 else {
            unsafe Unmanaged<LogQueue>.fromOpaque(address).release()
            throw .resources(reason: "no thread for the log")
        }
        pthread_detach(thread)
    }

    deinit {
        for event in [arrivals, drained] where event >= 0 { close(event) }
    }

    /// Never waits. `line` has its end.
    package func add(_ line: [UInt8]) {
        let isTaken = state.withLock { state in
            guard !state.isClosed, state.lines.count < Self.lineLimit, state.bytes + line.count <= Self.byteLimit else {
                state.dropped += 1
                return false
            }
            state.lines.append(line)
            state.bytes += line.count
            return true
        }
        if isTaken { Self.signal(arrivals) }
    }

    /// Takes no more lines, and waits for those that are left, for at most `drainLimit`.
    package func drain() {
        state.withLock { $0.isClosed = true }
        Self.signal(arrivals)
        var waiting = pollfd(fd: drained, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&waiting, 1, Self.drainLimit) < 0, errno == EINTR {}
    }

    /// The thread's work: returns when the queue is closed and all is written.
    fileprivate func run() {
        while true {
            var count: UInt64 = 0
            while unsafe read(arrivals, &count, MemoryLayout<UInt64>.size) < 0, errno == EINTR {}
            let isClosed = writeAll()
            if isClosed { return Self.signal(drained) }
        }
    }

    /// Writes until nothing is left. Lines leave the queue one by one, so that what waits is bounded by the queue alone.
    private func writeAll() -> Bool {
        while true {
            let (line, isClosed) = state.withLock { state -> ([UInt8]?, Bool) in
                if state.lines.isEmpty {
                    defer { state.dropped = 0 }
                    return (state.dropped > 0 ? report(state.dropped) : nil, state.isClosed)
                }
                let line = state.lines.removeFirst()
                state.bytes -= line.count
                return (line, state.isClosed)
            }
            guard let line else { return isClosed }
            write(line)
        }
    }

    private func write(_ line: [UInt8]) {
        var rest = line[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Somebody else has made the pipe non-blocking, which it is for all who have it.
                var ready = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&ready, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }

    private static func signal(_ event: Int32) {
        var one: UInt64 = 1
        _ = unsafe Glibc.write(event, &one, MemoryLayout<UInt64>.size)
    }
}

private func writeLines(at address: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let address = unsafe address else { return nil }
    blockSignals()
    unsafe Unmanaged<LogQueue>.fromOpaque(address).takeRetainedValue().run()
    return nil
}
