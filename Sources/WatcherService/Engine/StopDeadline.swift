import CGlibc
import Curl
import Glibc
import Synchronization

/// Ends the program when it has not ended by itself in time after it was asked to stop, whatever holds it up: a terminal
/// that is stopped, a disk that does not answer, a library that goes round in circles. Nothing is lost by that: what
/// matters is on disk before it is begun.
package enum StopDeadline {
    /// In milliseconds: within the 5 seconds that a stop may take, and the 10 with a build.
    package static let limit = 4500
    package static let buildLimit = 9500

    private static let builds = Atomic<Int>(0)
    private static let status = Atomic<Int32>(0)

    /// Counts from now on, at the first signal; the status is what the program then ends with.
    package static func start(status: Int32) {
        Self.status.store(status, ordering: .relaxed)
        var thread = pthread_t()
        guard unsafe pthread_create(&thread, nil, endLate, nil) == 0 else { return }
        pthread_detach(thread)
    }

    /// A build is under way as long as `body`.
    static func duringBuild<Value>(_ body: () async -> Value) async -> Value {
        builds.add(1, ordering: .relaxed)
        defer { builds.subtract(1, ordering: .relaxed) }
        return await body()
    }

    fileprivate static func end() {
        wait(limit)
        if builds.load(ordering: .relaxed) > 0 { wait(buildLimit - limit) }
        _exit(status.load(ordering: .relaxed))
    }

    private static func wait(_ milliseconds: Int) {
        // No signal reaches this thread, so that it sleeps through.
        _ = poll(nil, 0, Int32(milliseconds))
    }
}

private func endLate(_: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    blockSignals()
    StopDeadline.end()
    return nil
}
