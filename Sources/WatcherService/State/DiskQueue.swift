import Curl
import Dispatch
import Glibc
import Synchronization

/// Where files are read and written while transfers go on: a disk that takes its time holds up nothing but what waits for
/// it. On a thread of its own, as those of tasks are as few as the machine has processors, and signals are heard there.
enum DiskQueue {
    private static let jobs = Mutex<[@Sendable () -> Void]>([])
    private static let bell = DispatchSemaphore(value: 0)

    /// Made once, and never ended: it sleeps without ticks. False where the system gives none.
    private static let hasThread: Bool = {
        var thread = pthread_t()
        guard unsafe pthread_create(&thread, nil, workOnDisk, nil) == 0 else { return false }
        pthread_detach(thread)
        return true
    }()

    fileprivate static func work() -> Never {
        while true {
            bell.wait()
            let job = jobs.withLock { $0.removeFirst() }
            job()
        }
    }

    /// Returns what `body` does, in its turn; without a thread at once, where it is called.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        guard hasThread else { return body() }
        return await withCheckedContinuation { continuation in
            jobs.withLock { $0.append { continuation.resume(returning: body()) } }
            bell.signal()
        }
    }
}

private func workOnDisk(_: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    blockSignals()
    DiskQueue.work()
}
