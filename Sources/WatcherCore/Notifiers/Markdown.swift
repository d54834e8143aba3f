/// A message in a dialect of Markdown: the parts that the dialects have in common.
struct Markdown: Sendable {
    /// For text outside of a fence.
    let escape: Escaping
    /// The mark around bold text: `**` or `*`.
    var bold = "**"
    /// A line break within a paragraph.
    var lineBreak = "\n"

    /// For text in a fence, where only the end of the fence is markup.
    private static let fenced = Escaping(replacements: Escaping.gaps("`@<"))

    func title(_ text: Message.Text) -> String { bold + escape(text.title) + bold }

    /// The parts between title and reference, in reading order; each is complete in itself.
    func parts(_ text: Message.Text, facts: Bool = true, links: Bool = true) -> [String] {
        var parts: [String] = []
        if !text.lines.isEmpty { parts.append(text.lines.map { escape($0) }.joined(separator: lineBreak)) }
        if let quote = text.quote { parts.append("```text\n\(Self.fenced(quote))\n```") }
        if !text.listed.isEmpty { parts.append(list(text)) }
        if facts, !text.facts.isEmpty {
            let all = text.facts.map { "\(bold)\($0.name):\(bold) \(escape($0.value))" }
            parts.append(all.joined(separator: lineBreak))
        }
        if links, !text.links.isEmpty { parts.append(text.links.map(link).joined(separator: " · ")) }
        if !text.hints.isEmpty {
            // A command consists of names that the configuration allows.
            parts.append(text.hints.map { "\($0.purpose): `\($0.command)`" }.joined(separator: lineBreak))
        }
        return parts
    }

    func link(_ link: Message.Link) -> String { "[\(link.title)](\(link.url))" }

    func reference(_ text: Message.Text) -> String { "watcher · \(escape(text.reference))" }

    private func list(_ text: Message.Text) -> String {
        text.listed.map { item in
            let label = escape(item.label)
            return item.link.map { "- [\(label)](\($0.url))" } ?? "- \(label)"
        }.joined(separator: "\n")
    }

    /// For dialects in which a backslash escapes any of these.
    static let escapes = Escaping(
        replacements: Escaping.backslashes("\\`*_~[]|").merging(Escaping.gaps("@<$#")) { $1 },
        keepsInnerUnderscore: true)

    /// For dialects without an escape: similar characters, also for brackets, because an open one would be closed by one
    /// of ours.
    static let likenesses = Escaping(
        replacements: Escaping.likenesses
            .merging(["[": "\u{FF3B}", "]": "\u{FF3D}", "<": "\u{2039}", ">": "\u{203A}"]) { $1 }
            .merging(Escaping.gaps("@$#")) { $1 }, keepsInnerUnderscore: true)
}
