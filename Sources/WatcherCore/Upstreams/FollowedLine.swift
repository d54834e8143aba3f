/// The line of tags that an upstream follows: what is outside of it is never a candidate.
package struct FollowedLine: Sendable {
    /// Nil follows every line: nothing is pinned, or `include` selects the tags.
    package var name: String?
    /// The highest release of the line that is known: others must have its variant, and count as it does.
    package var highest: Version?

    package init(name: String? = nil, highest: Version? = nil) {
        self.name = name
        self.highest = highest
    }

    package func contains(_ version: Version) -> Bool {
        guard let name else { return true }
        let key = LineName.key(name)
        guard LineName.key(version.line) == key else { return false }
        guard let highest, LineName.key(highest.line) == key else { return true }
        return version.isComparable(with: highest)
    }

    /// What makes two tags that are outside of the line the same kind of news.
    static func kind(_ version: Version) -> String {
        let line = LineName.key(version.line)
        let scheme = version.scheme == .parts ? "" : ":\(version.scheme)"
        return version.variant.isEmpty ? line + scheme : "\(line):\(version.variant)"
    }
}
