// Reading the settings of each service. What is written in the file is checked, what comes from elsewhere is not read.

extension Config.Matrix {
    init?(reading object: ConfigObject) {
        let homeserver = object.server("homeserver", required: true)
        let value = object.value("room", required: Secret.expected(.receiverWord))
        let room = value?.secret(.receiverWord) { _ in false }
        if case .literal(let text) = room, text.hasPrefix("#") {
            value?.advise("an alias: messages go to a room by its id, which begins with \"!\"")
        }
        let token = object.secret("token", .token, required: true)
        guard let homeserver, let room, let token else { return nil }
        self.init(homeserver: homeserver, room: room, token: token)
    }
}

extension Config.Ntfy {
    init?(reading object: ConfigObject) {
        let server = object.server("server", default: Self.defaultServer)
        let topic = object.word("topic", .ntfyTopic)
        let token = object.secret("token", .token)
        guard let topic else { return nil }
        self.init(topic: topic)
        self.server = server ?? self.server
        self.token = token
    }
}

extension Config.Gotify {
    init?(reading object: ConfigObject) {
        let server = object.server("server", required: true)
        let token = object.secret("token", .token, required: true)
        guard let server, let token else { return nil }
        self.init(server: server, token: token)
    }
}

extension Config.Telegram {
    init?(reading object: ConfigObject) {
        let token = object.secret("token", .token, required: true)
        let chat = object.word("chat", .telegramChat)
        let apiURL = object.server("apiURL", default: Self.defaultURL)
        guard let token, let chat else { return nil }
        self.init(token: token, chat: chat)
        self.apiURL = apiURL ?? self.apiURL
    }
}

extension Config.Zulip {
    init?(reading object: ConfigObject) {
        let server = object.server("server", required: true)
        let email = object.word("email", .receiverWord)
        let token = object.secret("token", .token, required: true)
        let stream = object.word("stream", .receiverWord)
        let topic = object.word("topic", .receiverWord)
        guard let server, let email, let token, let stream, let topic else { return nil }
        self.init(server: server, email: email, token: token, stream: stream, topic: topic)
    }
}

extension Config.Webhook {
    init?(reading object: ConfigObject) {
        let url = object.secretURL("url")
        let secret = object.secret("secret", .signingSecret)
        var headers: [String: Secret] = [:]
        var seen: Set<String> = []
        for (name, value) in object.value("headers", default: .object([]))?.members(names: .headerName) ?? [] {
            if !seen.insert(name.lowercased()).inserted {
                value.report(.badValue, found: "this header for the second time", expected: "each once")
            }
            headers[name] = value.secret(.headerValue) { _ in Self.isCredential(name) }
        }
        let body = object.value("body")?.bodyTemplate()
        guard let url else { return nil }
        self.init(url: url)
        self.secret = secret
        self.headers = headers
        self.body = body
    }

    /// Most headers are no secrets.
    private static func isCredential(_ name: String) -> Bool {
        ["authorization", "cookie", "key", "password", "secret", "token"].contains { name.lowercased().contains($0) }
    }
}

extension ConfigObject {
    /// An address that is a secret as a whole.
    func secretURL(_ name: String) -> Secret? { value(name, required: Secret.expected(.webURL))?.secretURL() }

    /// An address to which paths are appended; it may be a secret, but by itself it is none.
    fileprivate func server(_ name: String, required: Bool = false, default address: String? = nil) -> Secret? {
        let value = value(
            name, required: required ? Secret.expected(.server) : nil, default: address.map(JSONValue.string))
        let secret = value?.secret(.server) { _ in false }
        if case .literal(let url) = secret, WebAddress(url)?.isExposed == true { value?.adviseOnPlainHTTP() }
        return secret
    }

    /// A name that may be a secret, but by itself is none.
    fileprivate func word(_ name: String, _ rule: TextRule) -> Secret? {
        value(name, required: Secret.expected(rule))?.secret(rule) { _ in false }
    }
}
