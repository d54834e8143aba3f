/// Which releases of an upstream have been decided on, and how: ids and tags, not copies of releases.
///
/// In the state file one string a reason, `"tag#id tag#id"`: short, and readable with the eye.
package struct SeenReleases: Sendable, Equatable {
    /// In the order of the alphabet, each reason once.
    private(set) var lists: [List] = []

    /// `"tag#id tag#id"`, as the state file holds it.
    struct List: Sendable, Equatable {
        var reason: String
        var items: String
    }

    /// How many ids one upstream may have before those that GitHub no longer lists are dropped: more than the 10 000
    /// that GitHub lists at all.
    package static let limit = 12_000

    package struct Entry: Sendable, Equatable {
        package var reason: Seen
        package var tag: String
    }

    package init() {}

    /// In the order of the alphabet.
    init(_ lists: [List]) { self.lists = lists }

    package var isEmpty: Bool { lists.isEmpty }

    /// All of it, for looking up many ids: costs time in proportion to the whole.
    package func index() -> [SourceID: Entry] {
        var found: [SourceID: Entry] = [:]
        for list in lists {
            guard let reason = Seen(rawValue: list.reason) else { continue }
            for item in Array(list.items.utf8).split(separator: 0x20) {
                guard let hash = item.lastIndex(of: 0x23) else { continue }
                let tag = String(decoding: item[..<hash], as: UTF8.self)
                guard let id = SourceID(item: item[(hash + 1)...], tag: tag) else { continue }
                found[id] = Entry(reason: reason, tag: tag)
            }
        }
        return found
    }

    package mutating func add(_ id: SourceID, tag: String, _ reason: Seen) {
        // A tag that could break the list is never taken, so it need not be known either.
        let item = id.item(tag: Tag.isSafe(tag) ? tag : "")
        let place = lists.firstIndex { $0.reason >= reason.rawValue } ?? lists.endIndex
        if place < lists.endIndex, lists[place].reason == reason.rawValue {
            lists[place].items += " " + item
        } else {
            lists.insert(List(reason: reason.rawValue, items: item), at: place)
        }
    }

    /// Takes an id out, to be decided again: a pre-release that was promoted.
    package mutating func remove(_ ids: Set<SourceID>) {
        guard !ids.isEmpty else { return }
        let all = index()
        lists = []
        for (id, entry) in all.sorted(by: { $0.key < $1.key }) where !ids.contains(id) {
            add(id, tag: entry.tag, entry.reason)
        }
    }

    /// Keeps the list within its limit, at the cost of what GitHub no longer lists.
    package mutating func prune(listed: Set<SourceID>) {
        let all = index()
        guard all.count > Self.limit else { return }
        remove(Set(all.keys).subtracting(listed))
    }
}

/// How a release was decided on.
package enum Seen: String, Sendable, Hashable, CaseIterable {
    case taken
    /// It was there at the first check.
    case firstSight
    case unusableTag, unreadableVersion, prerelease, belowMinimum, notIncluded, excluded
    /// Its line, variant or way of counting is not the one that is followed.
    case otherLine
    /// Matching `include` or `exclude` was given up.
    case patternLimit
    /// Its tag had been taken before, under another id.
    case republished

    /// For `explain`, after "ignored: " or "seen before: ".
    package var words: String {
        switch self {
        case .taken: "taken"
        case .firstSight: "there at the first check"
        case .unusableTag: "the tag has characters that are not allowed (A-Z a-z 0-9 . _ + - @ / ~ only, at most 128)"
        case .unreadableVersion: "there is no number in the tag"
        case .prerelease: "a prerelease"
        case .belowMinimum: "below minimumVersion"
        case .notIncluded: "not matched by include"
        case .excluded: "matched by exclude"
        case .otherLine: "not in the line that is followed"
        case .patternLimit: "matching it with include or exclude takes too long"
        case .republished: "the tag was taken before under another id"
        }
    }
}

extension SeenReleases: Codable {
    package init(from decoder: any Decoder) throws {
        lists = try decoder.singleValueContainer().decode([String: String].self)
            .map { List(reason: $0.key, items: $0.value) }.sorted { $0.reason < $1.reason }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(lists.map { ($0.reason, $0.items) }) { first, _ in first })
    }
}
