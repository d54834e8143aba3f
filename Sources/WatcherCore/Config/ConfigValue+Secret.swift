extension Secret {
    static func expected(_ rule: TextRule) -> String {
        "\(rule.expected), or an object with one of \"env\", \"file\" and \"credential\""
    }
}

extension ConfigValue {
    /// A secret in one of its four forms. Never shows what it holds.
    ///
    /// One that is written in the file is worth a warning, unless `advisable` says otherwise.
    func secret(_ rule: TextRule, advisable: (String) -> Bool = { _ in true }) -> Secret? {
        if shape != nil {
            alternative().describe(rule)
            return alternative().secretSource()
        }
        switch node.content {
        case .string(let text) where TextRule.isShellVariable(text):
            report(
                .badValue, found: "a variable with \"$\", which is not replaced",
                expected: "an object such as {\"env\": \"NAME\"}")
            return nil
        case .string(let text):
            guard rule.accepts(text) else {
                report(.badValue, found: found(isSecret: true), expected: Secret.expected(rule))
                return nil
            }
            if advisable(text) {
                advise("plain-text secret in the configuration; \"env\", \"file\" or \"credential\" keep it elsewhere")
            }
            return .literal(text)
        case .object: return secretSource()
        default:
            report(.wrongType, found: found(isSecret: true), expected: Secret.expected(rule))
            return nil
        }
    }

    /// A secret that is kept elsewhere.
    func secretSource() -> Secret? {
        object("secret") { object in
            object.exactlyOne(
                "an object without a source",
                of: [
                    (
                        "env", "The environment variable with the value.",
                        { $0.text(.environmentName).map(Secret.environment) }
                    ),
                    (
                        "file", "The file with the value; one line break at its end is dropped.",
                        { $0.text(.secretFile).map(Secret.file) }
                    ),
                    (
                        "credential", "The file of that name in systemd's $CREDENTIALS_DIRECTORY.",
                        { $0.text(.credentialName).map(Secret.credential) }
                    ),
                ])
        } ?? nil
    }

    /// A secret URL. Beyond loopback plain `http` is worth a warning, on it not even the secret in the file is.
    func secretURL() -> Secret? {
        let secret = secret(.webURL) { WebAddress($0)?.isLoopback == false }
        if case .literal(let url) = secret, WebAddress(url)?.isExposed == true {
            adviseOnPlainHTTP()
        }
        return secret
    }

    func adviseOnPlainHTTP() {
        advise("unencrypted HTTP to a remote host: anyone on the path can read what is sent")
    }
}
