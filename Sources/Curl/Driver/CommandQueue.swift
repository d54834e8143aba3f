import CCurl
import Synchronization

/// How other threads reach the driver: what they want is noted under a lock, and the driver is woken when it dozes.
///
/// One wake-up serves for everything that is noted until the driver looks again; while it is awake none is needed,
/// because it looks here before it waits.
@safe final class CommandQueue: Sendable {
    /// What was noted since the last look.
    struct Contents {
        var starts: [PendingRequest] = []
        var cancels: [PendingRequest] = []
        /// Parts of tasks that run on the driver's thread.
        var jobs: [UnownedJob] = []
        var isClosed = false
    }

    private struct State {
        var contents = Contents()
        var isDozing = false
        /// Started and not ended: in here or with the driver.
        var underWay = 0
        /// The multi handle is gone, or about to go.
        var isForgotten = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
        var hasEnded = false
    }

    /// Requests that one client takes at a time: a runaway caller gets an error instead of all memory.
    static let capacity = 10_000

    private let state = Mutex(State())
    /// Shared with the driver's thread without a copy of its own: `curl_multi_wakeup` is the one function that libcurl
    /// allows on it from any thread, and here it is only called under the lock and before `forget`.
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer

    init(waking multi: UnsafeMutableRawPointer) {
        unsafe self.multi = multi
    }

    /// Nil: the driver will end the call. Otherwise the reason why it never will.
    func start(_ call: PendingRequest) -> HTTPError? {
        state.withLock { state in
            if state.contents.isClosed { return .shutDown }
            if state.underWay >= Self.capacity {
                return .resources(reason: "more than \(Self.capacity) simultaneous requests")
            }
            state.underWay += 1
            state.contents.starts.append(call)
            wake(&state)
            return nil
        }
    }

    /// The call has ended for its caller; the driver may drop what it does for it.
    func cancel(_ call: PendingRequest) {
        state.withLock { state in
            guard !state.contents.isClosed else { return }
            state.contents.cancels.append(call)
            wake(&state)
        }
    }

    /// No call is taken any more, and the driver ends those that it has.
    func close() {
        state.withLock { state in
            state.contents.isClosed = true
            wake(&state)
        }
    }

    /// Returns when the driver no longer touches anything.
    func awaitEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waitingForEnd.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    // MARK: The driver's side

    /// Everything noted since the last time. `ended` calls have left the driver since.
    func take(ended: Int) -> Contents {
        state.withLock { state in
            state.isDozing = false
            state.underWay -= ended
            let contents = state.contents
            state.contents = Contents(isClosed: contents.isClosed)
            return contents
        }
    }

    /// Whether nothing was noted meanwhile. If so, the next note wakes the driver.
    func doze() -> Bool {
        state.withLock { state in
            let contents = state.contents
            state.isDozing =
                contents.starts.isEmpty && contents.cancels.isEmpty && contents.jobs.isEmpty && !contents.isClosed
            return state.isDozing
        }
    }

    /// From here on the multi handle is not touched, and may be freed.
    func forget() {
        state.withLock { $0.isForgotten = true }
    }

    /// The last thing that the driver does. Jobs run elsewhere from here on.
    func end() {
        let (waiting, jobs) = state.withLock { state in
            state.hasEnded = true
            defer {
                state.waitingForEnd = []
                state.contents.jobs = []
            }
            return (state.waitingForEnd, state.contents.jobs)
        }
        for continuation in waiting { continuation.resume() }
        for job in jobs { globalConcurrentExecutor.enqueue(job) }
    }

    private func wake(_ state: inout State) {
        guard state.isDozing, !state.isForgotten else { return }
        state.isDozing = false
        _ = unsafe curl_multi_wakeup(multi)
    }
}

/// Tasks on the driver's thread: what they ask for and what they are answered changes no thread.
extension CommandQueue: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isTaken = state.withLock { state in
            guard !state.hasEnded else { return false }
            state.contents.jobs.append(job)
            wake(&state)
            return true
        }
        if !isTaken { globalConcurrentExecutor.enqueue(job) }
    }
}
