import Glibc

/// What the process needs of the system before anything else, found out where it can still be said.
enum Surroundings {
    /// Threads that a pass needs beside the first: two for tasks, one for timers and signals, those of the HTTP client and
    /// of the log.
    private static let threads = 6

    /// Why that many threads cannot be had; nil when they can. libdispatch, on which Swift's tasks run, would wait for
    /// its first one forever, without output.
    static func threadFailure() -> String? {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return text(errno) }
        var started: [pthread_t] = []
        var failure: Int32 = 0
        while started.count < threads, failure == 0 {
            var thread = pthread_t()
            failure = unsafe pthread_create(&thread, nil, waitForEnd, UnsafeMutableRawPointer(bitPattern: Int(ends[0])))
            if failure == 0 { started.append(thread) }
        }
        // All exist at the same time, until the pipe ends.
        close(ends[1])
        for thread in started { pthread_join(thread, nil) }
        close(ends[0])
        return failure == 0 ? nil : text(failure)
    }

    private static func text(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}

private func waitForEnd(_ file: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    var byte: UInt8 = 0
    while unsafe read(Int32(Int(bitPattern: file)), &byte, 1) < 0, errno == EINTR {}
    return nil
}
