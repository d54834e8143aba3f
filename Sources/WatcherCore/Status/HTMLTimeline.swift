/// The last weeks as a drawing: a row an upstream, dots for releases and bars for jobs.
///
/// Colours differ for the colour-blind too, and shapes say the same: a failed job is crossed out, a release that waits is
/// hollow.
enum HTMLTimeline {
    private static let days: Int64 = 28
    /// Maximum number of rows: those with the latest events.
    private static let rowLimit = 40
    /// Characters of a name that fit before the rows.
    private static let nameLimit = 20
    private static let (left, width, height) = (150, 560, 22)

    private struct Row {
        var name: String
        var latest: Timestamp
        var marks: [String]
    }

    static func render(_ snapshot: StatusSnapshot) -> String {
        let start = snapshot.time.adding(-days * 86_400)
        let rows = snapshot.upstreams.compactMap { row($0, snapshot, since: start) }
            .sorted { ($1.latest, $0.name) < ($0.latest, $1.name) }
        guard !rows.isEmpty else { return "" }
        let shown = rows.prefix(rowLimit)
        let drawing = shown.enumerated().map { index, row in
            "<g transform=\"translate(0 \(index * height))\"><text x=\"0\" y=\"15\">"
                + "\(HTMLStatus.text(row.name.cut(to: nameLimit) { _ in 1 }))</text>"
                + "<line x1=\"\(left)\" x2=\"\(left + width)\" y1=\"11\" y2=\"11\"/>\(row.marks.joined())</g>\n"
        }
        let rest = rows.count > shown.count ? "<p>\(rows.count - shown.count) more upstreams had events.</p>\n" : ""
        return """
            <section>
            <h2>The last \(days / 7) weeks</h2>
            <p>Dots are releases, hollow while they wait; bars are jobs, crossed out where they failed.</p>
            <svg viewBox="0 0 \(left + width + 10) \(shown.count * height + 4)" role="img" \
            aria-label="Releases and jobs of the last \(days / 7) weeks">
            \(drawing.joined())</svg>
            \(rest)</section>

            """
    }

    private static func row(
        _ upstream: StatusSnapshot.Upstream, _ snapshot: StatusSnapshot, since start: Timestamp
    ) -> Row? {
        let span = snapshot.time.seconds(since: start)
        func place(_ time: Timestamp) -> Int {
            left + Int(Int64(width) * min(max(time.seconds(since: start), 0), span) / span)
        }
        func title(_ text: String) -> String { "<title>\(HTMLStatus.text(text))</title>" }
        var latest: [Timestamp] = []
        var marks: [String] = []
        for job in snapshot.jobs where job.releases[upstream.name] != nil {
            guard let begun = job.begun, (job.ended ?? snapshot.time) >= start else { continue }
            let (from, to) = (place(begun), max(place(job.ended ?? snapshot.time), place(begun) + 4))
            let words = "\(job.action) \(job.state.rawValue), \(HTMLStatus.minute(begun))"
            let bar = title(words) + "<rect x=\"\(from)\" y=\"6\" width=\"\(to - from)\" height=\"10\"/>"
            let cross = "<path d=\"M\(from - 3) 4L\(to + 3) 18M\(from - 3) 18L\(to + 3) 4\"/>"
            latest.append(job.ended ?? snapshot.time)
            marks.append(
                job.state == .failed ? "<g class=\"failed\">\(bar)\(cross)</g>" : "<g class=\"job\">\(bar)</g>")
        }
        func dot(_ tag: String, _ published: Timestamp?, _ kind: String, _ words: String) {
            guard let published, published >= start, published <= snapshot.time else { return }
            latest.append(published)
            let title = title("\(tag) \(words)")
            marks.append("<circle class=\"\(kind)\" cx=\"\(place(published))\" cy=\"11\" r=\"5\">\(title)</circle>")
        }
        if let release = upstream.lastSeen {
            let words = release.publishedAt.map(HTMLStatus.minute) ?? ""
            dot(release.tag, release.publishedAt, "release", "published \(words)")
        }
        for item in upstream.waiting {
            let missing =
                item.missing.isEmpty ? "until it is old enough" : "for \(item.missing.joined(separator: ", "))"
            dot(item.tag, item.published, "waits", "waits \(missing)")
        }
        return latest.max().map { Row(name: upstream.name, latest: $0, marks: marks) }
    }
}
