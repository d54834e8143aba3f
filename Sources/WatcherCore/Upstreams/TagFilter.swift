/// Which tags of an upstream count, and which version each of them says.
package struct TagFilter {
    private let include: TagPattern?
    private let exclude: TagPattern?
    private let hasDigest: Bool

    package enum Reading {
        case version(Version)
        case ignored(Seen)
    }

    package init(_ config: Config.Upstream) {
        include = config.include.flatMap(TagPattern.init)
        exclude = config.exclude.flatMap(TagPattern.init)
        hasDigest = config.source.hasDigest
    }

    package func read(_ tag: String) -> Reading {
        guard Tag.isSafe(tag) else { return .ignored(.unusableTag) }
        var stated: String?
        switch include?.match(tag) {
        case nil: break
        case .whole(let version): stated = version
        case .different: return .ignored(.notIncluded)
        case .overLimit: return .ignored(.patternLimit)
        }
        switch exclude?.match(tag) {
        case nil, .different: break
        case .whole: return .ignored(.excluded)
        case .overLimit: return .ignored(.patternLimit)
        }
        let reading = stated.map { Version(stated: $0) } ?? Version(tag)
        guard let version = reading ?? (hasDigest ? Version(ofDigestAt: tag) : nil) else {
            return .ignored(.unreadableVersion)
        }
        return .version(version)
    }

    /// The version of a tag that counts.
    package func version(_ tag: String) -> Version? {
        if case .version(let version) = read(tag) { version } else { nil }
    }
}
