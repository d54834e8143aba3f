/// How each of a list of tags is read, newest first: what `watcher versions` shows.
package struct VersionReport: Sendable {
    private struct Tag: Sendable {
        var text: String
        var version: Version?
        /// The name of its line, as the line's newest tag writes it.
        var line: String
    }

    private let followed: VersionLines.Line?
    private let others: [VersionLines.Line]
    private let tags: [Tag]

    /// Reads the tags. With `line` only that line is shown.
    package init(_ texts: [String], line: String? = nil) {
        let read = texts.map { ($0, Version($0)) }
        let lines = VersionLines(read.compactMap { $1.map { VersionLines.Tag($0) } }, line: line)
        let wanted = line.map(LineName.key)
        let order = Dictionary(
            lines.lines.enumerated().map { (LineName.key($1.name), ($0, $1.name)) },
            uniquingKeysWith: { first, _ in first })
        let isThere = wanted == nil || lines.followed.map { LineName.key($0.name) } == wanted
        followed = isThere ? lines.followed : VersionLines.Line?.none
        others = wanted == nil ? Array(lines.lines.dropFirst()) : []
        tags = read.enumerated().compactMap { index, entry -> (index: Int, place: Int, tag: Tag)? in
            guard let version = entry.1 else {
                return wanted == nil ? (index, .max, Tag(text: entry.0, version: nil, line: "")) : nil
            }
            let key = LineName.key(version.line)
            guard wanted == nil || wanted == key, let place = order[key] else { return nil }
            return (index, place.0, Tag(text: entry.0, version: version, line: place.1))
        }.sorted { left, right in
            if left.place != right.place { return left.place < right.place }
            if let a = left.tag.version, let b = right.tag.version, a != b { return a > b }
            return left.index < right.index
        }.map(\.tag)
    }

    /// A table: its columns aligned for people, or with a tab between them for programs.
    package func lines(isAligned: Bool) -> [String] {
        let rows =
            [["TAG", "LINE", "VERSION", "VARIANT", "STAGE", ""]]
            + tags.map { tag in
                guard let version = tag.version else { return [tag.text, "", "", "", "no number", ""] }
                return [
                    tag.text, tag.line.isEmpty ? "-" : tag.line, version.text,
                    version.variant.isEmpty ? "-" : version.variant,
                    version.stage.name, tag.text == followed?.highest?.tag ? "highest" : "",
                ]
            }
        let cleaned = rows.map { $0.map { $0.cleanedLine(limit: 128) } }
        let widths = (0..<5).map { column in min(cleaned.map(\.[column].displayWidth).max() ?? 0, 40) }
        return cleaned.map { row in
            guard isAligned else { return row.joined(separator: "\t") }
            let text = zip(row, widths + [0]).map { $0.padded(to: $1) }.joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
    }

    package var json: JSONValue {
        .compact([
            ("line", .string(followed?.name ?? "")), ("highest", followed?.highest.map { .string($0.tag) } ?? .null),
            (
                "lines",
                .array(
                    ((followed.map { [$0] } ?? []) + others).map { line in
                        .compact([
                            ("line", .string(line.name)), ("count", .integer(Int64(line.count))),
                            ("highest", line.highest.map { .string($0.tag) } ?? .null),
                        ])
                    })
            ),
            (
                "tags",
                .array(
                    tags.map { tag in
                        .compact([
                            ("tag", .string(tag.text)), ("line", .string(tag.line)),
                            ("version", tag.version.map { .string($0.text) } ?? .null),
                            ("variant", .string(tag.version?.variant ?? "")),
                            ("stage", tag.version.map { .string($0.stage.name) } ?? .null),
                            ("prerelease", .bool(tag.version?.isPrerelease ?? false)),
                            ("readable", .bool(tag.version != nil)),
                        ])
                    })
            ),
        ])
    }
}
