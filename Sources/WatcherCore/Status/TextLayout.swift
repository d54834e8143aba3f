/// How the status is laid out as text: for a terminal, or one fact a line for programs such as grep.
package struct TextLayout: Sendable {
    /// A line within a section.
    struct Line: Sendable, Equatable {
        var text: String
        var tone: TextStyle.Tone
        /// A row of a table: as wide as it may be already, and its blanks are meant.
        var isRow = false

        init(_ text: String, _ tone: TextStyle.Tone = .plain, isRow: Bool = false) {
            (self.text, self.tone, self.isRow) = (text, tone, isRow)
        }
    }

    /// Columns of the terminal; nil where it is none, and nothing is aligned or broken.
    package var width: Int?
    package var style: TextStyle
    /// Numbers of upstreams instead of each, and few lines of the rest.
    package var isSummary: Bool

    package init(width: Int? = nil, style: TextStyle = .plain, isSummary: Bool = false) {
        self.width = width
        self.style = style
        self.isSummary = isSummary
    }

    /// With more upstreams than this a terminal gets the summary by default.
    package static let summaryFrom = 51
    /// Columns in front of each line of a section.
    static let indent = 2
    /// Entries of a section that a summary shows.
    private static let summaryLimit = 3
    /// UTF-16 units of a line: reasons and errors are untrusted, and may be long.
    private static let lineLimit = 1000

    /// The entries' lines: in a summary those of the first few, and how to see the rest.
    func shortened(_ entries: [[Line]], more command: String) -> [Line] {
        guard isSummary, entries.count > Self.summaryLimit + 1 else { return entries.flatMap { $0 } }
        return entries.prefix(Self.summaryLimit).flatMap { $0 }
            + [Line("… and \(entries.count - Self.summaryLimit) more: \(command)")]
    }

    /// What is printed for a line of a section.
    func lines(_ line: Line) -> [String] {
        let blanks = String(repeating: " ", count: Self.indent)
        guard !line.isRow else { return [style.paint(blanks + line.text, line.tone)] }
        let text = blanks + line.text.prefix { $0 == " " } + line.text.cleanedLine(limit: Self.lineLimit)
        return (width.map { text.wrapped(to: $0) } ?? [text]).map { style.paint($0, line.tone) }
    }
}
