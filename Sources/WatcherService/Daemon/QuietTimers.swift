import CGlibc
import FoundationEssentials
import Glibc
import Synchronization

/// Keeps libdispatch, on which Swift's tasks run, from waking the process once a second for ever.
///
/// On Linux libdispatch looks after its threads by a repeating timer of a second (`_dispatch_workq_monitor_pools`), so
/// that it can start more of them when many are blocked. Ours never are, but for a save. That timer is the only one in
/// the `timerfd` that libdispatch keeps for `CLOCK_MONOTONIC` (`Task.sleep` on the continuous clock has another, for
/// `CLOCK_BOOTTIME`), and it is set anew only when it has fired: taken back once, it does not come again. Where no such
/// file is found, nothing changes.
final class QuietTimers: Sendable {
    private enum Search {
        case turnsLeft(Int)
        case found(Int32)
        case givenUp
    }

    /// In how many turns it is looked for: libdispatch makes it when its first thread is started.
    private static let turnLimit = 20
    private let search = Mutex(Search.turnsLeft(turnLimit))

    /// After a turn of the engine's loop, before it sleeps.
    func settle() {
        search.withLock { search in
            if case .turnsLeft(let turns) = search {
                if let file = Self.find() {
                    search = .found(file)
                } else {
                    search = turns > 1 ? .turnsLeft(turns - 1) : .givenUp
                }
            }
            guard case .found(let file) = search else { return }
            var time = itimerspec()
            guard unsafe timerfd_gettime(file, &time) == 0 else { return search = .givenUp }
            guard time.it_value.tv_sec != 0 || time.it_value.tv_nsec != 0 else { return }
            time = itimerspec()
            unsafe timerfd_settime(file, 0, &time, nil)
        }
    }

    /// The one timer of the monotonic clock; nil when there is none, or more than one.
    private static func find() -> Int32? {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fdinfo")) ?? []
        let timers = files.compactMap { Int32($0) }.filter { file in
            guard let bytes = try? DurableFile.read("/proc/self/fdinfo/\(file)") else { return false }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").contains { line in
                line.hasPrefix("clockid:")
                    && line.split(whereSeparator: { $0 == " " || $0 == "\t" }).last == "\(CLOCK_MONOTONIC)"
            }
        }
        return timers.count == 1 ? timers[0] : nil
    }
}
