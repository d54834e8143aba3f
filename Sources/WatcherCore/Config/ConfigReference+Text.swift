extension ConfigReference {
    /// A page of Markdown: `docs/configuration.md`.
    package var markdown: String {
        var lines = [
            "<!-- `make reference` writes this page from the code that reads the configuration. -->", "# Configuration",
            "",
            "One JSON file, in which comments (`// …`, `/* … */`) are allowed. `watcher init` writes one to start from,",
            "`watcher validate` checks it, and `watcher schema` prints what stands below for editors.", "",
            "A *duration* is a string such as `\"90s\"`, `\"15m\"`, `\"1h30m\"` or `\"1d\"`. A *secret* says where a string is kept;",
            "written as a string it is in the file for everybody to read who can read that.",
        ]
        for section in sections {
            lines += ["", "## " + (section.title.isEmpty ? "Top level" : "`\(section.title)`"), ""]
            if let choice = choice(section, quote: "`") { lines += [choice, ""] }
            lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
            lines += section.keys.map { key in
                let value = key.isRequired ? "required" : key.defaultValue.map { "`\($0)`" } ?? ""
                let cells = ["`\(key.name)`", Self.escaped(key.type), value, Self.escaped(key.description)]
                return "| " + cells.joined(separator: " | ") + " |"
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The keys as part of a manual page (mdoc): one list a section.
    package var manual: String {
        var lines: [String] = []
        for section in sections {
            lines += [".Ss " + (section.title.isEmpty ? "Top level" : section.title)]
            if let choice = choice(section, quote: "") { lines += [choice] }
            lines += [".Bl -tag -width Ds"]
            for key in section.keys {
                let value = key.isRequired ? ", required" : key.defaultValue.map { ", default \($0)" } ?? ""
                lines += [".It Cm \(key.name)", Self.roff("(\(key.type)\(value)) \(key.description)")]
            }
            lines.append(".El")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func choice(_ section: Section, quote: String) -> String? {
        guard let last = section.choices.last else { return nil }
        let names = section.choices.map { quote + $0 + quote }
        return "Exactly one of " + names.dropLast().joined(separator: ", ") + " and \(quote)\(last)\(quote)."
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { $0 += "|*<_".contains($1) ? "\\\($1)" : String($1) }
    }

    /// A line of text that no character of is a request or an escape.
    private static func roff(_ text: String) -> String {
        let escaped = text.reduce(into: "") { $0 += $1 == "\\" ? "\\e" : String($1) }
        return (escaped.first == "." || escaped.first == "'" ? "\\&" : "") + escaped
    }
}
