/// The last weeks as drawings: a row an upstream, dots for releases and below them bars for jobs.
///
/// Colours differ for the colour-blind too, and shapes say the same: a failed job has a cross, a release that was ignored
/// is hollow, one that waits is dashed. Places are shares of the width, so that a phone shows texts in their usual size.
enum HTMLTimeline {
    private static let weeks = ReleaseLog.reach / (7 * 86_400)
    /// Maximum number of rows: those with the latest events.
    private static let rowLimit = 40
    /// Maximum number of dots: so many in all, and at least so many in a row.
    private static let dotLimits = (all: 200, row: 4)

    private struct Row {
        var upstream: StatusSnapshot.Upstream
        var jobs: [StatusSnapshot.Job]
        /// Of its latest event.
        var latest: Timestamp
    }

    static func render(_ snapshot: StatusSnapshot) -> String {
        let span = Span(end: snapshot.time)
        var jobs: [String: [StatusSnapshot.Job]] = [:]
        for job in snapshot.jobs where job.begun != nil && (job.ended ?? snapshot.time) >= span.start {
            for name in job.releases.keys { jobs[name, default: []].append(job) }
        }
        // Nothing is drawn of those that are not shown.
        let rows = snapshot.upstreams.compactMap { upstream -> Row? in
            let jobs = jobs[upstream.name] ?? []
            var times: [Timestamp] = jobs.map { $0.ended ?? snapshot.time }
            times += upstream.recent.map(\.published)
            times += upstream.waiting.compactMap(\.published)
            if let published = upstream.lastSeen?.publishedAt { times.append(published) }
            return times.filter(span.contains).max().map { Row(upstream: upstream, jobs: jobs, latest: $0) }
        }.sorted { ($1.latest, $0.upstream.name) < ($0.latest, $1.upstream.name) }
        guard !rows.isEmpty else { return "" }
        let shown = rows.prefix(rowLimit)
        let dotLimit = max(dotLimits.all / shown.count, dotLimits.row)
        let items = shown.map { row -> String in
            let dots = dots(row.upstream, span)
            let counts = "\(Words.count(dots.count, "release")), \(Words.count(row.jobs.count, "job"))"
            let label = HTMLStatus.text("\(row.upstream.name): \(counts)")
            let marks = row.jobs.map { bar($0, span) } + dots.suffix(dotLimit)
            return """
                <li><b>\(HTMLStatus.text(row.upstream.name))</b><svg role="img" aria-label="\(label)">\
                <line x2="100%" y1="10" y2="10"/>\(marks.joined())</svg></li>

                """
        }
        let dates = (0..<weeks).map { span.start.adding($0 * 7 * 86_400).description.dropFirst(5).prefix(5) } + ["now"]
        let sample = "<rect x=\"3\" y=\"5\" width=\"6\" height=\"5\"/>"
        let keys = [
            (dot("release", 7), "release"), (dot("ignored", 7), "ignored"), (dot("waits", 7), "waits"),
            ("<g class=\"job\">\(sample)</g>", "job"),
            ("<g class=\"failed\">\(sample)\(cross("20%", 13))</g>", "job that failed"),
        ].map { "\(key($0))\u{A0}\($1)" }.joined(separator: ", ")
        let rest = rows.count > shown.count ? "<p>\(rows.count - shown.count) more upstreams had events.</p>\n" : ""
        return """
            <section class="weeks">
            <h2>The last \(weeks) weeks</h2>
            <p>\(keys)</p>
            <ul>
            \(items.joined())</ul>
            <p class="axis" aria-hidden="true">\(dates.map { "<span>\($0)</span>" }.joined())</p>
            \(rest)</section>

            """
    }

    private static func bar(_ job: StatusSnapshot.Job, _ span: Span) -> String {
        let (begun, end) = (job.begun ?? job.created, job.ended ?? span.end)
        let title = title("\(job.action) \(job.state.rawValue), \(HTMLStatus.minute(begun))")
        let width = Span.percent(span.thousandths(end) - span.thousandths(begun))
        let bar = "\(title)<rect x=\"\(span.place(begun))\" y=\"21\" width=\"\(width)\" height=\"5\"/>"
        return job.state == .failed
            ? "<g class=\"failed\">\(bar)\(cross(span.place(end), 28))</g>" : "<g class=\"job\">\(bar)</g>"
    }

    /// The oldest first.
    private static func dots(_ upstream: StatusSnapshot.Upstream, _ span: Span) -> [String] {
        var dots: [(published: Timestamp, markup: String)] = []
        func add(_ tag: String, _ published: Timestamp?, _ kind: String, _ words: String) {
            guard let published, span.contains(published) else { return }
            dots.append((published, dot(kind, 10, span.place(published), title("\(tag) \(words)"))))
        }
        for item in upstream.recent {
            let isTaken = item.reason == .taken || item.reason == .firstSight
            add(
                item.tag, item.published, isTaken ? "release" : "ignored",
                isTaken ? "published \(HTMLStatus.minute(item.published))" : "ignored: \(item.reason.words)")
        }
        if let release = upstream.lastSeen, !upstream.recent.contains(where: { $0.tag == release.tag }) {
            let words = release.publishedAt.map(HTMLStatus.minute) ?? ""
            add(release.tag, release.publishedAt, "release", "published \(words)")
        }
        for item in upstream.waiting { add(item.tag, item.published, "waits", item.cause) }
        return dots.sorted { $0.published < $1.published }.map(\.markup)
    }

    // MARK: - Marks

    private struct Span {
        var start: Timestamp
        var end: Timestamp

        init(end: Timestamp) {
            self.end = end
            start = end.adding(-ReleaseLog.reach)
        }

        func contains(_ time: Timestamp) -> Bool { time >= start && time <= end }

        func thousandths(_ time: Timestamp) -> Int64 {
            min(max(time.seconds(since: start), 0), ReleaseLog.reach) * 1000 / ReleaseLog.reach
        }

        func place(_ time: Timestamp) -> String { Self.percent(thousandths(time)) }

        static func percent(_ thousandths: Int64) -> String { "\(thousandths / 10).\(thousandths % 10)%" }
    }

    private static func title(_ text: String) -> String { "<title>\(HTMLStatus.text(text))</title>" }

    private static func dot(_ kind: String, _ y: Int, _ x: String = "50%", _ title: String = "") -> String {
        "<circle class=\"\(kind)\" cx=\"\(x)\" cy=\"\(y)\" r=\"5\">\(title)</circle>"
    }

    private static func cross(_ x: String, _ y: Int) -> String {
        "<text x=\"\(x)\" y=\"\(y)\" dx=\"4\">\u{2717}</text>"
    }

    /// A mark within the text that says what it means.
    private static func key(_ mark: String) -> String { "<svg class=\"key\" aria-hidden=\"true\">\(mark)</svg>" }
}
