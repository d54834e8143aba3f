/// Why each release on a list would be taken or not, highest version first: what `watcher explain` shows.
package struct Explanation: Sendable {
    package struct Candidate: Sendable, Equatable {
        package var release: Release
        /// Nil when there is no number in the tag.
        package var version: Version?
        package var decision: Decision
        /// The decision in a word, for scripts.
        package var word: String
        package var reason: String
    }

    package let candidates: [Candidate]
    private let repository: String
    private let identity: RepositoryIdentity?
    /// The line that is followed; nil where `include` selects the tags.
    private let followed: String?
    private let others: [VersionLines.Line]
    private let isStopped: Bool

    package init(_ list: ReleaseList, _ upstream: Config.Upstream, _ watch: UpstreamState, at now: Instant) {
        repository = upstream.repository
        identity = list.identity
        isStopped = watch.replacedBy != nil
        var state = watch
        var diff = UpstreamState.CheckDiff()
        var versions: [Version?] = []
        let line = state.follow(list, upstream, &versions, &diff)
        let lines = UpstreamState.lines(in: list, upstream)
        followed = line.name
        others = line.name.map { name in lines.lines.filter { LineName.key($0.name) != LineName.key(name) } } ?? []
        let filter = TagFilter(upstream)
        let judge = ReleaseClassifier(upstream, line: line, seen: watch.seen, waiting: watch.waiting, now: now)
        // What a check would do now, done on a copy.
        var checked = watch
        _ = checked.merge(list, upstream, at: now)
        let after = checked.seen.index()
        let isFirstCheck = watch.isFirstSight
        candidates = list.releases.map { release in
            let decision = judge.decide(release)
            let outcome = Outcome(
                seen: after[release.id]?.reason, isHighest: release.tag == checked.lastSeen?.tag)
            let (word, reason) =
                isFirstCheck
                ? Self.firstCheckWords(decision, outcome, upstream) ?? Self.words(decision, upstream)
                : Self.words(decision, upstream)
            return Candidate(
                release: release, version: filter.version(release.tag) ?? Version(release.tag), decision: decision,
                word: word, reason: reason)
        }.sorted { left, right in
            switch (left.version, right.version) {
            case (let a?, let b?): a == b ? left.release.id > right.release.id : a > b
            case (_?, nil): true
            case (nil, _?): false
            case (nil, nil): left.release.id > right.release.id
            }
        }
    }

    /// What a check has made of a release.
    private struct Outcome {
        var seen: Seen?
        var isHighest: Bool
    }

    /// A first check remembers most of what would be news later. Nil: it does with this release what any check does.
    private static func firstCheckWords(
        _ decision: Decision, _ outcome: Outcome, _ upstream: Config.Upstream
    ) -> (String, String)? {
        switch (decision, outcome.seen) {
        case (.accept, .taken) where upstream.onFirstSight == .act && outcome.isHighest:
            ("accept", "the highest: would be taken as new (onFirstSight: act)")
        case (.accept, .taken): ("accept", "new: published after a check that found no release; would be taken")
        case (.accept, .firstSight) where outcome.isHighest:
            ("baseline", "the highest: would be the baseline at the first check")
        case (.accept, .firstSight): ("baseline", "older than the baseline: would be remembered")
        case (.wait, .firstSight): ("baseline", "not the highest, and not complete: would be remembered, never taken")
        default: nil
        }
    }

    private static func words(_ decision: Decision, _ upstream: Config.Upstream) -> (String, String) {
        switch decision {
        case .known(.taken): return ("known", "taken before")
        case .known(.firstSight): return ("known", "there at the first check: the baseline, or older than it")
        case .known(let reason): return ("known", "ignored before: \(reason.words)")
        case .ignore(.belowMinimum): return ("ignore", "below minimumVersion \(upstream.minimumVersion?.text ?? "")")
        case .ignore(let reason): return ("ignore", "ignored: \(reason.words)")
        case .draft: return ("ignore", "a draft: not published yet")
        case .wait(let wait):
            var parts = wait.missing.isEmpty ? [] : ["\(wait.missing.joined(separator: ", ")) missing"]
            if let until = wait.until { parts.append("is too young until \(until)") }
            return ("wait", "waits: \(parts.joined(separator: "; "))")
        case .accept: return ("accept", "new: would be taken")
        }
    }

    /// For people; `isAligned`: with its columns aligned.
    package func lines(isAligned: Bool) -> [String] {
        let moved =
            identity.flatMap { $0.fullName.lowercased() == repository.lowercased() ? nil : " (now \($0.fullName))" }
            ?? ""
        let widest = isAligned ? min(candidates.map(\.release.tag.displayWidth).max() ?? 0, 40) : 0
        let line = followed.map { ", following the line \"\($0.cleanedLine(limit: 128))\"" } ?? ""
        let stopped = isStopped ? ["  stopped until watcher accept: another repository has this name now"] : []
        return ["\(repository)\(moved): \(Words.count(candidates.count, "release")), highest version first\(line)"]
            + stopped
            + candidates.map { item in
                let tag = item.release.tag.cleanedLine(limit: 128).padded(to: widest)
                let date =
                    item.release.publishedAt.map { String($0.description.prefix(10)) }
                    ?? "no date".padded(to: isAligned ? 10 : 0)
                let digest = item.release.digest.map { " (\($0))" } ?? ""
                return "  \(tag)  \(date)  \(item.reason)\(reading(item.version))\(digest)"
            }
            + others.map { line in
                let name = line.name.cleanedLine(limit: 128)
                return "  other line \"\(name)\": \(line.count) tags"
                    + (line.highest.map { ", highest \($0.tag.cleanedLine(limit: 128))" } ?? "")
            }
    }

    /// What of line, stage and variant is not as usual.
    private func reading(_ version: Version?) -> String {
        guard let version else { return "" }
        var parts: [String] = []
        if let followed, LineName.key(version.line) != LineName.key(followed) {
            parts.append("line \"\(version.line)\"")
        }
        if version.isPrerelease { parts.append("stage \(version.stage.name)") }
        if !version.variant.isEmpty { parts.append("variant \(version.variant)") }
        return parts.isEmpty ? "" : " [" + parts.joined(separator: ", ").cleanedLine(limit: 200) + "]"
    }

    package var json: JSONValue {
        .compact([
            ("repository", .string(repository)), ("id", identity.map(\.id.json)),
            ("fullName", identity.map { .string($0.fullName) }),
            ("line", followed.map { .string($0) }),
            (
                "lines",
                .array(
                    others.map {
                        .compact([
                            ("line", .string($0.name)), ("count", .integer($0.count)),
                            ("highest", $0.highest.map { .string($0.tag) }),
                        ])
                    })
            ),
            (
                "candidates",
                .array(
                    candidates.map { item in
                        .compact([
                            ("tag", .string(item.release.tag)), ("version", item.version.map { .string($0.text) }),
                            ("line", item.version.map { .string($0.line) }),
                            ("stage", item.version.map { .string($0.stage.name) }),
                            ("variant", item.version.map { .string($0.variant) }),
                            ("digest", item.release.digest.map { .string($0) }),
                            ("publishedAt", item.release.publishedAt.map { .string("\($0)") }),
                            ("prerelease", .bool(item.release.isPrerelease || item.version?.isPrerelease ?? false)),
                            ("decision", .string(item.word)),
                            ("reason", .string(item.reason)),
                        ])
                    })
            ),
        ])
    }
}
