/// How far intervals stretch so that a token's quota is never used up: planned as if every answer were a 200, and
/// corrected by what the server says is left.
package enum Budget {
    /// The part of the quota that intervals nobody chose may take: the token is for other things too.
    package static let shareByDefault = 0.2
    /// The part that intervals may take which somebody chose. Without a token all share the address's 60 an hour.
    package static let shareAsked = 0.8
    /// Requests that are left alone until the reset: dispatches and looks at runs need some.
    package static let reserve = 0.1

    /// By how much every interval is to be multiplied now, at least 1.
    package static func stretch(_ config: Config, _ quota: Quota.Record?, at now: Instant) -> Double {
        // A server that says 0, or less, does not limit, or does not know.
        let said = quota?.limit.flatMap { $0 > 0 ? $0 : nil }
        let limit = Double(said ?? (config.github.token == nil ? 60 : 5000))
        var asked = 0.0
        var byDefault = 0.0
        for upstream in config.upstreams.values {
            let load = 3600 / Double(max(Core.interval(of: upstream, in: config), 1))
            if upstream.every == nil, config.poll.every == nil { byDefault += load } else { asked += load }
        }
        let share = config.github.token == nil ? shareAsked : shareByDefault
        let planned = max(byDefault / (limit * share), asked / (limit * shareAsked), 1)
        guard let quota, let remaining = quota.remaining, let resetsAt = quota.resetsAt, !now.hasReached(resetsAt)
        else {
            return planned
        }
        // Others may spend from the same quota: what is left has to last until the reset.
        let seconds = Double(min(max(resetsAt.seconds(since: now.floor), 1), 3600))
        let needed = (asked + byDefault) * seconds / 3600
        let left = max(Double(remaining) - limit * reserve, 0)
        guard left > 0 else { return max(planned, needed * 3600 / seconds) }
        return max(planned, needed / left)
    }
}
