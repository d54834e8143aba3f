/// What a secret must be when it is written in the file. What these refuse is never shown.
extension TextRule {
    static let token = TextRule(
        expected: "a token without spaces and quotes", isSecret: true, pattern: #"^[!#-&(-~]+$"#,
        maximumLength: secretLimit
    ) { text in
        text.utf8.count <= secretLimit && !text.isEmpty
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x27 }
    }

    /// Whether the text is the name of a variable as a shell would expand it: `$GITHUB_TOKEN`, `${token}`.
    static func isShellVariable(_ text: String) -> Bool {
        guard text.first == "$" else { return false }
        let inBraces = text.hasPrefix("${") && text.last == "}"
        let name = inBraces ? text.dropFirst(2).dropLast() : text.dropFirst()
        return name.utf8.first.map { !ASCII.isDigit($0) } == true
            && name.utf8.allSatisfy { ASCII.isWord($0) && (inBraces || !(0x61...0x7A).contains($0)) }
    }

    static let webURL = TextRule(
        expected: "a URL with https:// or http://", isSecret: true,
        pattern: #"^[Hh][Tt][Tt][Pp][Ss]?://([^/?#@\s]*@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/"#
            + #"?#][!#-;=?-\[\]_a-z~]*)?$"#, maximumLength: 4_096
    ) { WebAddress($0) != nil }

    /// An address to which paths are appended.
    static let server = TextRule(
        expected: "a URL with https:// or http://, without \"?\", \"#\", user or password", isSecret: true,
        pattern: #"^[Hh][Tt][Tt][Pp][Ss]?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[!$-;=@-Z\[\]_a"#
            + #"-z~]*)?$"#, maximumLength: 4_096
    ) { text in
        guard let address = WebAddress(text) else { return false }
        return !address.hasUser && !address.hasQuery && !address.hasFragment
    }

    /// A room, a channel, an address of a bot: whatever a service calls its places and people.
    static let receiverWord = TextRule(
        expected: "a name on one line", isSecret: true, pattern: #"^[^\u0000-\u001f\u007f-\u009f]+$"#, accepts: isPlain)

    /// ntfy's own rule.
    static let ntfyTopic = TextRule(
        expected: "a topic of at most 64 of A-Z, a-z, 0-9, \"_\" and \"-\"", isSecret: true,
        pattern: #"^[A-Za-z0-9_-]{1,64}$"#
    ) { text in
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { ASCII.isWord($0) || $0 == UInt8(ascii: "-") }
    }

    static let telegramChat = TextRule(
        expected: "a string with the chat's number, negative for groups, or its @name", isSecret: true,
        pattern: #"^(-?[0-9]{1,19}|@[A-Za-z0-9_]{1,99})$"#
    ) { text in
        let digits = text.first == "-" ? text.dropFirst() : text[...]
        let isNumber = (1...19).contains(digits.utf8.count) && digits.utf8.allSatisfy(ASCII.isDigit)
        return isNumber
            || (text.first == "@" && text.utf8.count > 1 && text.utf8.count <= nameLimit
                && text.utf8.dropFirst().allSatisfy(ASCII.isWord))
    }

    static let telegramThread = TextRule(
        expected: "the number of a topic", isSecret: true, pattern: #"^[0-9]{1,10}$"#
    ) { text in
        (1...10).contains(text.utf8.count) && text.utf8.allSatisfy(ASCII.isDigit)
    }

    /// An SMTP server; a path would be the name for `EHLO`.
    static let mailServer = TextRule(
        expected: "smtps://HOST:PORT or smtp://HOST:PORT, without user or password", isSecret: true,
        pattern: #"^[Ss][Mm][Tt][Pp][Ss]?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[^?#\s]*)?$"#
    ) { text in
        guard let address = WebAddress(text, schemes: ["smtp", "smtps"]) else { return false }
        return !address.hasUser && !address.hasQuery && !address.hasFragment
    }

    /// An address as it stands in a command of SMTP: printable ASCII, nothing that would have to be quoted.
    static let mailAddress = TextRule(
        expected: "an e-mail address in ASCII, such as \"releases@example.org\"", isSecret: true,
        pattern: #"^[A-Za-z0-9_!#$%&'*+/=?^`{|}~.-]{1,64}@[A-Za-z0-9_.-]{1,255}$"#
    ) { text in
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && (1...64).contains(parts[0].count) && (1...255).contains(parts[1].count)
            && parts[0].allSatisfy { ASCII.isWord($0) || "!#$%&'*+-/=?^`{|}~.".utf8.contains($0) }
            && parts[1].allSatisfy { ASCII.isWord($0) || "-.".utf8.contains($0) }
    }

    static let password = TextRule(
        expected: "a password on one line", isSecret: true, pattern: #"^[^\u0000-\u001f\u007f]+$"#,
        maximumLength: secretLimit
    ) { text in
        !text.isEmpty && text.utf8.count <= secretLimit && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    static let proxy = TextRule(
        expected: "a URL with http://, https://, socks5:// or socks5h://", isSecret: true,
        pattern: #"^([Hh][Tt][Tt][Pp][Ss]?|[Ss][Oo][Cc][Kk][Ss]5[Hh]?)://([^/?#@\s]*@)?([A-Za-z0-9._-]+|\[[0-9A"#
            + #"-Fa-f:.]+\])(:[0-9]{1,5})?([/?#][!#-;=?-\[\]_a-z~]*)?$"#, maximumLength: 4_096
    ) { WebAddress($0, schemes: ["http", "https", "socks5", "socks5h"]) != nil }

    /// The secret that signs a webhook's requests.
    static let signingSecret = TextRule(
        expected: "a text that is not empty, base64 after \"whsec_\"", isSecret: true,
        pattern: #"^(whsec_[A-Za-z0-9+/]+={0,2}$|(?!whsec_).)"#, maximumLength: secretLimit
    ) { text in
        guard !text.isEmpty, text.utf8.count <= secretLimit else { return false }
        return !text.hasPrefix("whsec_") || isBase64(text.dropFirst(6))
    }

    static let headerValue = TextRule(
        expected: "a text on one line", isSecret: true, pattern: #"^[^\u0000-\u0008\u000a-\u001f\u007f]*$"#,
        maximumLength: secretLimit
    ) { text in
        text.utf8.count <= secretLimit && text.utf8.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }
    }

    /// A name that the sender may set: framing and signature are not its own.
    static let headerName = TextRule(
        expected: "a header's name, none of those that watcher sets itself", pattern: #"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"#,
        excludedPattern:
            #"^([Cc]onnection|[Cc]ontent-[Ll]ength|[Ee]xpect|[Hh]ost|[Tt][Ee]|[Tt]railer|[Tt]ransfer-[Ee]n"#
            + #"coding|[Uu]pgrade|[Ww]ebhook-([Ii]d|[Ss]ignature|[Tt]imestamp)|[Xx]-[Hh]ub-[Ss]ignature-256)"# + #"$"#,
        maximumLength: nameLimit
    ) { text in
        let taken = [
            "connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade",
            "webhook-id", "webhook-signature", "webhook-timestamp", "x-hub-signature-256",
        ]
        return (1...nameLimit).contains(text.utf8.count) && !taken.contains(text.lowercased())
            && text.utf8.allSatisfy { ASCII.isWord($0) || "!#$%&'*+-.^`|~".utf8.contains($0) }
    }

    static let environmentName = TextRule(
        expected: "the name of an environment variable: A-Z, a-z, 0-9 and \"_\", no digit first", isSecret: true,
        pattern: #"^[A-Za-z_][A-Za-z0-9_]*$"#
    ) { text in
        (1...lengthLimit).contains(text.utf8.count) && text.utf8.allSatisfy(ASCII.isWord)
            && text.utf8.first.map(ASCII.isDigit) == false
    }

    static let secretFile = TextRule(
        expected: path.expected, isSecret: true, pattern: path.pattern, accepts: path.accepts)

    static let credentialName = TextRule(
        expected: "the name of a credential, without \"/\"", isSecret: true,
        pattern: #"^(?!\.{1,2}$)[^/\u0000-\u001f\u007f-\u009f]+$"#
    ) { text in
        isPlain(text) && !text.contains("/") && text != "." && text != ".."
    }

    /// Bytes of a secret in the file.
    static let secretLimit = 10_000

    private static func isBase64(_ text: Substring) -> Bool {
        let bytes = text.utf8.prefix { $0 != UInt8(ascii: "=") }
        let padding = text.utf8.count - bytes.count
        return !bytes.isEmpty && bytes.count % 4 != 1 && padding <= 2
            && text.utf8.dropFirst(bytes.count).allSatisfy { $0 == UInt8(ascii: "=") }
            && bytes.allSatisfy { ASCII.isWord($0) && $0 != UInt8(ascii: "_") || "+/".utf8.contains($0) }
    }
}
