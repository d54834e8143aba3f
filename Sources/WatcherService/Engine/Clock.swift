import CGlibc
import Glibc
package import WatcherCore

/// The two clocks, read together.
package enum Clock {
    package static func now() -> Instant {
        Instant(wall: milliseconds(CLOCK_REALTIME), uptime: milliseconds(CLOCK_BOOTTIME))
    }

    private static func milliseconds(_ id: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(id, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
