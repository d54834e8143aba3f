// Which line of tags an upstream follows, and what is reported about the others.

extension UpstreamState {
    /// What a check shows about lines of tags.
    package struct LineDiff: Sendable, Equatable {
        /// At the first check: lines with as many versions as the one that is followed, with their highest tags.
        package var equals: [String] = []
        /// No tag has the line that the configuration names.
        package var isMissing = false
        /// Final releases of a line, a variant or a way of counting that was not there before.
        package var outside: [Outside] = []
        /// The highest release as it is read now, where it was another one before; nothing acts on it.
        package var corrected: String?
        /// Tags that `include` or `exclude` take too long for.
        package var overLimit: [String] = []

        package struct Outside: Sendable, Equatable {
            package var tag: String
            package var line: String
            /// The same for all that one report covers.
            package var kind: String
            /// Whether the line is the one that is followed: then only its variant or way of counting is another.
            package var isSameLine: Bool
        }
    }

    /// The line that is followed. Nil in it where `include` selects the tags, and before the first check.
    package func followedLine(_ config: Config.Upstream) -> FollowedLine {
        guard let name = config.line ?? (config.include == nil ? line : nil) else { return FollowedLine() }
        return FollowedLine(name: name, highest: lastSeen?.reading)
    }

    /// What a first check of this list would follow.
    package static func lines(in list: ReleaseList, _ config: Config.Upstream) -> VersionLines {
        lines(in: list, config, versions(in: list, config))
    }

    /// The versions of the releases on a list, in its order; nil for drafts and for tags that do not count.
    private static func versions(in list: ReleaseList, _ config: Config.Upstream) -> [Version?] {
        let filter = TagFilter(config)
        return list.releases.map { $0.isDraft ? nil : filter.version($0.tag) }
    }

    private static func lines(
        in list: ReleaseList, _ config: Config.Upstream, _ versions: [Version?]
    ) -> VersionLines {
        VersionLines(
            zip(list.releases, versions).lazy.compactMap { release, version in
                version.map {
                    VersionLines.Tag($0, publishedAt: release.publishedAt, isPrerelease: release.isPrerelease)
                }
            }, line: config.line)
    }

    /// Finds the line at the first check and pins it; finds it again where the configuration names another, and for a
    /// state that knows none yet. `versions` are those of the list, where all of them had to be read for that.
    mutating func follow(
        _ list: ReleaseList, _ config: Config.Upstream, _ versions: inout [Version?], _ diff: inout CheckDiff
    ) -> FollowedLine {
        guard config.line != nil || config.include == nil, !config.source.hasDigest else { return FollowedLine() }
        if isFirstSight {
            versions = Self.versions(in: list, config)
            let lines = Self.lines(in: list, config, versions)
            let name = config.line ?? lines.followed?.name
            let isThere = lines.followed.map { LineName.key($0.name) } == name.map(LineName.key)
            diff.lines.isMissing = !isThere && !lines.lines.isEmpty
            if config.line == nil { diff.lines.equals = lines.equals.map { Self.text($0) } }
            line = name
            return FollowedLine(name: name, highest: isThere ? lines.followed?.highest : nil)
        }
        if line == nil || config.line.map({ LineName.key($0) != LineName.key(line ?? "") }) == true {
            realign(list, config, &diff)
        }
        return followedLine(config)
    }

    /// Reads what is remembered again: the line, and the highest release in it. Nothing is new because of that.
    private mutating func realign(_ list: ReleaseList, _ config: Config.Upstream, _ diff: inout CheckDiff) {
        let filter = TagFilter(config)
        let known = seen.index().values.compactMap { entry in
            filter.version(entry.tag).map {
                (entry: entry, tag: VersionLines.Tag($0, isPrerelease: entry.reason == .prerelease))
            }
        }
        let lines = VersionLines(known.map(\.tag), line: config.line)
        guard let name = config.line ?? lines.followed?.name else { return }
        line = name
        diff.isDurable = true
        diff.lines.isMissing = lines.followed.map { LineName.key($0.name) } != LineName.key(name)
        let followed = FollowedLine(name: name, highest: diff.lines.isMissing ? nil : lines.followed?.highest)
        let best = known.filter { entry, tag in
            Self.candidates.contains(entry.reason) && followed.contains(tag.version)
                && (config.prereleases || !tag.isPrerelease)
                && config.minimumVersion.map { tag.version >= $0 } ?? true
        }.max { ($0.tag.version, $1.entry.tag) < ($1.tag.version, $0.entry.tag) }
        guard let best else { return }
        if let current = lastSeen?.reading, followed.contains(current), current >= best.tag.version { return }
        lastSeen =
            list.releases.first { $0.tag == best.entry.tag }.map { ReleaseReference($0, best.tag.version) }
            ?? ReleaseReference(tag: best.entry.tag, url: "", publishedAt: nil)
        diff.previous = lastSeen
        diff.lines.corrected = best.entry.tag
    }

    /// What was taken, or not taken only because its tag could not be read or was in another line.
    private static let candidates: Set<Seen> = [.taken, .firstSight, .unreadableVersion, .otherLine]

    /// What is outside of the line in a way that was not there before.
    func outside(
        _ ignored: [Release], known: SeenReleases, _ config: Config.Upstream
    ) -> [LineDiff.Outside] {
        guard !ignored.isEmpty else { return [] }
        let filter = TagFilter(config)
        let kinds = Set(known.index().values.compactMap { filter.version($0.tag).map(FollowedLine.kind) })
        let highest = lastSeen?.reading
        var found: [LineDiff.Outside] = []
        for release in ignored where !release.isPrerelease {
            guard let version = filter.version(release.tag), !version.isPrerelease else { continue }
            let kind = FollowedLine.kind(version)
            let isSameLine = LineName.key(version.line) == LineName.key(config.line ?? line ?? "")
            // A variant of what is known is no news by itself.
            if isSameLine, !version.variant.isEmpty, let highest, version <= highest { continue }
            guard !kinds.contains(kind), !found.contains(where: { $0.kind == kind }) else { continue }
            found.append(.init(tag: release.tag, line: version.line, kind: kind, isSameLine: isSameLine))
        }
        return found
    }

    private static func text(_ line: VersionLines.Line) -> String {
        "\"\(line.name)\"" + (line.highest.map { " (\($0.tag))" } ?? "")
    }
}
