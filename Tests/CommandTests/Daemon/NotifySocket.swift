import Foundation
import Glibc
import Synchronization

/// What systemd is to a service: a datagram socket, whose lines are kept in the order in which they came.
final class NotifySocket: Sendable {
    struct Expired: Error, CustomStringConvertible {
        let wanted: String
        let lines: [String]
        var description: String { "\(wanted) did not come; what came: \(lines)" }
    }

    private struct State {
        var lines: [String] = []
        var waiters: [(id: UUID, prefix: String, from: Int, continuation: CheckedContinuation<Int, Never>)] = []
        var isClosed = false
    }

    let path: String
    private let file: Int32
    private let state = Mutex(State())

    /// The folder's path has to be short: a socket's may have 107 bytes.
    init(in folder: String) throws {
        path = folder + "/notify"
        file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + 1)
        let bound = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(file, $0, length) }
        }
        guard file >= 0, bytes.count < 108, bound == 0 else { throw Spawn.Failure(call: "bind \(path)", code: errno) }
        Thread.detachNewThread { self.receive() }
    }

    /// What came so far, a line each.
    var lines: [String] { state.withLock { $0.lines } }

    func close() {
        state.withLock { $0.isClosed = true }
        shutdown(file, Int32(SHUT_RDWR))
    }

    /// Returns the place of the first line from `place` on that begins so, as soon as it is there.
    @discardableResult
    func wait(for prefix: String, from place: Int = 0, timeout: Duration = .seconds(30)) async throws -> Int {
        let id = UUID()
        return try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { await self.first(prefix, from: place, id) }
            group.addTask {
                try await Task.sleep(for: timeout)
                return -1
            }
            let found = try await group.next() ?? -1
            group.cancelAll()
            state.withLock { state in
                for waiter in state.waiters where waiter.id == id { waiter.continuation.resume(returning: -1) }
                state.waiters.removeAll { $0.id == id }
            }
            guard found >= 0 else { throw Expired(wanted: prefix, lines: lines) }
            return found
        }
    }

    private func first(_ prefix: String, from place: Int, _ id: UUID) async -> Int {
        await withCheckedContinuation { continuation in
            let found: Int? = state.withLock { state in
                if let index = state.lines.indices.dropFirst(place).first(where: { state.lines[$0].hasPrefix(prefix) })
                {
                    return index
                }
                state.waiters.append((id, prefix, place, continuation))
                return nil
            }
            if let found { continuation.resume(returning: found) }
        }
    }

    private func receive() {
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(file, $0.baseAddress, $0.count, 0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0, !state.withLock({ $0.isClosed }) else { break }
            for line in String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n") { note(String(line)) }
        }
        Glibc.close(file)
    }

    private func note(_ line: String) {
        let ready: [(CheckedContinuation<Int, Never>, Int)] = state.withLock { state in
            state.lines.append(line)
            let place = state.lines.count - 1
            let found = state.waiters.filter { place >= $0.from && line.hasPrefix($0.prefix) }
            state.waiters.removeAll { waiter in found.contains { $0.id == waiter.id } }
            return found.map { ($0.continuation, place) }
        }
        for (continuation, place) in ready { continuation.resume(returning: place) }
    }
}
