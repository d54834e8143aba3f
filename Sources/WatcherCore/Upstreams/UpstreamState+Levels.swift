extension UpstreamState {
    /// Which number of a release differs from the highest before; nil where that cannot be said.
    static func level(of release: ReleaseReference, _ previous: ReleaseReference?) -> Version.Level? {
        guard let version = release.reading, let before = previous?.reading else { return nil }
        return version.level(from: before)
    }

    /// The level of each of several new releases, each from the highest before it. Where it cannot be said, it is the
    /// highest: what nobody can judge is not kept back.
    static func levels(_ accepted: [Accepted], previous: ReleaseReference?) -> [Version.Level] {
        var highest = previous
        return accepted.map { item in
            defer {
                if let version = item.release.reading, highest?.reading.map({ $0 < version }) ?? true {
                    highest = item.release
                }
            }
            return level(of: item.release, highest) ?? .major
        }
    }
}
