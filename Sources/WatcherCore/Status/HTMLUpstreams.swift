/// The upstreams on the page: a table, which a narrow screen shows as cards.
enum HTMLUpstreams {
    /// What a usual row takes, in bytes.
    private static let rowSize = 420

    static func render(_ snapshot: StatusSnapshot) -> String {
        guard !snapshot.upstreams.isEmpty else { return "<p>No upstream is configured.</p>\n" }
        var current: [String: StatusSnapshot.Job] = [:]
        var latest: [String: StatusSnapshot.Job] = [:]
        for job in snapshot.jobs {
            for name in job.releases.keys {
                if job.ended == nil { current[name] = current[name] ?? job } else { latest[name] = job }
            }
        }
        let titles = ["Upstream", "Release", "State", "Last job", "Next check"]
        var table = "<section>\n<h2>Upstreams</h2>\n<table>\n<thead><tr>"
        table += titles.map { "<th scope=\"col\">\($0)</th>" }.joined() + "</tr></thead>\n<tbody>\n"
        // Appended piece by piece: thousands of rows are most of what a page costs.
        table.reserveCapacity(snapshot.upstreams.count * rowSize)
        for upstream in snapshot.upstreams {
            let state = state(upstream, current[upstream.name], at: snapshot.time)
            table += "<tr><th scope=\"row\">"
            table += HTMLStatus.text(upstream.name)
            table += "</th><td data-l=\"Release\">"
            table += release(upstream, at: snapshot.time)
            table += "</td><td data-l=\"State\" class=\""
            table += state.mark
            table += "\">"
            table += HTMLStatus.text(state.words)
            table += "</td><td data-l=\"Last job\">"
            table += latest[upstream.name].map { job($0, at: snapshot.time) } ?? "none"
            table += "</td><td data-l=\"Next check\">"
            table += upstream.nextCheck.map { HTMLStatus.clock($0, at: snapshot.time) } ?? "unknown"
            table += "</td></tr>\n"
        }
        return table + "</tbody>\n</table>\n</section>\n"
    }

    private static func release(_ upstream: StatusSnapshot.Upstream, at now: Timestamp) -> String {
        guard let release = upstream.lastSeen else { return upstream.isChecked ? "none yet" : "not checked yet" }
        let age = release.publishedAt.map { ", " + unbroken("\(Words.elapsed(now.seconds(since: $0))) old") } ?? ""
        return HTMLStatus.link(release.tag, release.url) + age
    }

    /// In words, and a class that gives them a mark.
    private static func state(
        _ upstream: StatusSnapshot.Upstream, _ job: StatusSnapshot.Job?, at now: Timestamp
    ) -> (words: String, mark: String) {
        if upstream.replacedBy != nil { return ("stopped: replaced by another repository", "bad") }
        if upstream.failures > 0 {
            let since = upstream.lastGoodCheck.map { " since \(HTMLStatus.minute($0))" } ?? ""
            let reason = upstream.error.map { ": \($0)" } ?? ""
            return ("failing\(since)\(reason)", "bad")
        }
        if upstream.isStale { return ("stale", "bad") }
        if let job, job.waitsForApproval { return ("\(job.action) waits for approval", "busy") }
        if let job {
            let since = Words.elapsed(now.seconds(since: job.begun ?? job.created))
            return ("\(job.action) \(job.state.rawValue) for \(since)", "busy")
        }
        if let item = upstream.waiting.first {
            let there = upstream.requiredAssets - item.missing.count
            let count = item.missing.isEmpty || there <= 0 ? "" : ", \(there) of \(upstream.requiredAssets) are there"
            let more = upstream.waiting.count > 1 ? "; \(upstream.waiting.count - 1) more wait" : ""
            let words = "\(item.tag) \(item.cause)\(item.isStalled ? " (overdue)" : "")\(count)\(more)"
            return (words, item.isStalled ? "bad" : "busy")
        }
        return upstream.isChecked ? ("current", "good") : ("not checked yet", "busy")
    }

    private static func job(_ job: StatusSnapshot.Job, at now: Timestamp) -> String {
        let mark =
            switch job.state {
            case .succeeded: "<b class=\"good\">\u{2713}</b>"
            case .failed: "<b class=\"bad\">\u{2717}</b>"
            case .pending, .running, .superseded: "\u{2013}"
            }
        let platforms = (job.platforms ?? []).map { "\u{2713}\u{A0}\(HTMLStatus.text($0.platform))" }
        let ago = job.ended.map { ", " + unbroken("\(Words.elapsed(now.seconds(since: $0))) ago") } ?? ""
        return "\(mark)\u{A0}\(HTMLStatus.link("\(job.action) \(job.state.rawValue)", job.url))\(ago)"
            + (platforms.isEmpty ? "" : "<br>" + platforms.joined(separator: " "))
    }

    /// Words that stay on one line.
    private static func unbroken(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 8)
        for byte in text.utf8 {
            if byte == 0x20 { bytes.append(0xC2) }
            bytes.append(byte == 0x20 ? 0xA0 : byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension StatusSnapshot.Waiting {
    /// What follows its tag: `waits for *.xz`.
    var cause: String {
        missing.isEmpty
            ? "waits until it is old enough" + (until.map { ", \(HTMLStatus.minute($0))" } ?? "")
            : "waits for \(missing.joined(separator: ", "))"
    }
}
