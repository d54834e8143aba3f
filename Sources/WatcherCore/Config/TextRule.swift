/// What a string of the configuration must be.
struct TextRule: Sendable {
    /// A phrase for "expected …".
    let expected: String
    /// Never show the value.
    var isSecret = false
    /// What a JSON Schema can say of it: as strict as `accepts`, or less. Nil: any string.
    var pattern: String?
    var excludedPattern: String?
    /// Characters.
    var maximumLength = lengthLimit
    let accepts: @Sendable (String) -> Bool
    /// The value that was probably meant, where it shows.
    var suggest: @Sendable (String) -> String? = { _ in nil }

    /// Characters of a path, a ref or a name: longer is a slip.
    static let lengthLimit = 1_000
    /// Characters of the name of an upstream, an action or a notifier.
    static let nameLimit = 100
}

extension TextRule {
    static let any = TextRule(expected: "a string") { _ in true }

    static let name = TextRule(
        expected: "a name of A-Z, a-z, 0-9, \"_\" and \"-\" that starts with a letter or digit",
        pattern: #"^[A-Za-z0-9][A-Za-z0-9_-]*$"#, maximumLength: nameLimit
    ) { isName($0) }

    static let upstreamName = TextRule(
        expected: "a name of A-Z, a-z, 0-9, \"_\" and \"-\" that starts with a letter or digit and is not \"job\"",
        pattern: #"^(?!job$)[A-Za-z0-9][A-Za-z0-9_-]*$"#, maximumLength: nameLimit
    ) { isName($0) && $0 != "job" }

    /// `OWNER/NAME`.
    static let repository = TextRule(
        expected: "a repository as OWNER/NAME",
        pattern: #"^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$"#, accepts: { isRepository($0) },
        suggest: { text in
            let parts = text.split(separator: "/")
            guard parts.count >= 2, text.contains("github.com/") || parts.count == 2 else { return nil }
            let start = parts.firstIndex { $0 == "github.com" || $0 == "www.github.com" }.map { $0 + 1 } ?? 0
            let meant = parts[start...].prefix(2).joined(separator: "/")
            let name = meant.hasSuffix(".git") ? String(meant.dropLast(4)) : meant
            return isRepository(name) ? name : nil
        })

    static let workflow = TextRule(
        expected: "the file name of a workflow, such as \"build.yaml\", without its directory",
        pattern: #"^[^/\u0000-\u001f\u007f-\u009f]+\.ya?ml$"#,
        accepts: { isWorkflow($0) },
        suggest: { text in
            let name = text.split(separator: "/").last.map(String.init) ?? text
            return [name, name + ".yaml"].first { isWorkflow($0) && $0 != text && text.contains("/") }
        })

    static let ref = TextRule(expected: "a branch or tag, without spaces", pattern: #"^[^\u0000- \u007f-\u009f]+$"#) {
        text in
        isPlain(text) && !text.utf8.contains(0x20)
    }

    static let inputName = TextRule(
        expected: "a name of A-Z, a-z, 0-9, \"_\" and \"-\" that starts with a letter or \"_\"",
        pattern: #"^[A-Za-z_][A-Za-z0-9_-]*$"#, maximumLength: nameLimit
    ) { isName($0, first: { !ASCII.isDigit($0) }) }

    static let glob = TextRule(
        expected: "a pattern for file names, such as \"*.tar.gz\", without \"/\"",
        pattern: #"^[^/\u0000-\u001f\u007f-\u009f]+$"#
    ) { text in
        isPlain(text) && !text.contains("/")
    }

    static let version = TextRule(expected: "a version such as \"5.5.0\"", pattern: #"^.+$"#, maximumLength: 128) {
        Version($0) != nil
    }

    static let tagLine = TextRule(
        expected: "what stands before the version in a tag, such as \"helm-\", or \"\" for nothing",
        pattern: #"^([A-Za-z0-9@][A-Za-z0-9._+@/~-]*)?$"#, maximumLength: 127
    ) { $0.isEmpty || Tag.isSafe($0 + "1") }

    static let path = TextRule(
        expected: "a path, without \"~\" at its start", pattern: #"^(?!~)[^\u0000-\u001f\u007f-\u009f]+$"#
    ) { text in
        isPlain(text) && !text.hasPrefix("~")
    }

    static let jitter = TextRule(
        expected: "a share from \"0%\" to \"50%\"", pattern: #"^([0-9]|[1-4][0-9]|50)%$"#,
        accepts: { percent($0) != nil },
        suggest: { percent($0 + "%") == nil ? nil : $0 + "%" })

    /// The number of `"10%"`, up to 50.
    static func percent(_ text: String) -> Int? {
        let digits = text.utf8.dropLast()
        guard text.last == "%", (1...2).contains(digits.count), digits.allSatisfy(ASCII.isDigit),
            digits.count == 1 || digits.first != 0x30, let number = Int(text.dropLast()), number <= 50
        else { return nil }
        return number
    }

    /// Not empty, not long, on one line.
    static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.count <= lengthLimit
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    private static func isName(_ text: String, first: (UInt8) -> Bool = { $0 != 0x5F }) -> Bool {
        guard let byte = text.utf8.first, ASCII.isWord(byte), first(byte) else { return false }
        return text.utf8.count <= nameLimit
            && text.utf8.allSatisfy { ASCII.isWord($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isRepository(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return false }
        let (owner, name) = (bytes[..<slash], bytes[bytes.index(after: slash)...])
        guard let first = owner.first, ASCII.isWord(first), !name.elementsEqual(".".utf8),
            !name.elementsEqual("..".utf8)
        else { return false }
        return owner.count <= nameLimit && owner.allSatisfy { ASCII.isWord($0) || $0 == UInt8(ascii: "-") }
            && (1...nameLimit).contains(name.count)
            && name.allSatisfy { ASCII.isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }

    private static func isWorkflow(_ text: String) -> Bool {
        isPlain(text) && !text.contains("/") && [".yml", ".yaml"].contains { text.hasSuffix($0) && text != $0 }
    }
}
