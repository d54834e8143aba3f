extension Config {
    /// A GitHub App whose installation's token is used in place of a token of a person.
    package struct GitHubApp: Sendable, Equatable {
        /// The client id, or the number of the app.
        package var id: String
        /// The number of the installation.
        package var installation: Int64
        /// RSA, in PEM.
        package var privateKey: Secret

        package init(id: String, installation: Int64, privateKey: Secret) {
            self.id = id
            self.installation = installation
            self.privateKey = privateKey
        }
    }
}

extension Config.GitHub {
    /// Whether requests are made in somebody's name: without, GitHub allows an address 60 an hour.
    package var isAuthorised: Bool { token != nil || app != nil }
}

extension Config.GitHubApp {
    init?(reading object: ConfigObject) {
        let id = object.value(
            "id", "The client id of the app, or its number: both are on the app's settings page.",
            required: TextRule.appID.expected)?
            .identifier(.appID)
        let installation = object.value(
            "installation", "The number of the installation, which ends the address of the installation's settings.",
            required: TextRule.installationID.expected)?
            .identifier(.installationID)
        let privateKey = object.secret(
            "privateKey", .privateKey,
            "A private key of the app, RSA in PEM, not encrypted; in an environment variable \\n may stand for line breaks.",
            required: true)
        guard let id, let installation, let number = Int64(installation), let privateKey else { return nil }
        self.init(id: id, installation: number, privateKey: privateKey)
    }
}

extension ConfigValue {
    /// What every reader of JSON takes as it is written: 2⁵³ − 1.
    private static let largestNumber = 9_007_199_254_740_991

    /// A string that keeps the rule, or a whole number of which the digits do.
    fileprivate func identifier(_ rule: TextRule) -> String? {
        if shape != nil {
            alternative().describe(rule)
            _ = alternative().integer(in: 1...Self.largestNumber)
            return nil
        }
        guard case .number(let digits) = node.content else { return text(rule) }
        guard let number = Int(digits), (1...Self.largestNumber).contains(number) else {
            report(.badValue, found: found(), expected: rule.expected)
            return nil
        }
        return String(number)
    }
}

extension TextRule {
    fileprivate static let appID = TextRule(
        expected: "the client id or the number of a GitHub App", pattern: #"^[A-Za-z0-9._-]+$"#,
        maximumLength: nameLimit
    ) { text in
        (1...nameLimit).contains(text.utf8.count)
            && text.utf8.allSatisfy { ASCII.isWord($0) || ".-".utf8.contains($0) }
    }

    fileprivate static let installationID = TextRule(
        expected: "the number of an installation", pattern: #"^[1-9][0-9]{0,18}$"#
    ) { text in
        text.utf8.count <= 19 && text.utf8.first != 0x30 && text.utf8.allSatisfy(ASCII.isDigit) && Int64(text) != nil
    }

    /// What is not RSA or cannot be used is found where the key is read.
    fileprivate static let privateKey = TextRule(
        expected: "a private key in PEM, which begins with -----BEGIN", isSecret: true, pattern: "^-----BEGIN ",
        maximumLength: secretLimit
    ) { text in
        text.hasPrefix("-----BEGIN ") && text.utf8.count <= secretLimit
    }
}
