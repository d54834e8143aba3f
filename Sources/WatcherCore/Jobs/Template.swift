/// A string with `{{name.field}}` in it, read once with the configuration; rendering cannot fail.
package struct Template: Sendable, Hashable {
    package let parts: [Part]

    package enum Part: Sendable, Hashable {
        case text(String)
        case upstream(String, Field)
        case jobID
        /// `true` when every release in the job is its upstream's highest, else `false`.
        case jobHighest
    }

    package enum Field: String, Sendable, Hashable, CaseIterable {
        case tag, version, major, minor, publishedAt, url, slug, line, digest
    }

    package enum Problem: Error, Equatable, Sendable {
        /// `{{` without `}}`.
        case unclosed(String)
        /// Neither `UPSTREAM.FIELD` nor a field of the job; the name as written.
        case unknownName(String)
        case unknownField(name: String, upstream: String)
        case unknownUpstream(name: String, upstream: String)
    }

    /// Reads a template. A name that is not in `upstreams` is an error: what renders as nothing is found too late.
    package init(_ text: String, upstreams: some Collection<String>) throws(Problem) {
        parts = try Self.pieces(text).map { (piece: Piece) throws(Problem) -> Part in
            switch piece {
            case .text(let literal): return .text(literal)
            case .name(let name): return try Self.part(name, upstreams: upstreams)
            }
        }
    }

    /// A template's text and its names, before anybody has asked what they mean.
    enum Piece: Sendable, Hashable {
        case text(String)
        /// What stands between the braces, without spaces at its ends.
        case name(String)
    }

    static func pieces(_ text: String) throws(Problem) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            if open.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<open.lowerBound]))) }
            let inside = rest[open.upperBound...]
            guard let close = inside.firstRange(of: "}}") else { throw .unclosed(String(rest[open.lowerBound...])) }
            pieces.append(.name(inside[..<close.lowerBound].trimmingSpaces()))
            rest = inside[close.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        return pieces
    }

    /// A text without names in it.
    package init(literal text: String) { parts = text.isEmpty ? [] : [.text(text)] }

    private static func part(_ name: String, upstreams: some Collection<String>) throws(Problem) -> Part {
        switch name {
        case "job.id": return .jobID
        case "job.highest": return .jobHighest
        default: break
        }
        guard let dot = name.lastIndex(of: ".") else { throw .unknownName(name) }
        let upstream = String(name[..<dot])
        guard upstream != "job" else { throw .unknownField(name: name, upstream: upstream) }
        guard upstreams.contains(upstream) else { throw .unknownUpstream(name: name, upstream: upstream) }
        guard let field = Field(rawValue: String(name[name.index(after: dot)...])) else {
            throw .unknownField(name: name, upstream: upstream)
        }
        return .upstream(upstream, field)
    }

    /// The text with an ordinary version in each place: for judging the rest of it.
    package var sample: String {
        parts.map { part in
            switch part {
            case .text(let literal): literal
            case .upstream(_, .url): "https://example.com/1.2.3"
            case .upstream(_, .publishedAt): "2026-01-01T00:00:00Z"
            case .upstream(_, .digest): "sha256:" + String(repeating: "0", count: 64)
            case .upstream, .jobID, .jobHighest: "1"
            }
        }.joined()
    }

    /// The upstreams whose releases decide what it renders to.
    package var upstreams: Set<String> {
        Set(parts.compactMap { if case .upstream(let name, _) = $0 { name } else { nil } })
    }

    package var usesJobID: Bool { parts.contains(.jobID) }

    /// The text for a job; an upstream without a release renders as nothing, which a job that begins never has.
    package func render(job: String, highest: Bool, releases: [String: ReleaseReference]) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .jobID: text += job
            case .jobHighest: text += highest ? "true" : "false"
            case .upstream(let name, let field):
                guard let release = releases[name] else { continue }
                let version = release.reading
                switch field {
                case .tag: text += release.tag
                case .version: text += release.version
                case .major: text += version?.major ?? ""
                case .minor: text += version?.minor ?? ""
                case .publishedAt: text += release.publishedAt?.description ?? ""
                case .url: text += release.url
                case .slug: text += Tag.slug(release.tag)
                case .line: text += version?.line ?? ""
                case .digest: text += release.digest ?? ""
                }
            }
        }
        return text
    }
}

/// A value of the configuration that may come from elsewhere.
package enum TemplateOrSecret: Sendable, Hashable {
    case template(Template)
    case secret(Secret)
}

extension Substring {
    fileprivate func trimmingSpaces() -> String {
        var trimmed = self
        while trimmed.first == " " { trimmed.removeFirst() }
        while trimmed.last == " " { trimmed.removeLast() }
        return String(trimmed)
    }
}
