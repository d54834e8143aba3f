import Foundation
import Synchronization

/// What came in: every request in order, and how many connections it took.
///
/// A request is in the record when its effect has happened and before its answer is sent.
package final class Traffic: Sendable {
    /// A test that sends more than this is in a loop; what comes then is answered 500 and not recorded.
    package static let largestRecord = 200_000

    private struct State {
        var requests: [RecordedRequest] = []
        var connections = 0
        var inFlight = 0
        var peakInFlight = 0
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
    }

    private struct Waiter {
        let matches: @Sendable (RecordedRequest) -> Bool
        let count: Int
        var found: [RecordedRequest]
        let continuation: CheckedContinuation<[RecordedRequest], any Error>
    }

    private let state = Mutex(State())

    package var requests: [RecordedRequest] { state.withLock { $0.requests } }

    /// Connections accepted so far, those that were dropped at once included.
    package var connections: Int { state.withLock { $0.connections } }

    /// The most requests that were under way at one moment, from the last byte of a request to just before the
    /// last of its answer: so a client that sends one after the other never counts as two.
    package var peakInFlight: Int { state.withLock { $0.peakInFlight } }

    /// Forgets requests, connections and the peak; who waits goes on waiting, for new requests.
    package func clear() {
        state.withLock {
            $0.requests = []
            $0.connections = 0
            $0.peakInFlight = $0.inFlight
        }
    }

    /// Returns the first `count` matching requests as soon as they are there, also when they came before the call.
    /// Throws `WaitExpired` after `timeout`, and `CancellationError` when cancelled.
    package func wait(
        for count: Int = 1, timeout: Duration = .seconds(20),
        where matches: @escaping @Sendable (RecordedRequest) -> Bool = { _ in true }
    ) async throws -> [RecordedRequest] {
        try await withThrowingTaskGroup(of: [RecordedRequest].self) { group in
            group.addTask { try await self.first(count, where: matches) }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw WaitExpired(wanted: count, timeout: timeout, seen: self.requests)
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    private func first(
        _ count: Int, where matches: @escaping @Sendable (RecordedRequest) -> Bool
    ) async throws -> [RecordedRequest] {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<[RecordedRequest], any Error>? = state.withLock { state in
                    let found = Array(state.requests.lazy.filter(matches).prefix(count))
                    if found.count >= count { return .success(found) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiters[id] = Waiter(matches: matches, count: count, found: found, continuation: continuation)
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// False when the record is full.
    func append(_ request: RecordedRequest) -> Bool {
        let (kept, ready) = state.withLock { state -> (Bool, [Waiter]) in
            guard state.requests.count < Self.largestRecord else { return (false, []) }
            state.requests.append(request)
            var ready: [Waiter] = []
            for (id, waiter) in state.waiters where waiter.matches(request) {
                state.waiters[id]?.found.append(request)
                if waiter.found.count + 1 >= waiter.count, let full = state.waiters.removeValue(forKey: id) {
                    ready.append(full)
                }
            }
            return (true, ready)
        }
        for waiter in ready { waiter.continuation.resume(returning: waiter.found) }
        return kept
    }

    /// Returns the new connection's number.
    func connectionOpened() -> Int {
        state.withLock {
            $0.connections += 1
            return $0.connections
        }
    }

    func answerBegan() {
        state.withLock {
            $0.inFlight += 1
            $0.peakInFlight = max($0.peakInFlight, $0.inFlight)
        }
    }

    func answerEnded() {
        state.withLock { $0.inFlight -= 1 }
    }
}

/// What was waited for did not come in time.
package struct WaitExpired: Error, CustomStringConvertible {
    package let wanted: Int
    package let timeout: Duration
    package let seen: [RecordedRequest]

    package var description: String {
        let lines = seen.suffix(20).map { "  \($0.method) \($0.target) → \($0.status)" }
        return "\(wanted) matching requests did not come within \(timeout); \(seen.count) requests came, the last:\n"
            + lines.joined(separator: "\n")
    }
}
