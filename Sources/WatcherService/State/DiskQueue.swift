import Dispatch

/// Where files are read and written while transfers go on: a disk that takes its time holds up nothing but what waits for
/// it. On a thread of its own, as those of tasks are as few as the machine has processors, and signals are heard there.
enum DiskQueue {
    private static let queue = DispatchQueue(label: "watcher.disk")

    /// Returns what `body` does, in its turn.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}
