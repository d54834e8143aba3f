/// What goes to `docker buildx`: nothing that could be read as an option, nothing that stands for more than itself.
extension TextRule {
    static let context = TextRule(expected: "a folder or a URL that buildx takes, not beginning with \"-\"") { text in
        isPlain(text) && !text.hasPrefix("-") && !text.hasPrefix("~")
    }

    static let dockerfile = TextRule(expected: "the path of a Dockerfile, not beginning with \"-\"") { text in
        isPlain(text) && !text.hasPrefix("-") && !text.hasPrefix("~")
    }

    /// In docker's words: what is built, pushed and looked for in the registry has to be the same.
    static let platform = TextRule(
        expected: "a platform such as \"linux/arm64\" or \"linux/arm/v7\"",
        accepts: { text in
            guard let platform = Platform(text), !text.contains("unknown") else { return false }
            return Platform.architectures[platform.os] == nil && (Platform.meant(by: text) ?? text) == text
        },
        suggest: { Platform.meant(by: $0) })

    static let imageReference = TextRule(
        expected: "an image with its tag, such as \"ghcr.io/owner/app:{{UPSTREAM.tag}}\"",
        accepts: { ImageReference($0) != nil })

    static let movingTag = TextRule(
        expected: "a tag such as \"latest\", or an image with its tag",
        accepts: { ImageReference.isTag($0) || ImageReference($0) != nil })

    static let builder = TextRule(expected: "the name of a builder, as docker buildx ls shows it") { text in
        isArgumentName(text, also: "_.-")
    }

    static let buildSecret = TextRule(expected: "an id of A-Z, a-z, 0-9, \"_\", \".\" and \"-\"") { text in
        isArgumentName(text, also: "_.-")
    }

    static let buildSecretValue = TextRule(expected: "a text on one line, not empty", isSecret: true) { text in
        !text.isEmpty && headerValue.accepts(text) && !text.utf8.contains(0x09)
    }

    static let buildArgument = TextRule(
        expected: "the name of a build argument: A-Z, a-z, 0-9 and \"_\", no digit first"
    ) { text in
        isArgumentName(text, also: "_") && text.utf8.first.map(ASCII.isDigit) == false
    }

    static let label = TextRule(
        expected: "a label of A-Z, a-z, 0-9, \"_\", \".\", \"/\" and \"-\" that does not begin with \"watcher.\""
    ) { text in
        isArgumentName(text, also: "_./-") && !text.hasPrefix("watcher.")
    }

    /// Any text on one line, also none.
    static let line = TextRule(expected: "a text on one line") { text in text.isEmpty || isPlain(text) }

    private static func isArgumentName(_ text: String, also others: String) -> Bool {
        guard let first = text.utf8.first, ASCII.isWord(first), text.utf8.count <= nameLimit else { return false }
        return text.utf8.allSatisfy { ASCII.isWord($0) || others.utf8.contains($0) }
    }
}
