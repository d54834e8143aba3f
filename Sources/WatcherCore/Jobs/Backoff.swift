/// How long to wait before the next try: a pure function of how many have failed, with the reasons beside each table.
package enum Backoff {
    /// Attempts to start a job: blips clear in seconds, an outage takes minutes. 5 s, 30 s, 2 min, 10 min, then half hours.
    package static func start(after failures: Int) -> Int64 { [5, 30, 120, 600][orLast: failures - 1] ?? 1800 }

    /// Messages: a chat that is back within a minute gets them then; one that is down for hours is asked hourly.
    package static func message(after failures: Int) -> Int64 { [2, 10, 60, 300, 900][orLast: failures - 1] ?? 3600 }

    /// Looks at a run: a short one is seen to end at once, a long one costs two requests a minute.
    package static func follow(after looks: Int) -> Int64 { [1, 2, 4, 8, 16][orLast: looks] ?? 30 }

    /// A secondary limit that names no time: GitHub asks for at least a minute, then longer each time.
    package static func unnamedLimit(after strikes: Int) -> Int64 { [60, 120, 300, 900][orLast: strikes - 1] ?? 3600 }

    /// An upstream that fails: at first at its own interval, then at growing multiples of it, up to an hour.
    package static func check(interval: Int64, after failures: Int) -> Int64 {
        let factor = Int64(1) << Int64(min(max(failures - 1, 0), 5))
        return max(interval, min(interval * factor, 3600))
    }

    /// Looks at a registry that does not answer: the image is there or not, whenever it can be seen.
    package static func registry(after failures: Int) -> Int64 { [5, 30, 120, 600][orLast: failures - 1] ?? 1800 }

    /// After how many of them in a row an image counts as not proven.
    package static let registryTries = 10

    /// Between two looks for the run of a dispatch whose answer was lost.
    package static let lookup: Int64 = 2
    /// After which a message is given up.
    package static let messageLifetime: Int64 = 3 * 86_400
    /// The longest pause without a named time.
    package static let longestPause: Int64 = 86_400
    /// The longest pause that a server may ask for, in seconds: what is longer is a mistake of the server's.
    package static let longestNamedPause: Int64 = 366 * 86_400
    /// How long a run that was accepted may be unreadable.
    package static let missingRun: Int64 = 120
}

extension [Int64] {
    /// The element at `index`, nil beyond the end; a negative index is the first.
    fileprivate subscript(orLast index: Int) -> Int64? {
        index < count ? self[Swift.max(index, 0)] : nil
    }
}
