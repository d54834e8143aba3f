/// A release as GitHub publishes it, reduced to what a decision needs.
package struct Release: Sendable, Hashable {
    package var id: SourceID
    package var tag: String
    package var name: String?
    package var url: String
    package var isDraft: Bool
    package var isPrerelease: Bool
    /// Nil for drafts. GitHub dates all others; `Judge` says what becomes of one that has no date.
    package var publishedAt: Timestamp?
    package var assets: [Asset]
    /// What its tag stands for, where that is what is followed (`SourceFeature.digest`).
    package var digest: String?

    package init(
        id: SourceID, tag: String, name: String? = nil, url: String = "", isDraft: Bool = false,
        isPrerelease: Bool = false,
        publishedAt: Timestamp? = nil, assets: [Asset] = []
    ) {
        self.id = id
        self.tag = tag
        self.name = name
        self.url = url
        self.isDraft = isDraft
        self.isPrerelease = isPrerelease
        self.publishedAt = publishedAt
        self.assets = assets
    }

    package struct Asset: Sendable, Hashable {
        package var name: String
        /// `uploaded`, `open`, `starter` or a word that GitHub adds later: only `uploaded` counts as there.
        package var state: String
        package var size: Int64

        package init(name: String, state: String = "uploaded", size: Int64 = 1) {
            self.name = name
            self.state = state
            self.size = size
        }

        package var isComplete: Bool { state == "uploaded" && size > 0 }
    }
}

/// What the ledger, templates and messages keep of a release that was accepted.
package struct ReleaseReference: Sendable, Hashable, Codable {
    package var tag: String
    package var url: String
    package var publishedAt: Timestamp?
    package var prerelease: Bool

    /// The version, where `include` cuts it out of the tag.
    package var statedVersion: String?
    /// What the tag stood for, where that is what is followed.
    package var digest: String?

    package init(
        tag: String, url: String, publishedAt: Timestamp?, prerelease: Bool = false, statedVersion: String? = nil
    ) {
        self.tag = tag
        self.url = url
        self.publishedAt = publishedAt
        self.prerelease = prerelease
        self.statedVersion = statedVersion
    }

    /// `version` is what its tag was read as.
    package init(_ release: Release, _ version: Version? = nil) {
        self.init(
            tag: release.tag, url: release.url, publishedAt: release.publishedAt, prerelease: release.isPrerelease,
            statedVersion: version.flatMap { $0.tag == release.tag ? nil : $0.tag })
        digest = release.digest
    }

    /// With the time when it was first seen, where it has no date.
    func dated(_ now: Instant) -> ReleaseReference {
        var dated = self
        dated.publishedAt = publishedAt ?? now.floor
        return dated
    }

    /// What the tag, or the part of it that `include` cuts out, says.
    package var reading: Version? {
        statedVersion.map { Version(stated: $0) } ?? Version(tag) ?? (digest == nil ? nil : Version(ofDigestAt: tag))
    }

    /// The tag without its line: `3.2.3.2` of `v3.2.3.2`; the tag itself when it cannot be read.
    package var version: String { reading?.text ?? tag }
}
