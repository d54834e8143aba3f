/// `watcher status` for people: first what needs action, then what is in progress, then the upstreams.
package enum TextStatus: StatusFormat {
    package static let key = "text"
    package static let summary = "The status as text for a terminal."

    /// Ended jobs that are listed; all that are kept are in the JSON document.
    private static let recentLimit = 5

    package static func render(_ snapshot: StatusSnapshot) -> String { render(snapshot, TextLayout()) }

    package static func render(_ snapshot: StatusSnapshot, _ layout: TextLayout) -> String {
        let ended = snapshot.jobs.filter { ($0.ended != nil) && !$0.isActionRequired }
        let recent = layout.isSummary ? [] : ended.suffix(recentLimit).reversed().map { job($0, at: snapshot.time) }
        let sections: [(String, TextStyle.Tone, [TextLayout.Line])] = [
            ("Action required:", .alarm, layout.shortened(actionRequired(snapshot), more: "watcher status --failed")),
            ("In progress:", .heading, layout.shortened(inProgress(snapshot), more: "watcher status --no-summary")),
            ("Upstreams:", .heading, upstreams(snapshot, layout)),
            ("Recent jobs:", .heading, recent.map { .init($0) }),
            ("Rate limit:", .heading, rateLimits(snapshot).map { .init($0) }),
        ]
        return sections.filter { !$0.2.isEmpty }.map { title, tone, lines in
            layout.style.paint(title, tone) + "\n" + lines.flatMap { layout.lines($0) }.map { $0 + "\n" }.joined()
        }.joined(separator: "\n")
    }

    /// Each with the commands that help, which work as they are printed.
    private static func actionRequired(_ snapshot: StatusSnapshot) -> [[TextLayout.Line]] {
        snapshot.actionRequired.map { item in
            let commands = item.commands.map { "\"\($0.command)\" \($0.purpose)" }
            return [.init(item.text)] + (commands.isEmpty ? [] : [.init("  (use \(commands.joined(separator: ", ")))")])
        }
    }

    private static func inProgress(_ snapshot: StatusSnapshot) -> [[TextLayout.Line]] {
        var lines = snapshot.jobs.filter { $0.state == .running }.map { job($0, at: snapshot.time) }
        // Those that wait for approval are above.
        lines += snapshot.jobs.filter { $0.state == .pending && !$0.waitsForApproval }.map {
            job($0, at: snapshot.time)
        }
        lines += snapshot.deliveries.filter { $0.state == .pending }.map { delivery in
            let next = delivery.next.flatMap { $0 > snapshot.time ? ", next attempt at \($0)" : nil } ?? ""
            let reason = delivery.reason.map { ": \($0)" } ?? ""
            return "\(delivery.id) \(delivery.type.rawValue) message to \(delivery.notifier) pending\(next)\(reason)"
        }
        return lines.map { [.init($0)] }
    }

    private static func upstreams(_ snapshot: StatusSnapshot, _ layout: TextLayout) -> [TextLayout.Line] {
        if layout.isSummary { return UpstreamSummary(snapshot).lines.map { .init($0) } }
        guard let width = layout.width else {
            return snapshot.upstreams.flatMap { upstream($0, at: snapshot.time) }.map { .init($0) }
        }
        return UpstreamTable(snapshot).lines(width: width - TextLayout.indent)
    }

    private static func upstream(_ upstream: StatusSnapshot.Upstream, at now: Timestamp) -> [String] {
        let tag = upstream.lastSeen?.tag ?? "no release yet"
        let state = upstream.isChecked ? "\(tag), \(checked(upstream, at: now))" : "not checked yet"
        return ["\(upstream.name) (\(upstream.repository)): \(state)\(upstream.isStale ? " (stale)" : "")"]
            + details(upstream)
    }

    /// What is not as usual, a line each.
    static func details(_ upstream: StatusSnapshot.Upstream) -> [String] {
        var lines: [String] = []
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

    /// `time` says how a time is written.
    static func rateLimits(
        _ snapshot: StatusSnapshot, time: (Timestamp) -> String = { $0.description }
    ) -> [String] {
        var lines = snapshot.rateLimits.compactMap { limit -> String? in
            if let until = limit.pausedUntil, until > snapshot.time {
                return "\(limit.account): paused until \(time(until))\(limit.reason.map { ": \($0)" } ?? "")"
            }
            guard let all = limit.limit, let remaining = limit.remaining else { return nil }
            let reset = limit.resetsAt.map { ", resets at \(time($0))" } ?? ""
            return "\(limit.account): \(remaining) of \(all) requests remaining\(reset)"
        }
        if let slowdown = snapshot.slowdown {
            let tenths = Int(min(slowdown, 1e6) * 10)
            lines.append("polling slowed \(tenths / 10).\(tenths % 10)× to stay within the rate limit")
        }
        return lines
    }

    static func ago(_ time: Timestamp, _ now: Timestamp) -> String {
        let seconds = now.seconds(since: time)
        return seconds < 0 ? "at \(time)" : "\(Words.elapsed(seconds)) ago"
    }

    static func ahead(_ time: Timestamp, _ now: Timestamp) -> String {
        let seconds = time.seconds(since: now)
        return seconds > 0 ? "in \(Words.elapsed(seconds))" : "due"
    }
}
