/// `outputs.feed`: the latest events as an Atom feed (RFC 4287), the newest first.
package enum AtomFeed: StatusFormat {
    package static let key = "feed"
    package static let summary = "The latest events as an Atom feed, for feed readers."

    /// UTF-16 units of a title.
    private static let titleLimit = 200
    /// UTF-16 units of a text: those of the log, and room for the mark of a cut.
    private static let textLimit = 2100
    private static let textLines = 50

    package static func render(_ snapshot: StatusSnapshot) -> String {
        let entries = snapshot.events?.entries ?? []
        let updated = entries.last?.time ?? snapshot.events?.begun ?? snapshot.time
        var feed = """
            <?xml version="1.0" encoding="utf-8"?>
            <feed xmlns="http://www.w3.org/2005/Atom">
              <id>urn:watcher:feed\(snapshot.events.map { ":" + $0.id.escapedForMarkup } ?? "")</id>
              <title>watcher</title>
              <subtitle>New releases, jobs and what needs attention</subtitle>
              <updated>\(updated)</updated>
              <author><name>watcher</name></author>
              <generator version="\(ProgramVersion.text)">watcher</generator>

            """
        for entry in entries.reversed() { feed += self.entry(entry) }
        return feed + "</feed>\n"
    }

    private static func entry(_ entry: EventLog.Entry) -> String {
        let link = Message.Link("", entry.url).map {
            "    <link rel=\"alternate\" href=\"\($0.url.escapedForMarkup)\"/>\n"
        }
        let upstream = entry.upstream.map { "    <category term=\"\($0.escapedForMarkup)\" label=\"upstream\"/>\n" }
        let title = entry.title.cleanedLine(limit: titleLimit).escapedForMarkup
        let text = entry.text.cleanedLines(limit: textLimit, lines: textLines).escapedForMarkup
        return """
              <entry>
                <id>urn:watcher:\(entry.id.escapedForMarkup)</id>
                <title>\(title)</title>
                <published>\(entry.time)</published>
                <updated>\(entry.time)</updated>
                <category term="\(entry.type.rawValue)"/>
            \(upstream ?? "")\(link ?? "")    <content type="text">\(text)</content>
              </entry>

            """
    }
}
