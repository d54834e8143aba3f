/// `watcher status` for people: first what needs action, then what is in progress, then the upstreams.
package enum TextStatus: StatusFormat {
    package static let key = "text"
    package static let summary = "The status as text for a terminal."

    /// Ended jobs that are listed; all that are kept are in the JSON document.
    private static let recentLimit = 5
    /// UTF-16 units of a line: reasons and errors are untrusted, and may be long.
    private static let lineLimit = 1000

    package static func render(_ snapshot: StatusSnapshot) -> String {
        let ended = snapshot.jobs.filter { ($0.ended != nil) && !$0.isActionRequired }
        let sections = [
            ("Action required:", actionRequired(snapshot)),
            ("In progress:", inProgress(snapshot)),
            ("Upstreams:", snapshot.upstreams.flatMap { upstream($0, at: snapshot.time) }),
            ("Recent jobs:", ended.suffix(recentLimit).reversed().map { job($0, at: snapshot.time) }),
            ("Rate limit:", rateLimits(snapshot)),
        ]
        return sections.filter { !$0.1.isEmpty }.map { title, lines in
            ([title]
                + lines.map { line in
                    let indent = line.prefix { $0 == " " }
                    return "  " + indent + line.cleanedLine(limit: lineLimit)
                }).joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }

    /// Each with the commands that help, which work as they are printed.
    private static func actionRequired(_ snapshot: StatusSnapshot) -> [String] {
        snapshot.actionRequired.flatMap { item in
            let commands = item.commands.map { "\"\($0.command)\" \($0.purpose)" }
            return [item.text] + (commands.isEmpty ? [] : ["  (use \(commands.joined(separator: ", ")))"])
        }
    }

    private static func inProgress(_ snapshot: StatusSnapshot) -> [String] {
        var lines = snapshot.jobs.filter { $0.state == .running }.map { job($0, at: snapshot.time) }
        lines += snapshot.jobs.filter { $0.state == .pending }.map { job($0, at: snapshot.time) }
        lines += snapshot.deliveries.filter { $0.state == .pending }.map { delivery in
            let next = delivery.next.flatMap { $0 > snapshot.time ? ", next attempt at \($0)" : nil } ?? ""
            let reason = delivery.reason.map { ": \($0)" } ?? ""
            return "\(delivery.id) \(delivery.type.rawValue) message to \(delivery.notifier) pending\(next)\(reason)"
        }
        return lines
    }

    private static func upstream(_ upstream: StatusSnapshot.Upstream, at now: Timestamp) -> [String] {
        let tag = upstream.lastSeen?.tag ?? "no release yet"
        let state = upstream.isChecked ? "\(tag), \(checked(upstream, at: now))" : "not checked yet"
        var lines = ["\(upstream.name) (\(upstream.repository)): \(state)\(upstream.isStale ? " (stale)" : "")"]
        if upstream.failures > 0 { lines.append("  \(failedChecks(upstream))") }
        lines += upstream.waiting.map { waiting in
            let cause =
                waiting.missing.isEmpty
                ? "until \(waiting.until.map(\.description) ?? "it is old enough")"
                : "for \(waiting.missing.joined(separator: ", "))"
            return "  \(waiting.tag) waits \(cause)\(waiting.isStalled ? " (overdue)" : "")"
        }
        return lines
    }

    static func checked(_ upstream: StatusSnapshot.Upstream, at now: Timestamp) -> String {
        upstream.lastGoodCheck.map { "last checked \(ago($0, now))" } ?? "never checked successfully"
    }

    static func failedChecks(_ upstream: StatusSnapshot.Upstream) -> String {
        let count = upstream.failures == 1 ? "1 failed check" : "\(upstream.failures) failed checks in a row"
        return upstream.error.map { "\(count): \($0)" } ?? count
    }

    static func job(_ job: StatusSnapshot.Job, at now: Timestamp) -> String {
        let releases = job.releases.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let state =
            switch job.state {
            case .running: "running for \(Words.elapsed(now.seconds(since: job.begun ?? job.created)))"
            case .pending: "pending for \(Words.elapsed(now.seconds(since: job.created)))"
            case .succeeded, .failed, .superseded: "\(job.state.rawValue) \(ago(job.ended ?? job.created, now))"
            }
        let next = job.state == .pending ? job.next.flatMap { $0 > now ? "next attempt at \($0)" : nil } : nil
        let details = [
            next, job.url, job.platforms.map { $0.map(\.platform).joined(separator: " ") }, job.reason,
            job.log.map { "log: \($0)" },
        ]
        return
            ([("\(job.id) \(job.action) for \(releases.joined(separator: ", ")): \(state)")] + details.compactMap { $0 })
            .joined(separator: ", ")
    }

    static func rateLimits(_ snapshot: StatusSnapshot) -> [String] {
        var lines = snapshot.rateLimits.compactMap { limit -> String? in
            if let until = limit.pausedUntil, until > snapshot.time {
                return "\(limit.account): paused until \(until)\(limit.reason.map { ": \($0)" } ?? "")"
            }
            guard let all = limit.limit, let remaining = limit.remaining else { return nil }
            let reset = limit.resetsAt.map { ", resets at \($0)" } ?? ""
            return "\(limit.account): \(remaining) of \(all) requests remaining\(reset)"
        }
        if let slowdown = snapshot.slowdown {
            let tenths = Int(min(slowdown, 1e6) * 10)
            lines.append("polling slowed \(tenths / 10).\(tenths % 10)× to stay within the rate limit")
        }
        return lines
    }

    private static func ago(_ time: Timestamp, _ now: Timestamp) -> String {
        let seconds = now.seconds(since: time)
        return seconds < 0 ? "at \(time)" : "\(Words.elapsed(seconds)) ago"
    }
}
