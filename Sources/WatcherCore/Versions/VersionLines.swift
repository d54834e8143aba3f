/// The lines of a project's tags, and which one is followed: the one with the most versions, the newest of equals.
package struct VersionLines: Sendable {
    /// The followed one first, then those with more versions before those with fewer.
    package let lines: [Line]

    package struct Line: Sendable {
        package var name: String
        /// Tags, of any stage and variant.
        package var count: Int
        /// The variant that most of its releases have: usually none.
        package var variant: String
        /// The highest final release of that variant; the first of equals.
        package var highest: Version?
        /// Different final versions; packagings and variants of one count once.
        fileprivate var versions: Int
        fileprivate var newest: Timestamp?
    }

    /// One tag, as the choice of a line needs it.
    package struct Tag: Sendable {
        package var version: Version
        package var publishedAt: Timestamp?
        /// By the tag itself, or by its release's flag.
        package var isPrerelease: Bool

        package init(_ version: Version, publishedAt: Timestamp? = nil, isPrerelease: Bool = false) {
            self.version = version
            self.publishedAt = publishedAt
            self.isPrerelease = isPrerelease || version.isPrerelease
        }
    }

    package var followed: Line? { lines.first }

    /// A line without a name is the project's own, also when others have up to so many times more versions: charts, images
    /// and modules beside it are often released more often.
    private static let ownLineWeight = 3

    /// Groups the tags by line. `line` is followed instead of the one that is found.
    package init(_ tags: some Sequence<Tag>, line: String? = nil) {
        var groups: [String: [Tag]] = [:]
        for tag in tags { groups[LineName.key(tag.version.line), default: []].append(tag) }
        let found = groups.map { (key: $0, line: Self.line($1)) }.sorted { Self.isBefore($0.line, $1.line) }
        let wanted = line.map(LineName.key)
        var own: Int?
        if let index = found.firstIndex(where: { $0.key.isEmpty }),
            found[index].line.versions * Self.ownLineWeight >= found[0].line.versions
        {
            own = index
        }
        let first = wanted.map { wanted in found.firstIndex { $0.key == wanted } } ?? own
        var ordered = found.map(\.line)
        if let first { ordered.insert(ordered.remove(at: first), at: 0) }
        lines = ordered
    }

    /// The lines with as many versions as the followed one.
    package var equals: [Line] {
        guard let followed, followed.versions > 0 else { return [] }
        return lines.dropFirst().filter { $0.versions == followed.versions }
    }

    private static func isBefore(_ left: Line, _ right: Line) -> Bool {
        if left.versions != right.versions { return left.versions > right.versions }
        if let a = left.newest, let b = right.newest, a != b { return a > b }
        switch (left.highest, right.highest) {
        case (let a?, let b?) where a != b: return a > b
        case (nil, _?): return false
        case (_?, nil): return true
        default: break
        }
        if left.count != right.count { return left.count > right.count }
        return (left.name.utf8.count, left.name) < (right.name.utf8.count, right.name)
    }

    private static func line(_ tags: [Tag]) -> Line {
        let finals = tags.filter { !$0.isPrerelease }.map(\.version)
        let variant = commonVariant(of: finals)
        let highest = Self.highest(of: finals.filter { $0.variant == variant })
        let last = highest ?? tags.map(\.version).max()
        return Line(
            name: last?.line ?? "", count: tags.count, variant: variant, highest: highest,
            versions: Set(finals.map(\.components)).count,
            newest: tags.lazy.filter { !$0.isPrerelease }.compactMap(\.publishedAt).max())
    }

    /// None, unless releases without one are few.
    private static func commonVariant(of versions: [Version]) -> String {
        guard versions.contains(where: { !$0.variant.isEmpty }) else { return "" }
        let counts = Dictionary(grouping: versions, by: \.variant).map {
            (variant: $0, count: $1.count, highest: $1.max())
        }
        let most = counts.max { left, right in
            if left.count != right.count { return left.count < right.count }
            guard let a = left.highest, let b = right.highest, a != b else { return left.variant > right.variant }
            return a < b
        }
        let plain = counts.first { $0.variant.isEmpty }?.count ?? 0
        return plain * ownLineWeight >= most?.count ?? 0 ? "" : most?.variant ?? ""
    }

    private static func highest(of versions: [Version]) -> Version? {
        var highest: Version?
        for version in comparable(versions) where highest.map({ $0 < version }) ?? true { highest = version }
        return highest
    }

    /// Without single numbers and dates, where they cannot be versions beside the others: `V20000512` beside `10.2`, builds
    /// `1` to `176` beside `4.0.19`.
    private static func comparable(_ versions: [Version]) -> [Version] {
        let regular = versions.filter { $0.scheme == .parts || $0.scheme == .year }
        guard !regular.isEmpty, regular.count < versions.count, versions.count <= regular.count * 2,
            let top = regular.max()
        else { return versions }
        return versions.allSatisfy { $0.scheme != .date && $0.isAtMost(nextAfter: top) } ? versions : regular
    }
}

extension Version {
    /// Whether it is no higher than the next major version after another one.
    func isAtMost(nextAfter other: Version) -> Bool {
        guard scheme == .single || scheme == .date else { return true }
        guard let own = majorNumber, let last = other.majorNumber else { return majorNumber == nil ? false : true }
        return own <= last + 1
    }

    /// Whether it can be compared with the highest release of the line that is followed.
    package func isComparable(with highest: Version) -> Bool {
        guard LineName.key(line) == LineName.key(highest.line), variant == highest.variant else { return false }
        switch (highest.scheme, scheme) {
        case (.parts, .single), (.parts, .date), (.year, .single), (.year, .date): return isAtMost(nextAfter: highest)
        case (.year, .parts), (.date, .parts), (.date, .single): return false
        default: return true
        }
    }
}
