/// The releases of the last weeks, taken and ignored, for the drawing of the page; in the state file where a page is
/// written.
package struct ReleaseLog: Sendable, Equatable {
    /// Seconds that it goes back.
    package static let reach: Int64 = 28 * 86_400
    /// Maximum number of releases; the oldest are dropped.
    package static let limit = 500
    /// Characters of a tag: one that is longer is never taken.
    private static let tagLimit = 128

    /// The oldest first.
    package private(set) var entries: [Entry] = []

    package struct Entry: Sendable, Equatable {
        package var published: Timestamp
        package var upstream: String
        package var reason: Seen
        package var tag: String
    }

    package init() {}

    /// A release that is decided on again, such as a prerelease that was promoted, is there once.
    mutating func add(_ decided: [UpstreamState.Decided], of upstream: String, at now: Timestamp) {
        let start = now.adding(-Self.reach)
        let new = decided.compactMap { item -> Entry? in
            guard let published = item.published, published >= start else { return nil }
            return Entry(
                published: published, upstream: upstream, reason: item.reason,
                tag: String(item.tag.prefix(Self.tagLimit)))
        }
        guard !new.isEmpty else { return }
        let tags = Set(new.map(\.tag))
        entries.removeAll { $0.published < start || ($0.upstream == upstream && tags.contains($0.tag)) }
        entries += new
        entries.sort { ($0.published, $0.upstream, $0.tag) < ($1.published, $1.upstream, $1.tag) }
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
    }
}

/// In the state file a string a release, the tag at its end because it may hold anything.
extension ReleaseLog: Codable {
    package init(from decoder: any Decoder) throws {
        entries = try decoder.singleValueContainer().decode([String].self).compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 4, let published = Timestamp(String(parts[0])),
                let reason = Seen(rawValue: String(parts[2]))
            else {
                return nil
            }
            return Entry(published: published, upstream: String(parts[1]), reason: reason, tag: String(parts[3]))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(entries.map { "\($0.published) \($0.upstream) \($0.reason.rawValue) \($0.tag)" })
    }
}
