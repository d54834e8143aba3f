/// The latest events as people read them, for the feed; in the state file where a feed is written.
package struct EventLog: Sendable, Equatable, Codable {
    /// Maximum number of events; the oldest is dropped.
    package static let limit = 100
    /// UTF-16 units and lines of the text of an event.
    private static let textLimit = (units: 2000, lines: 40)

    /// Made once, so that a reader takes the feed for the same one after a restart.
    package let id: String
    package let begun: Timestamp
    /// The newest last.
    package private(set) var entries: [Entry] = []

    package struct Entry: Sendable, Equatable, Codable {
        /// That of the message.
        package var id: String
        package var type: MessageType
        package var time: Timestamp
        package var upstream: String?
        package var title: String
        /// Lines; empty where the title says all.
        package var text: String
        package var url: String?
    }

    package init(at now: Instant) {
        id = StableHash("feed", String(now.wall), String(now.uptime)).name
        begun = now.floor
    }

    mutating func add(_ message: Message) {
        let wording = message.wording
        let text = wording.plain.split(separator: "\n").dropFirst().joined(separator: "\n")
        entries.append(
            Entry(
                id: message.id, type: message.type, time: message.time, upstream: message.upstream,
                title: wording.title,
                text: text.cleanedLines(limit: Self.textLimit.units, lines: Self.textLimit.lines),
                url: wording.links.first?.url))
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
    }
}
