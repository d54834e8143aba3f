import CGlibc
import Glibc
import Synchronization

/// What systemd wants to know of a service (`sd_notify(3)`): one datagram a change, nothing without `$NOTIFY_SOCKET`.
package final class SystemdNotify: Sendable {
    private let address: String?
    /// Half of systemd's watchdog interval in milliseconds; nil when none is set.
    package let pulse: Int64?
    private let last = Mutex(Last())

    private struct Last {
        var status = ""
        var isReady = false
        /// Configurations that have been announced as being read and are neither in use nor rejected yet.
        var reloads = 0
        var isStopping = false
        var pulseAt: Int64 = .min
    }

    package init(environment: [String: String]) {
        address = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap { $0 > 0 && isForUs ? $0 : nil }
        pulse = address == nil ? nil : microseconds.map { max($0 / 2000, 1) }
    }

    /// After each turn of the engine's loop. The first says READY: the state has been read and gone over. Nothing is
    /// said to the watchdog by anybody else, so a loop that does not turn, or a command that is stuck, is found.
    package func turned(_ turn: Engine.Turn, uptime: Int64) {
        last.withLock { current in
            var last = current
            var lines: [String] = []
            if turn.isShuttingDown {
                if !last.isStopping { lines.append("STOPPING=1") }
                last.isStopping = true
                if turn.isWaitingForActs { lines.append("EXTEND_TIMEOUT_USEC=\(Engine.grace * 1000 + 2_000_000)") }
            } else if !last.isReady, last.reloads == 0 {
                last.isReady = true
                lines.append("READY=1")
            }
            if turn.status != last.status {
                last.status = turn.status
                lines.append("STATUS=\(turn.status)")
            }
            if let pulse, turn.isHealthy, uptime >= last.pulseAt.addingReportingOverflow(pulse / 2).partialValue {
                last.pulseAt = uptime
                lines.append("WATCHDOG=1")
            }
            // What a full socket did not take is said in the next turn.
            if send(lines) { current = last }
        }
    }

    /// A new configuration is being read. READY is said again in the turn in which it is in use, or by
    /// `keptConfiguration` when it was rejected.
    package func reloading() {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        last.withLock {
            $0.isReady = false
            $0.reloads += 1
        }
        send(["RELOADING=1", "MONOTONIC_USEC=\(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)"])
    }

    /// The new configuration is in use from this turn on; its end says READY.
    package func reconfigured() { last.withLock { $0.reloads = max($0.reloads - 1, 0) } }

    /// The new configuration was rejected: all is as before.
    package func keptConfiguration() {
        let isReady = last.withLock { last in
            last.reloads = max(last.reloads - 1, 0)
            last.isReady = last.reloads == 0
            return last.isReady
        }
        if isReady { send(["READY=1"]) }
    }

    /// The bytes of a `sockaddr_un`'s path.
    private static let pathLimit = 108

    /// Never waits. False: the socket is full.
    @discardableResult private func send(_ lines: [String]) -> Bool {
        guard let address, !lines.isEmpty else { return true }
        let file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { return true }
        defer { close(file) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        var path = Array(address.utf8)
        guard let first = path.first, path.count < Self.pathLimit else { return true }
        // `@` stands for the NUL of an abstract address.
        if first == UInt8(ascii: "@") { path[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let text = Array(lines.joined(separator: "\n").utf8)
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let sent = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe text.withUnsafeBytes {
                    unsafe sendto(file, $0.baseAddress, $0.count, flags, address, length)
                }
            }
        }
        return sent >= 0 || errno != EAGAIN
    }
}
