/// The upstreams as a table for a terminal: a row each, and below it what is not as usual.
struct UpstreamTable {
    private enum Column: Int, CaseIterable { case name, version, published, lastCheck, nextCheck }

    private struct Row {
        var cells: [String]
        var tone: TextStyle.Tone
        var details: [String]
    }

    private let rows: [Row]

    /// Blanks between two columns.
    private static let gap = 2
    /// Columns that a name and a version keep where there is not room for all.
    private static let shortest = 12
    /// UTF-16 units of a cell.
    private static let cellLimit = 128
    /// What goes first where the terminal is too narrow for all.
    private static let dispensable: [Column] = [.published, .nextCheck, .lastCheck]

    init(_ snapshot: StatusSnapshot) {
        rows = snapshot.upstreams.map { upstream in
            let cells = Column.allCases.map { Self.cell($0, of: upstream, at: snapshot.time) }
            return Row(
                cells: cells.map { $0.cleanedLine(limit: Self.cellLimit) }, tone: Self.tone(upstream),
                details: TextStatus.details(upstream))
        }
    }

    /// At most so wide, but for what stands below a row, which is wrapped later.
    func lines(width: Int) -> [TextLayout.Line] {
        guard !rows.isEmpty else { return [] }
        let header = ["NAME", "VERSION", "PUBLISHED", "LAST CHECK", "NEXT CHECK"]
        var widths = Column.allCases.map { column in
            (rows.map(\.cells) + [header]).map { $0[column.rawValue].displayWidth }.max() ?? 0
        }
        var shown = Column.allCases
        func total() -> Int { shown.map { widths[$0.rawValue] }.reduce(0, +) + Self.gap * (shown.count - 1) }
        func shrink(_ column: Column, to least: Int) {
            let wanted = widths[column.rawValue] - max(total() - width, 0)
            widths[column.rawValue] = min(max(wanted, least), widths[column.rawValue])
        }
        for dropped in [nil] + Self.dispensable.map(Optional.some) {
            if let dropped, total() > width { shown.removeAll { $0 == dropped } }
            shrink(.version, to: Self.shortest)
            shrink(.name, to: Self.shortest)
        }
        shrink(.version, to: 1)
        shrink(.name, to: 1)
        func line(_ cells: [String]) -> String {
            let text = shown.map {
                cells[$0.rawValue].fitted(to: widths[$0.rawValue]).padded(to: widths[$0.rawValue])
            }.joined(separator: String(repeating: " ", count: Self.gap))
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
        return [TextLayout.Line(line(header), .muted, isRow: true)]
            + rows.flatMap { row in
                [TextLayout.Line(line(row.cells), row.tone, isRow: true)]
                    + row.details.map { TextLayout.Line($0, row.tone) }
            }
    }

    private static func cell(_ column: Column, of upstream: StatusSnapshot.Upstream, at now: Timestamp) -> String {
        switch column {
        case .name: upstream.name
        case .version: upstream.lastSeen?.tag ?? (upstream.isChecked ? "none yet" : "not checked yet")
        case .published: upstream.lastSeen?.publishedAt.map { String($0.description.prefix(10)) } ?? "-"
        case .lastCheck:
            upstream.lastGoodCheck.map { TextStatus.ago($0, now) } ?? (upstream.isChecked ? "failed" : "-")
        case .nextCheck: upstream.replacedBy == nil ? upstream.nextCheck.map { TextStatus.ahead($0, now) } ?? "-" : "-"
        }
    }

    private static func tone(_ upstream: StatusSnapshot.Upstream) -> TextStyle.Tone {
        if upstream.needsPerson || upstream.isStale { return .bad }
        return upstream.failures > 0 || !upstream.waiting.isEmpty ? .warning : .plain
    }
}
