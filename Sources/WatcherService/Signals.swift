import Glibc
import Synchronization
import UnixSignals

/// SIGTERM and SIGINT as requests to stop.
package enum Signals {
    /// One element for the first signal; the second ends the program at once, with the status that shells expect.
    package static func stops() async -> some AsyncSequence<Void, Never> & Sendable {
        let seen = Seen()
        return await UnixSignalsSequence(trapping: .sigterm, .sigint).map { signal in
            if seen.count.add(1, ordering: .relaxed).oldValue > 0 {
                _exit(128 + (signal == .sigterm ? SIGTERM : SIGINT))
            }
        }
    }

    private final class Seen: Sendable {
        let count = Atomic<Int>(0)
    }
}
