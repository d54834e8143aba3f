/// The upstreams in numbers: what a screen has room for, however many there are.
struct UpstreamSummary {
    let lines: [String]

    /// The latest releases that are named.
    private static let releaseLimit = 3

    init(_ snapshot: StatusSnapshot) {
        let all = snapshot.upstreams
        var rest = all
        // Each upstream counts once, under the first that is true of it.
        let counts = Self.states.map { words, isTrue in
            let before = rest.count
            rest.removeAll(where: isTrue)
            return (words, before - rest.count)
        }
        let parts = (counts + [("current", rest.count)]).filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        var lines = ["\(all.count) configured" + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))]
        var checks: [String] = []
        if let last = all.compactMap(\.lastGoodCheck).max() {
            checks.append("last check \(TextStatus.ago(last, snapshot.time))")
        }
        if let next = all.compactMap(\.nextCheck).min() {
            checks.append("next check \(TextStatus.ahead(next, snapshot.time))")
        }
        if !checks.isEmpty { lines.append(checks.joined(separator: ", ")) }
        let latest = all.compactMap { upstream in
            upstream.lastSeen.flatMap { release in release.publishedAt.map { (upstream.name, release.tag, $0) } }
        }.sorted { $0.2 > $1.2 }.prefix(Self.releaseLimit)
        if !latest.isEmpty {
            let releases = latest.map { "\($0.0) \($0.1) (\(TextStatus.ago($0.2, snapshot.time)))" }
            lines.append("latest releases: \(releases.joined(separator: ", "))")
        }
        self.lines = lines
    }

    private static let states: [(String, @Sendable (StatusSnapshot.Upstream) -> Bool)] = [
        ("stopped", { $0.replacedBy != nil }), ("failing", { $0.failures > 0 }), ("stale", { $0.isStale }),
        ("not checked yet", { !$0.isChecked }), ("overdue", { $0.waiting.contains(where: \.isStalled) }),
        ("with a release that waits", { !$0.waiting.isEmpty }),
    ]
}
