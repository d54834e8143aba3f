/// An image in a registry, as docker spells it: `[HOST[:PORT]/]REPOSITORY[:TAG]`, with docker's own rules for what may
/// be left out.
///
/// A registry that speaks plain HTTP is written with `http://` in front, which is not passed on to docker.
package struct ImageReference: Sendable, Hashable {
    /// As it stands in the reference, with its port; `docker.io` where none is written.
    package let registry: String
    /// Without the registry; with `library/` where docker adds it.
    package let repository: String
    package let tag: String
    /// Written with `http://` in front.
    package let isPlain: Bool
    /// What docker is given: as written, without a scheme.
    package let text: String

    /// The registry that is meant when none is written.
    package static let defaultRegistry = "docker.io"
    /// Docker's limit of characters of a repository's name.
    private static let repositoryLimit = 255
    private static let tagLimit = 128

    /// Nil for what docker would not take, for a digest, and where the tag is missing: what is built and proven has one.
    package init?(_ written: String) {
        var rest = written[...]
        isPlain = rest.hasPrefix("http://")
        for scheme in ["http://", "https://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.utf8.count) }
        guard rest.utf8.count <= Self.repositoryLimit * 2 + Self.tagLimit else { return nil }
        text = String(rest)
        let name = rest.lastIndex(of: "/").map { rest[rest.index(after: $0)...] } ?? rest
        guard let colon = name.firstIndex(of: ":") else { return nil }
        tag = String(name[name.index(after: colon)...])
        var path = rest[..<colon].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if let first = path.first, path.count > 1, Self.isRegistry(first) {
            guard Self.isHost(first) else { return nil }
            registry = first
            path.removeFirst()
        } else {
            registry = Self.defaultRegistry
        }
        guard path.allSatisfy(Self.isComponent), Self.isTag(tag) else { return nil }
        let joined = path.joined(separator: "/")
        repository = path.count == 1 && registry == Self.defaultRegistry ? "library/" + joined : joined
        guard repository.utf8.count <= Self.repositoryLimit else { return nil }
    }

    /// The same repository under another tag, or by digest: what docker is given.
    package func named(_ suffix: String) -> String { String(text.dropLast(tag.utf8.count + 1)) + suffix }

    /// Where its API is. Docker Hub's has another name.
    package var apiHost: String { registry == Self.defaultRegistry ? "registry-1.docker.io" : registry }

    package var isLoopback: Bool { WebAddress("http://" + registry)?.isLoopback ?? false }

    /// A tag as registries take it: no `+`, which GitHub's tags may have.
    package static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, ASCII.isWord(first), text.utf8.count <= tagLimit else { return false }
        return impossibleCharacter(in: text) == nil
    }

    /// The first character that no image tag can have: tags of releases may have `@`, `/`, `~` and `+`.
    package static func impossibleCharacter(in tag: String) -> Character? {
        tag.first { character in
            !character.utf8.allSatisfy { ASCII.isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        }
    }

    /// Docker's own rule for telling a host from the first part of a path.
    private static func isRegistry(_ text: String) -> Bool {
        text == "localhost" || text.contains(".") || text.contains(":") || text != text.lowercased()
    }

    private static func isHost(_ text: String) -> Bool {
        guard let address = WebAddress("https://" + text) else { return false }
        return address.path.isEmpty && !address.hasUser && !address.hasQuery && !address.hasFragment
    }

    /// Lower case and digits, joined by `.`, `_`, `__` or dashes.
    private static func isComponent(_ text: String) -> Bool {
        var separator = ""
        var isFirst = true
        for byte in text.utf8 {
            if ASCII.isDigit(byte) || (0x61...0x7A).contains(byte) {
                guard ["", ".", "_", "__"].contains(separator) || separator.allSatisfy({ $0 == "-" }) else {
                    return false
                }
                separator = ""
                isFirst = false
            } else if "._-".utf8.contains(byte), !isFirst {
                separator.append(Character(Unicode.Scalar(byte)))
            } else {
                return false
            }
        }
        return !isFirst && separator.isEmpty
    }
}

extension ImageReference {
    /// Why a text is none, which a template has come to for a release.
    package struct Objection: Sendable, Equatable {
        package let reason: String
        package let hint: String?

        /// Nil when the text is an image with its tag, or with `orTag` a tag alone.
        package init?(to text: String, orTag: Bool = false) {
            guard ImageReference(text) == nil, !(orTag && ImageReference.isTag(text)) else { return nil }
            let tag = text.lastIndex(of: ":").map { text[text.index(after: $0)...] } ?? text[...]
            let character = ImageReference.impossibleCharacter(in: String(tag))
            reason =
                Redaction.text(text) + (orTag ? " is no tag" : " is no name of an image with a tag")
                + (character.map { ": an image tag cannot have \(Redaction.text(String($0)))" } ?? "")
            hint = character.map { _ in
                "{{UPSTREAM.slug}} is the tag with everything replaced that an image tag cannot have"
            }
        }
    }
}

extension ImageReference: CustomStringConvertible {
    package var description: String { text }
}
