/// What goes to `docker buildx`: nothing that could be read as an option, nothing that stands for more than itself.
extension TextRule {
    static let context = TextRule(
        expected: "a directory or a URL that buildx accepts, not beginning with \"-\"",
        pattern: #"^[^~\u0000-\u001f\u007f-\u009f-][^\u0000-\u001f\u007f-\u009f]*$"#
    ) { text in
        isPlain(text) && !text.hasPrefix("-") && !text.hasPrefix("~")
    }

    static let dockerfile = TextRule(
        expected: "the path of a Dockerfile, not beginning with \"-\"",
        pattern: #"^[^~\u0000-\u001f\u007f-\u009f-][^\u0000-\u001f\u007f-\u009f]*$"#
    ) { text in
        isPlain(text) && !text.hasPrefix("-") && !text.hasPrefix("~")
    }

    /// In docker's words: what is built, pushed and looked for in the registry has to be the same.
    static let platform = TextRule(
        expected: "a platform such as \"linux/arm64\" or \"linux/arm/v7\"",
        pattern: #"^[a-z0-9_.]{1,20}(/[a-z0-9_.]{1,20}){1,2}$"#,
        excludedPattern:
            #"unknown|^(386|amd64|arm(64)?|loong64|mips(64)?(le)?|ppc64(le)?|riscv64|s390x|wasm)/|/(arm(v|"#
            + #"32v|/)[567]|armv[67]l|armel|armhf|aarch64|armv8|arm64(v|/)8|x86_64|x64|x86|i[36]86|ppc64el|m"#
            + #"ips(64)?el|loongarch64)$"#,
        accepts: { text in
            guard let platform = Platform(text), !text.contains("unknown") else { return false }
            return Platform.architectures[platform.os] == nil && (Platform.meant(by: text) ?? text) == text
        },
        suggest: { Platform.meant(by: $0) })

    static let imageReference = TextRule(
        expected: "an image with its tag, such as \"ghcr.io/owner/app:{{UPSTREAM.tag}}\"",
        pattern: #"^[^\s-][^\u0000-\u001f\u007f-\u009f]*:[^/\u0000-\u001f\u007f-\u009f]+$"#,
        accepts: { ImageReference($0) != nil })

    static let movingTag = TextRule(
        expected: "a tag such as \"latest\", or an image with its tag", pattern: #"^[^- \u0000-\u001f\u007f-\u009f]"#,
        accepts: { ImageReference.isTag($0) || ImageReference($0) != nil })

    static let builder = TextRule(
        expected: "the name of a builder, as docker buildx ls shows it", pattern: #"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"#,
        maximumLength: nameLimit
    ) { text in
        isArgumentName(text, also: "_.-")
    }

    static let buildSecret = TextRule(
        expected: "an id of A-Z, a-z, 0-9, \"_\", \".\" and \"-\"", pattern: #"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"#,
        maximumLength: nameLimit
    ) { text in
        isArgumentName(text, also: "_.-")
    }

    static let buildSecretValue = TextRule(
        expected: "a text on one line, not empty", isSecret: true, pattern: #"^[^\u0000-\u001f\u007f]+$"#,
        maximumLength: secretLimit
    ) { text in
        !text.isEmpty && headerValue.accepts(text) && !text.utf8.contains(0x09)
    }

    static let buildArgument = TextRule(
        expected: "the name of a build argument: A-Z, a-z, 0-9 and \"_\", no digit first",
        pattern: #"^[A-Za-z_][A-Za-z0-9_]*$"#, maximumLength: nameLimit
    ) { text in
        isArgumentName(text, also: "_") && text.utf8.first.map(ASCII.isDigit) == false
    }

    static let label = TextRule(
        expected: "a label of A-Z, a-z, 0-9, \"_\", \".\", \"/\" and \"-\" that does not begin with \"watcher.\"",
        pattern: #"^(?!watcher\.)[A-Za-z0-9_][A-Za-z0-9_./-]*$"#, maximumLength: nameLimit
    ) { text in
        isArgumentName(text, also: "_./-") && !text.hasPrefix("watcher.")
    }

    /// Any text on one line, also none.
    static let line = TextRule(expected: "a text on one line", pattern: #"^[^\u0000-\u001f\u007f-\u009f]*$"#) { text in
        text.isEmpty || isPlain(text)
    }

    private static func isArgumentName(_ text: String, also others: String) -> Bool {
        guard let first = text.utf8.first, ASCII.isWord(first), text.utf8.count <= nameLimit else { return false }
        return text.utf8.allSatisfy { ASCII.isWord($0) || others.utf8.contains($0) }
    }
}
