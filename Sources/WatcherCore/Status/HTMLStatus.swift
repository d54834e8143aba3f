/// `outputs.page`: one HTML file without scripts or requests of its own, for a browser, a phone or a printer.
///
/// Every text goes through `text`: upstream can write none that is markup. Addresses are links where they are safe.
package enum HTMLStatus: StatusFormat {
    package static let key = "page"
    package static let summary = "The status as one HTML page, for a web server."

    /// UTF-16 units of a text: reasons and errors are untrusted, and may be long.
    private static let textLimit = 300
    /// The browser reads the page again after so many seconds.
    private static let refresh = 60

    package static func render(_ snapshot: StatusSnapshot) -> String {
        let headline = headline(snapshot)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="refresh" content="\(refresh)">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="referrer" content="no-referrer">
            <title>watcher: \(headline)</title>
            <style>
            \(HTMLStyle.sheet)
            </style>
            </head>
            <body>
            <header>
            <h1>watcher: \(headline)</h1>
            <p>Written at \(time(snapshot.time)). \(expectation(snapshot))</p>
            </header>
            <main>

            """
                + actionRequired(snapshot) + upstreams(snapshot) + HTMLTimeline.render(snapshot) + notifiers(snapshot)
                + rateLimits(snapshot)
                    + """
                    </main>
                    <footer><p>watcher \(ProgramVersion.text)</p></footer>
                    </body>
                    </html>

                    """
    }

    // MARK: - Sections

    private static func headline(_ snapshot: StatusSnapshot) -> String {
        let count = snapshot.actionRequired.count
        if count > 0 { return count == 1 ? "1 thing needs action" : "\(count) things need action" }
        return snapshot.upstreams.contains(where: \.isChecked) ? "all current" : "nothing checked yet"
    }

    /// The page cannot know that it is stale: it says until when it is not.
    private static func expectation(_ snapshot: StatusSnapshot) -> String {
        guard let next = snapshot.upstreams.compactMap(\.nextCheck).min() else {
            return "No upstream has been checked yet."
        }
        return
            "The next check is expected by \(time(max(next, snapshot.time))). If that time has passed and this page has "
            + "not changed, it is stale: watcher does not run, or cannot write it."
    }

    private static func actionRequired(_ snapshot: StatusSnapshot) -> String {
        let items = snapshot.actionRequired
        guard !items.isEmpty else { return "" }
        return "<section class=\"action\">\n<h2>Action required</h2>\n<ul>\n"
            + items.map { item in
                let commands = item.commands.map { "<br><code>\(text($0.command))</code> \(text($0.purpose))" }
                let since = item.since.map { " (since \(time($0)))" } ?? ""
                return "<li>\(text(item.text))\(since)\(commands.joined())</li>\n"
            }.joined() + "</ul>\n</section>\n"
    }

    private static func upstreams(_ snapshot: StatusSnapshot) -> String {
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
            return """
                <tr><th scope="row">\(text(upstream.name))</th>\
                <td data-l="Release">\(release(upstream, at: snapshot.time))</td>\
                <td data-l="State" class="\(state.mark)">\(text(state.words))</td>\
                <td data-l="Last job">\(latest[upstream.name].map { job($0, at: snapshot.time) } ?? "none")</td>\
                <td data-l="Next check">\(upstream.nextCheck.map(time) ?? "unknown")</td></tr>

                """
        }
        return "<section>\n<h2>Upstreams</h2>\n<table>\n<thead><tr>"
            + ["Upstream", "Release", "State", "Last job", "Next check"].map { "<th scope=\"col\">\($0)</th>" }.joined()
            + "</tr></thead>\n<tbody>\n" + rows.joined() + "</tbody>\n</table>\n</section>\n"
    }

    private static func notifiers(_ snapshot: StatusSnapshot) -> String {
        guard !snapshot.notifiers.isEmpty else { return "" }
        return "<section>\n<h2>Notifiers</h2>\n<ul>\n"
            + snapshot.notifiers.map { notifier in
                var parts = [notifier.lastDelivered.map { "last delivered \(time($0))" } ?? "nothing delivered yet"]
                if notifier.waiting > 0 { parts.append("\(notifier.waiting) waiting") }
                if let reason = notifier.reason { parts.append(text(reason)) }
                return "<li><strong>\(text(notifier.name))</strong>: \(parts.joined(separator: ", "))</li>\n"
            }.joined() + "</ul>\n</section>\n"
    }

    private static func rateLimits(_ snapshot: StatusSnapshot) -> String {
        let lines = TextStatus.rateLimits(snapshot)
        guard !lines.isEmpty else { return "" }
        return "<section>\n<h2>Rate limits</h2>\n<ul>\n" + lines.map { "<li>\(text($0))</li>\n" }.joined()
            + "</ul>\n</section>\n"
    }

    // MARK: - Cells

    private static func release(_ upstream: StatusSnapshot.Upstream, at now: Timestamp) -> String {
        guard let release = upstream.lastSeen else { return upstream.isChecked ? "none yet" : "not checked yet" }
        let age = release.publishedAt.map { ", \(Words.elapsed(now.seconds(since: $0))) old" } ?? ""
        return link(release.tag, release.url) + age
    }

    /// In words, and a class that gives them a mark.
    private static func state(
        _ upstream: StatusSnapshot.Upstream, _ job: StatusSnapshot.Job?, at now: Timestamp
    ) -> (words: String, mark: String) {
        if upstream.replacedBy != nil { return ("stopped: replaced by another repository", "bad") }
        if upstream.failures > 0 {
            let since = upstream.lastGoodCheck.map { " since \(minute($0))" } ?? ""
            let reason = upstream.error.map { ": \($0)" } ?? ""
            return ("failing\(since)\(reason)", "bad")
        }
        if upstream.isStale { return ("stale", "bad") }
        if let job {
            let since = Words.elapsed(now.seconds(since: job.begun ?? job.created))
            return ("\(job.action) \(job.state.rawValue) for \(since)", "busy")
        }
        if let item = upstream.waiting.first {
            let cause = item.missing.isEmpty ? "until it is old enough" : "for \(item.missing.joined(separator: ", "))"
            return ("\(item.tag) waits \(cause)", item.isStalled ? "bad" : "busy")
        }
        return upstream.isChecked ? ("current", "good") : ("not checked yet", "busy")
    }

    private static func job(_ job: StatusSnapshot.Job, at now: Timestamp) -> String {
        let mark = job.state == .succeeded ? "\u{2713}" : job.state == .failed ? "\u{2717}" : "\u{2013}"
        let platforms = (job.platforms ?? []).map { "\u{2713} \(text($0.platform))" }.joined(separator: " ")
        let ago = job.ended.map { ", \(Words.elapsed(now.seconds(since: $0))) ago" } ?? ""
        return "\(mark) \(link("\(job.action) \(job.state.rawValue)", job.url))\(ago)"
            + (platforms.isEmpty ? "" : "<br>\(platforms)")
    }

    // MARK: - Texts

    static func text(_ text: String) -> String { text.cleanedLine(limit: textLimit).escapedForMarkup }

    private static func link(_ title: String, _ url: String?) -> String {
        guard let link = Message.Link("", url) else { return text(title) }
        return "<a href=\"\(link.url.escapedForMarkup)\">\(text(title))</a>"
    }

    private static func time(_ time: Timestamp) -> String { "<time datetime=\"\(time)\">\(minute(time))</time>" }

    /// `2026-08-03 10:00 UTC`.
    static func minute(_ time: Timestamp) -> String {
        let text = time.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}
