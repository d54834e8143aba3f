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
                + actionRequired(snapshot) + HTMLUpstreams.render(snapshot) + HTMLTimeline.render(snapshot)
                + notifiers(snapshot) + rateLimits(snapshot)
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
        let failing = snapshot.upstreams.count { $0.failures > 0 }
        if failing > 0 { return "\(Words.count(failing, "upstream")) failing" }
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
                let since = item.since.map { " <small>since\u{A0}\(time($0))</small>" } ?? ""
                return "<li>\(linked(item.text, item.url))\(since)\(commands.joined())</li>\n"
            }.joined() + "</ul>\n</section>\n"
    }

    private static func notifiers(_ snapshot: StatusSnapshot) -> String {
        guard !snapshot.notifiers.isEmpty else { return "" }
        return "<section>\n<h2>Notifiers</h2>\n<ul>\n"
            + snapshot.notifiers.map { notifier in
                var parts = [notifier.lastDelivered.map { "last delivered \(time($0))" } ?? "nothing delivered yet"]
                if notifier.waiting > 0 { parts.append("\(notifier.waiting) waiting") }
                if let reason = notifier.reason { parts.append(text(reason)) }
                let mark = notifier.reason == nil ? "" : " class=\"bad\""
                return "<li\(mark)><strong>\(text(notifier.name))</strong>: \(parts.joined(separator: ", "))</li>\n"
            }.joined() + "</ul>\n</section>\n"
    }

    private static func rateLimits(_ snapshot: StatusSnapshot) -> String {
        let lines = TextStatus.rateLimits(snapshot, time: minute)
        guard !lines.isEmpty else { return "" }
        return "<section>\n<h2>Rate limits</h2>\n<ul>\n" + lines.map { "<li>\(text($0))</li>\n" }.joined()
            + "</ul>\n</section>\n"
    }

    // MARK: - Texts

    static func text(_ text: String) -> String { text.cleanedLine(limit: textLimit).escapedForMarkup }

    /// A text in which an address is a link.
    private static func linked(_ words: String, _ url: String?) -> String {
        let words = text(words)
        guard let url, let place = words.firstRange(of: url.escapedForMarkup) else { return words }
        return words[..<place.lowerBound] + link(url, url) + words[place.upperBound...]
    }

    static func link(_ title: String, _ url: String?) -> String {
        guard let link = Message.Link("", url) else { return text(title) }
        var markup = "<a href=\""
        markup += link.url.escapedForMarkup
        markup += "\">"
        markup += text(title)
        markup += "</a>"
        return markup
    }

    private static func time(_ time: Timestamp) -> String { "<time datetime=\"\(time)\">\(minute(time))</time>" }

    /// Without the date where it is that of `now`.
    static func clock(_ time: Timestamp, at now: Timestamp) -> String {
        let isSameDay = time.seconds / 86_400 == now.seconds / 86_400
        let words = isSameDay ? words(time, 11..<16) + " UTC" : minute(time)
        return "<time datetime=\"" + time.description + "\">" + words + "</time>"
    }

    /// `2026-08-03 10:00 UTC`.
    static func minute(_ time: Timestamp) -> String {
        words(time, 0..<10) + " " + words(time, 11..<16) + " UTC"
    }

    /// A part of `2026-08-03T10:00:00Z`.
    private static func words(_ time: Timestamp, _ part: Range<Int>) -> String {
        var bytes: [UInt8] = []
        time.append(to: &bytes)
        return String(decoding: bytes[part], as: UTF8.self)
    }
}
