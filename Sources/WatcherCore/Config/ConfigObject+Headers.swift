extension ConfigObject {
    /// Headers by their names, each once; their values may be secrets.
    func headers(_ description: @autoclosure () -> String) -> [String: Secret] {
        var headers: [String: Secret] = [:]
        var seen: Set<String> = []
        for (name, value) in value("headers", description(), default: .object([]))?.members(names: .headerName) ?? [] {
            if !seen.insert(name.lowercased()).inserted {
                value.report(.badValue, found: "this header for the second time", expected: "each once")
            }
            headers[name] = value.secret(.headerValue) { _ in Self.isCredential(name) }
        }
        return headers
    }

    /// Most headers are no secrets.
    private static func isCredential(_ name: String) -> Bool {
        ["authorization", "cookie", "key", "password", "secret", "token"].contains { name.lowercased().contains($0) }
    }

    /// An address that anybody may know, unless it is kept elsewhere.
    func publicURL(_ name: String, _ description: @autoclosure () -> String) -> Secret? {
        let value = value(name, description(), required: Secret.expected(.webURL))
        let secret = value?.secret(.webURL) { WebAddress($0)?.hasUser == true }
        if case .literal(let url) = secret, WebAddress(url)?.isExposed == true { value?.adviseOnPlainHTTP() }
        return secret
    }
}

extension [String: Secret] {
    /// What must be masked: the values, and the words in them.
    func masked(_ values: SecretValues) -> [String] {
        let texts = self.values.map { values[$0] }
        return (texts + texts.flatMap { $0.split(separator: " ").map(String.init) }).filter {
            $0.utf8.count >= SecretValues.shortestPart
        }
    }

    /// In the order of their names, after those of `usual` that are not among them.
    func requestHeaders(_ values: SecretValues, default usual: [SourceHeader]) -> [SourceHeader] {
        let names = Set(keys.map { $0.lowercased() })
        return usual.filter { !names.contains($0.name.lowercased()) }
            + sorted { $0.key < $1.key }.map { SourceHeader($0.key, values[$0.value]) }
    }
}

extension Secret {
    /// The address without a query, user and password; of one that is kept elsewhere where that is.
    var publicAddress: String {
        guard case .literal(let url) = self, let address = WebAddress(url) else { return description }
        return address.origin + address.path
    }

    /// Host and port; of one that is kept elsewhere where that is.
    var publicHost: String {
        guard case .literal(let url) = self, let address = WebAddress(url) else { return description }
        return String(address.origin.dropFirst(address.scheme.utf8.count + 3))
    }

    /// What must be masked of an address that anybody may know, unless it has a password or is kept elsewhere.
    func maskedParts(_ url: String) -> [String] {
        if case .literal = self, WebAddress(url)?.hasUser != true { return [] }
        return SecretValues.parts(ofURL: url)
    }
}
