/// What is remembered of one upstream, and how a look at it changes that.
package struct UpstreamState: Sendable, Equatable {
    /// The id of the repository, pinned at the first check (promise 9).
    package var repositoryID: SourceID?
    /// `OWNER/NAME` as it was configured when the id was pinned: a name that somebody changes in the configuration is
    /// a new upstream, unless the id is the same.
    package var repository: String?
    /// The repository's id in GraphQL, by which surveys ask for it; nil where the source has none.
    package var nodeID: String?
    /// The highest release that was accepted.
    package var lastSeen: ReleaseReference?
    /// The line of tags that is followed; nil until the first check, and in states written before lines were known.
    package var line: String?
    package var seen = SeenReleases()
    package var waiting: [Waiting] = []
    /// Of the first page, as it was when everything on it had been decided.
    package var etag: String?
    package var firstCheck: Timestamp?
    package var lastCheck: Timestamp?
    package var lastGoodCheck: Timestamp?
    /// Seconds between two good checks, smoothed: what is usual here.
    package var usualGap: Int64?
    /// When all pages were read last; nil until the first check is over.
    package var lastSweep: Timestamp?
    /// The list was empty at the first check: what is published later is new.
    package var emptySince: Timestamp?
    /// Checks that have failed in a row.
    package var failures = 0
    package var lastError: String?
    /// Whether the last check failed in a way that does not pass by itself, such as a wrong token.
    package var isBlocked = false
    /// The id that the name has come to mean: nothing is taken until a person accepts it.
    package var replacedBy: SourceID?

    package init() {}

    /// A release that is not complete or not old enough.
    package struct Waiting: Sendable, Equatable, Codable {
        package var id: SourceID
        package var release: ReleaseReference
        package var name: String?
        package var missing: [String]
        package var until: Timestamp?
        /// When the assets have to be there.
        package var deadline: Timestamp
        package var isStalled = false
        /// Not on the first page: only reading all pages shows how it is doing.
        package var isFarDown = false
    }

    /// What a look brought to light.
    package struct CheckDiff: Sendable, Equatable {
        package var result: CheckResult.Word = .unchanged
        /// Oldest first.
        package var accepted: [Accepted] = []
        package var stalled: [Waiting] = []
        /// Tags that came again under a new id.
        package var republished: [String] = []
        /// The highest tag before.
        package var previous: ReleaseReference?
        /// Whether more than times and ETags has changed.
        package var isDurable = false
        package var detail: String?
        package var lines = LineDiff()
        /// What was decided on for good, taken or not.
        package var decided: [Decided] = []
    }

    package struct Decided: Sendable, Equatable {
        package var tag: String
        /// Nil where that is not known.
        package var published: Timestamp?
        package var reason: Seen
    }

    package struct Accepted: Sendable, Equatable {
        package var release: ReleaseReference
        package var name: String?
        package var isHighest: Bool
    }

    /// Whether it goes on only when a person does something.
    package var needsPerson: Bool { failures >= Core.failuresUntilTold || isBlocked || replacedBy != nil }

    package var isFirstSight: Bool { lastSweep == nil }

    /// Notes the time of a good check and, smoothed, how long after the one before it came.
    package mutating func noteGoodCheck(at now: Instant) {
        if let last = lastGoodCheck {
            let gap = max(now.floor.seconds(since: last), 0)
            usualGap = usualGap.map { ($0 * 3 + gap) / 4 } ?? gap
        }
        lastGoodCheck = now.floor
    }

    /// Whether a tag is the highest that was accepted.
    package func isHighest(_ release: ReleaseReference) -> Bool {
        guard let lastSeen else { return true }
        // Digests of one tag are ordered by when they were seen.
        if release.digest != nil { return release.digest == lastSeen.digest }
        guard let version = release.reading, let highest = lastSeen.reading else { return false }
        return version >= highest
    }

    /// Maximum number of waiting releases; the rest is reconsidered at the next sweep.
    package static let waitingLimit = 100
    /// How many accepted releases one look may bring.
    package static let acceptedLimit = 1000

    // MARK: - Looking

    /// Whether taking this list in would take news: then the repository's identity must be known first.
    package func bringsNews(_ list: ReleaseList, _ config: Config.Upstream, at now: Instant) -> Bool {
        if isFirstSight { return true }
        let judge = ReleaseClassifier(config, line: followedLine(config), seen: seen, waiting: waiting, now: now)
        return list.releases.contains { if case .accept = judge.decide($0) { true } else { false } }
    }

    /// Whether nothing on the list was known before: then more may be hidden on the pages behind it.
    package func isAllNew(_ list: ReleaseList) -> Bool {
        let known = seen.index()
        return !list.releases.contains { known[$0.id] != nil } && !list.releases.isEmpty
    }

    /// Whether something that waits has come of age, by time alone.
    package func hasMatured(at now: Instant) -> Bool { waiting.contains { $0.isRipe(at: now) } }

    /// Takes in a list of releases, of which nothing has been proven but that each is a release.
    package mutating func merge(_ list: ReleaseList, _ config: Config.Upstream, at now: Instant) -> CheckDiff {
        var findings = CheckDiff(previous: lastSeen)
        if list.releases.isEmpty, isFirstSight {
            emptySince = emptySince ?? now.floor
            findings.result = .waiting
            findings.detail = "no releases yet"
            return findings
        }
        let wasFirstSight = isFirstSight
        var versions: [Version?] = []
        let line = follow(list, config, &versions, &findings)
        let judge = ReleaseClassifier(config, line: line, seen: seen, waiting: waiting, now: now)
        let known = seen
        var ready: [(Release, Version)] = []
        var waits: [(Release, Decision.Wait)] = []
        var ignored: [(Release, Seen)] = []
        for (index, release) in list.releases.enumerated() {
            switch judge.decide(release, versions.isEmpty ? nil : versions[index]) {
            case .known, .draft: break
            case .ignore(let reason): ignored.append((release, reason))
            case .wait(let wait): waits.append((release, wait))
            case .accept(let version): ready.append((release, version))
            }
        }
        let promoted = Set(ready.map(\.0.id) + waits.map(\.0.id) + ignored.map(\.0.id))
        seen.remove(promoted.intersection(seen.index().keys))
        for (release, reason) in ignored {
            seen.add(release.id, tag: release.tag, reason)
            let published = release.publishedAt ?? (wasFirstSight ? nil : now.floor)
            findings.decided.append(Decided(tag: release.tag, published: published, reason: reason))
            if reason == .republished { findings.republished.append(release.tag) }
            if reason == .patternLimit { findings.lines.overLimit.append(release.tag) }
        }
        findings.isDurable = findings.isDurable || !ignored.isEmpty
        if isFirstSight {
            firstSight(&ready, &waits, config, at: now, &findings)
            findings.isDurable = true
        }
        // What waited has the time when it was first seen, where it has no date.
        let dates = Dictionary(
            waiting.map { ($0.id, $0.release.publishedAt) }, uniquingKeysWith: { first, _ in first })
        updateWaiting(list, waits, config, at: now, &findings)
        take(
            ready.map { release, version in
                var reference = ReleaseReference(release, version)
                reference.publishedAt = release.publishedAt ?? dates[release.id] ?? nil
                return Candidate(id: release.id, release: reference, name: release.name, version: version)
            },
            at: now, &findings)
        if !wasFirstSight {
            findings.lines.outside = outside(
                ignored.filter { $0.1 == .otherLine }.map(\.0), known: known, config)
        }
        if list.isComplete {
            seen.prune(listed: Set(list.releases.map(\.id)))
            lastSweep = now.floor
        }
        mature(at: now, isSweep: list.isSweep, &findings)
        return findings
    }

    /// What follows from time alone: the list is the same as before.
    package mutating func mergeUnchanged(at now: Instant) -> CheckDiff {
        var findings = CheckDiff(previous: lastSeen)
        mature(at: now, isSweep: false, &findings)
        return findings
    }

    // MARK: - Parts

    private struct Candidate {
        var id: SourceID
        var release: ReleaseReference
        var name: String?
        var version: Version
    }

    /// At the first check everything is remembered; only what is above the highest complete release can still be news.
    private mutating func firstSight(
        _ ready: inout [(Release, Version)], _ waits: inout [(Release, Decision.Wait)], _ config: Config.Upstream,
        at now: Instant, _ findings: inout CheckDiff
    ) {
        findings.result = .baseline
        let later = emptySince
        func isNew(_ release: Release) -> Bool {
            guard let later else { return false }
            return release.publishedAt.map { $0 >= later } ?? true
        }
        let highest = ready.max { $0.1 < $1.1 }
        for (release, version) in ready where !isNew(release) {
            let acts = config.onFirstSight == .act && version == highest?.1 && release.id == highest?.0.id
            guard !acts else { continue }
            seen.add(release.id, tag: release.tag, .firstSight)
            findings.decided.append(Decided(tag: release.tag, published: release.publishedAt, reason: .firstSight))
        }
        let filter = TagFilter(config)
        let waitingHighest = waits.compactMap { wait in filter.version(wait.0.tag).map { (wait.0.id, $0) } }.max {
            $0.1 < $1.1
        }
        for (release, _) in waits where !isNew(release) {
            let isAbove = release.id == waitingHighest?.0 && highest.map { $0.1 < waitingHighest?.1 ?? $0.1 } ?? true
            if !isAbove { seen.add(release.id, tag: release.tag, .firstSight) }
        }
        let known = seen.index()
        if let highest, known[highest.0.id] != nil { lastSeen = ReleaseReference(highest.0, highest.1).dated(now) }
        ready.removeAll { known[$0.0.id] != nil }
        waits.removeAll { known[$0.0.id] != nil }
    }

    private mutating func updateWaiting(
        _ list: ReleaseList, _ waits: [(Release, Decision.Wait)], _ config: Config.Upstream, at now: Instant,
        _ findings: inout CheckDiff
    ) {
        let before = waiting
        let listed = Set(list.releases.map(\.id))
        let still = Set(waits.map(\.0.id))
        // What is listed and no longer waits was decided otherwise; what a complete list lacks was deleted.
        waiting.removeAll { listed.contains($0.id) ? !still.contains($0.id) : list.isComplete }
        if !list.isSweep {
            for index in waiting.indices { waiting[index].isFarDown = !listed.contains(waiting[index].id) }
        }
        let filter = TagFilter(config)
        for (release, wait) in waits {
            if let index = waiting.firstIndex(where: { $0.id == release.id }) {
                waiting[index].missing = wait.missing
                waiting[index].until = wait.until
            } else if waiting.count < Self.waitingLimit {
                let published = release.publishedAt ?? now.floor
                waiting.append(
                    Waiting(
                        id: release.id, release: ReleaseReference(release, filter.version(release.tag)).dated(now),
                        name: release.name,
                        missing: wait.missing,
                        until: wait.until, deadline: published.adding(config.assetDeadline),
                        isFarDown: !list.releases.prefix(Self.firstPage).contains { $0.id == release.id }))
            }
        }
        if waiting != before { findings.isDurable = true }
    }

    /// How many releases the first page holds.
    package static let firstPage = 10

    private mutating func take(_ candidates: [Candidate], at now: Instant, _ findings: inout CheckDiff) {
        guard !candidates.isEmpty else { return }
        let ordered = candidates.sorted {
            ($0.release.publishedAt?.seconds ?? .max, $0.version) < (
                $1.release.publishedAt?.seconds ?? .max, $1.version
            )
        }
        for candidate in ordered.suffix(Self.acceptedLimit) {
            seen.add(candidate.id, tag: candidate.release.tag, .taken)
            let published = candidate.release.publishedAt ?? now.floor
            findings.decided.append(Decided(tag: candidate.release.tag, published: published, reason: .taken))
            if candidate.release.digest != nil || isHighest(candidate.release) {
                lastSeen = candidate.release.dated(now)
            }
        }
        findings.accepted += ordered.suffix(Self.acceptedLimit).map {
            Accepted(release: $0.release.dated(now), name: $0.name, isHighest: $0.release.tag == lastSeen?.tag)
        }
        findings.result = .news
        findings.isDurable = true
    }

    /// Takes what has come of age and says once what has not arrived in time: only of what has just been seen to be
    /// there, because what is far down may have been withdrawn.
    private mutating func mature(at now: Instant, isSweep: Bool, _ findings: inout CheckDiff) {
        let ripe = waiting.filter { $0.isRipe(at: now) }
        waiting.removeAll { item in ripe.contains { $0.id == item.id } }
        take(
            ripe.compactMap { item in
                item.release.reading.map {
                    Candidate(id: item.id, release: item.release, name: item.name, version: $0)
                }
            }, at: now, &findings)
        for index in waiting.indices
        where !waiting[index].isStalled && !waiting[index].missing.isEmpty && now.hasReached(waiting[index].deadline)
            && (isSweep || !waiting[index].isFarDown)
        {
            waiting[index].isStalled = true
            findings.stalled.append(waiting[index])
            findings.isDurable = true
        }
        if findings.result == .unchanged, let item = waiting.first {
            findings.result = .waiting
            findings.detail = item.waitsFor
        }
    }
}
