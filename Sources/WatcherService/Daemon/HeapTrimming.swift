import CGlibc
import Synchronization

/// Gives memory back that a busy hour has taken.
///
/// glibc keeps what is freed, large blocks too once one was freed. A daemon that has once read thousands of lists, or
/// had a long outbox, would look that large for ever.
final class HeapTrimming: Sendable {
    /// Blocks of so many bytes and more are mapped, and unmapped when freed: bodies, and the state file.
    private static let mappedFrom: CInt = 128 << 10
    /// Between two times of giving back, in milliseconds.
    private static let gap: Int64 = 5000
    private let last = Mutex<Int64?>(nil)

    /// Before anything large is allocated.
    init() {
        mallopt(M_MMAP_THRESHOLD, Self.mappedFrom)
    }

    /// After a turn of the engine's loop, before it sleeps; at an uptime in milliseconds.
    func settle(at uptime: Int64) {
        let isDue = last.withLock { last in
            if let last, uptime - last < Self.gap { return false }
            last = uptime
            return true
        }
        if isDue { malloc_trim(0) }
    }
}
