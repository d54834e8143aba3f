/// The upstreams on the page: a table, which a narrow screen shows as cards.
enum HTMLUpstreams {
    static func render(_ snapshot: StatusSnapshot) -> String {
        guard !snapshot.upstreams.isEmpty else { return "<p>No upstream is configured.</p>\n" }
        var current: [String: StatusSnapshot.Job] = [:]
        var latest: [String: StatusSnapshot.Job] = [:]
        for job in snapshot.jobs {
            for name in job.releases.keys {
                if job.ended == nil { current[name] = current[name] ?? job } else { latest[name] = job }
            }
        }
        let rows = snapshot.upstreams.map { upstream in
            let state = state(upstream, current[upstream.name], at: snapshot.time)
            let next = upstream.nextCheck.map { HTMLStatus.clock($0, at: snapshot.time) }
            return """
                <tr><th scope="row">\(HTMLStatus.text(upstream.name))</th>\
                <td data-l="Release">\(release(upstream, at: snapshot.time))</td>\
                <td data-l="State" class="\(state.mark)">\(HTMLStatus.text(state.words))</td>\
                <td data-l="Last job">\(latest[upstream.name].map { job($0, at: snapshot.time) } ?? "none")</td>\
                <td data-l="Next check">\(next ?? "unknown")</td></tr>

                """
        }
        return "<section>\n<h2>Upstreams</h2>\n<table>\n<thead><tr>"
            + ["Upstream", "Release", "State", "Last job", "Next check"].map { "<th scope=\"col\">\($0)</th>" }.joined()
            + "</tr></thead>\n<tbody>\n" + rows.joined() + "</tbody>\n</table>\n</section>\n"
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
        String(decoding: text.utf8.flatMap { $0 == 0x20 ? [0xC2, 0xA0] : [$0] }, as: UTF8.self)
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
