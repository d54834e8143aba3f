/// One token's budget: what the server last said of it, and how many requests may still be made.
package struct RateLimit: Sendable {
    /// What must outlive the process.
    package struct Record: Sendable, Equatable, Codable {
        package var limit: Int?
        package var remaining: Int?
        package var resetsAt: Timestamp?
        /// No request before this moment: the server asked for it.
        package var pausedUntil: Timestamp?
        package var pauseReason: String?
        /// How long the pause was to be, in seconds: one that is farther away was set by another clock.
        package var pauseLength: Int64?
        /// Limits without a named time in a row.
        package var strikes = 0

        package init() {}
    }

    package var record: Record
    /// The commands that were begun, and what they reported: requests of the last minute count whatever the limit was when
    /// they were made.
    private var window: RequestWindow
    /// Server clock less ours, in seconds; nil until a response has shown it.
    package private(set) var clockOffset: Int64?

    package init(_ record: Record = Record(), requestsPerMinute: Int) {
        self.record = record
        window = RequestWindow(limit: requestsPerMinute)
    }

    package var requestsPerMinute: Int {
        get { window.limit }
        set { window.limit = newValue }
    }

    package enum Permission: Sendable, Equatable {
        case granted
        /// The server asked for a pause.
        case paused(until: Timestamp)
        /// Our own limit of requests in a minute; free again at this uptime in milliseconds.
        case busy(untilUptime: Int64)
    }

    package mutating func permission(at now: Instant) -> Permission {
        if let until = record.pausedUntil {
            let longest = record.pauseLength ?? Backoff.longestPause
            if !now.hasReached(until), until <= now.deadline(in: longest) { return .paused(until: until) }
            record.pausedUntil = nil
            record.pauseReason = nil
        }
        let next = window.next(at: now.uptime)
        return next <= now.uptime ? .granted : .busy(untilUptime: next)
    }

    /// Moves what the wall clock said: it was set.
    package mutating func shift(by seconds: Int64) {
        record.pausedUntil = record.pausedUntil?.adding(seconds)
        record.resetsAt = record.resetsAt?.adding(seconds)
        clockOffset = clockOffset.map { $0 - seconds }
    }

    /// Counts a request before it is made.
    package mutating func spend(at now: Instant) {
        window.count(1, at: now.uptime)
    }

    package mutating func note(_ reading: RateLimitReading, at now: Instant) {
        record.limit = reading.limit ?? record.limit
        record.remaining = reading.remaining ?? record.remaining
        if let resetIn = reading.resetIn { record.resetsAt = now.deadline(in: resetIn) }
        if let date = reading.date { clockOffset = date.seconds(since: now.floor) }
        // One was counted before it was made; pages and redirects come on top.
        window.count(reading.requests - 1, at: now.uptime)
    }

    /// An answer that was no limit: the next unnamed one starts anew.
    package mutating func recover() {
        record.strikes = 0
    }

    /// Takes a pause that was asked for; never shorter than asked, never longer than a named bound.
    package mutating func pause(seconds: Int64?, reason: String, at now: Instant) {
        // Requests that were in flight together meet one limit together.
        let isPaused = record.pausedUntil.map { !now.hasReached($0) } ?? false
        if seconds != nil { record.strikes = 0 } else if !isPaused { record.strikes = min(record.strikes + 1, 10) }
        let wait = seconds ?? Backoff.unnamedLimit(after: record.strikes)
        let length = min(max(wait, 1), seconds == nil ? Backoff.longestPause : Backoff.longestNamedPause)
        let until = now.deadline(in: length)
        if until >= record.pausedUntil ?? until {
            record.pausedUntil = until
            record.pauseLength = length
        }
        record.pauseReason = reason
    }
}
