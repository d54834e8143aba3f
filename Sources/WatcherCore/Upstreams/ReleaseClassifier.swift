/// What is decided about one release, and why: a pure function of the release, the configuration, what has been seen,
/// and the time. The order of GitHub's list plays no part.
package enum Decision: Sendable, Equatable {
    /// Decided in an earlier pass.
    case known(Seen)
    /// Not for us; remembered with the reason, so that a change of the configuration makes nothing old new.
    case ignore(Seen)
    /// Drafts are not there yet: neither taken nor remembered.
    case draft
    case wait(Wait)
    case accept(Version)

    /// What has to come true first.
    package struct Wait: Sendable, Equatable {
        /// The globs that no complete asset satisfies yet.
        package var missing: [String]
        /// When `minimumAge` is reached.
        package var until: Timestamp?
    }
}

/// Decides on the releases of one upstream.
package struct ReleaseClassifier {
    private let config: Config.Upstream
    private let seen: [SourceID: SeenReleases.Entry]
    private let waiting: [UpstreamState.Waiting]
    private let takenTags: Set<String>
    private let filter: TagFilter
    private let line: FollowedLine
    private let now: Instant

    /// `waiting`: what the looks before have made wait.
    package init(
        _ config: Config.Upstream, line: FollowedLine = FollowedLine(), seen: SeenReleases,
        waiting: [UpstreamState.Waiting] = [], now: Instant
    ) {
        self.config = config
        self.seen = seen.index()
        self.waiting = waiting
        self.takenTags = Set(self.seen.values.filter { $0.reason == .taken || $0.reason == .firstSight }.map(\.tag))
        self.now = now
        filter = TagFilter(config)
        self.line = line
    }

    /// `read`: the version of its tag, where that was read before.
    package func decide(_ release: Release, _ read: Version? = nil) -> Decision {
        if release.isDraft { return .draft }
        if let entry = seen[release.id], !isPromoted(release, entry) { return .known(entry.reason) }
        let version: Version
        switch read.map(TagFilter.Reading.version) ?? filter.read(release.tag) {
        case .ignored(let reason): return .ignore(reason)
        case .version(let found): version = found
        }
        guard line.contains(version) else { return .ignore(.otherLine) }
        let hasDigest = config.source.hasDigest
        if !hasDigest, takenTags.contains(release.tag) { return .ignore(.republished) }
        if !config.prereleases, !hasDigest, release.isPrerelease || version.isPrerelease { return .ignore(.prerelease) }
        if let minimum = config.minimumVersion, version < minimum { return .ignore(.belowMinimum) }
        let missing = missingAssets(release)
        let until = isTooYoungUntil(release)
        guard missing.isEmpty, until == nil else { return .wait(Decision.Wait(missing: missing, until: until)) }
        return .accept(version)
    }

    /// When `minimumAge` is reached; nil: it is. What comes without a date, though it is no draft, was published when it
    /// was first seen, or before: its age counts from there, so that it neither passes at once nor waits for ever.
    private func isTooYoungUntil(_ release: Release) -> Timestamp? {
        guard config.minimumAge > 0 else { return nil }
        let until: Timestamp? =
            if let published = release.publishedAt {
                published.adding(config.minimumAge)
            } else if let known = waiting.first(where: { $0.id == release.id }) {
                known.until
            } else {
                now.deadline(in: config.minimumAge)
            }
        return until.flatMap { now.hasReached($0) ? nil : $0 }
    }

    /// A prerelease whose flag was taken off is news; one whose tag says so as well stays one.
    private func isPromoted(_ release: Release, _ entry: SeenReleases.Entry) -> Bool {
        entry.reason == .prerelease && !release.isPrerelease && !(filter.version(release.tag)?.isPrerelease ?? true)
    }

    /// Each glob must match at least one asset, and all that it matches must be there in full.
    private func missingAssets(_ release: Release) -> [String] {
        config.requiredAssets.filter { glob in
            let matching = release.assets.filter { glob.matches($0.name) }
            return matching.isEmpty || !matching.allSatisfy(\.isComplete)
        }.map(\.pattern)
    }
}
