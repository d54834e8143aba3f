/// When the requests on one account were made, or are to be made: no more than so many in any minute.
package struct RequestWindow: Sendable {
    /// How long a request counts, in milliseconds: a minute, and a second for those that take longer than others to arrive.
    package static let length: Int64 = 61_000

    package var limit: Int
    /// Uptimes in milliseconds, in order. Those before `start` do not count any more.
    private var times: [Int64] = []
    private var start = 0

    package init(limit: Int) {
        self.limit = limit
    }

    /// The earliest uptime at which another request may be made.
    package func next(at uptime: Int64) -> Int64 {
        let first = times.count - max(limit, 1)
        return max(uptime, times.last ?? uptime, first >= 0 ? times[first] + Self.length : uptime)
    }

    /// Takes the earliest place that is free, and returns its uptime: the request is to be made then.
    package mutating func take(at uptime: Int64) -> Int64 {
        let time = next(at: uptime)
        append(time, at: uptime)
        return time
    }

    /// Counts requests that were made all the same.
    package mutating func count(_ requests: Int, at uptime: Int64) {
        for _ in 0..<max(requests, 0) { append(max(uptime, times.last ?? uptime), at: uptime) }
    }

    /// Gives back the places after an uptime.
    package mutating func giveBack(after uptime: Int64) {
        while times.count > start, let last = times.last, last > uptime { times.removeLast() }
    }

    private mutating func append(_ time: Int64, at uptime: Int64) {
        while start < times.count, times[start] <= uptime - Self.length { start += 1 }
        if start > 1024, start * 2 > times.count {
            times.removeFirst(start)
            start = 0
        }
        times.append(time)
    }
}
