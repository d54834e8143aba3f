import WatcherCore

/// A message as one text in a dialect of Markdown: the parts that dialects share.
struct Markdown: Sendable {
    /// For text that stands in the open.
    let escape: Escaping
    /// What stands around bold text: `**` or `*`.
    var bold = "**"
    /// What breaks a line inside of a paragraph.
    var lineBreak = "\n"

    /// For text in a fence: nothing is read there but the fence's end.
    private static let fenced = Escaping(replacements: Escaping.gaps("`@<"))

    func title(_ text: Message.Text) -> String { bold + escape(text.title) + bold }

    /// The parts between title and reference, in the order of reading; each can stand alone.
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
            // A command is made of names that the configuration allows.
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

    /// For dialects in which a backslash takes the meaning from any of these.
    static let escapes = Escaping(
        replacements: Escaping.backslashes("\\`*_~[]|").merging(Escaping.gaps("@<$#")) { $1 },
        keepsInnerUnderscore: true)

    /// For dialects without an escape: what marks text becomes its likeness, also a bracket, because one that is left open
    /// ends at one of ours.
    static let likenesses = Escaping(
        replacements: Escaping.likenesses
            .merging(["[": "\u{FF3B}", "]": "\u{FF3D}", "<": "\u{2039}", ">": "\u{203A}"]) { $1 }
            .merging(Escaping.gaps("@$#")) { $1 }, keepsInnerUnderscore: true)
}
