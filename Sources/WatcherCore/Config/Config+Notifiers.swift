extension Config.Notifier {
    /// `upstreams` are the names that exist; nil where they can't be known, and then none is wrong.
    init?(reading object: ConfigObject, upstreams names: Set<String>?) {
        var settings = Self(service: .slack(url: .literal("")))
        let usual = MessageType.allCases.filter(settings.events.contains)
        let list = object.value(
            "events", default: .array(usual.map { .string($0.rawValue) }), choices: MessageType.allCases.map(\.rawValue)
        )
        if let list, let events = list.distinct({ $0.choice(MessageType.self) }) {
            settings.events = Set(events)
            if case .array([]) = list.node.value { list.advise("no events: nothing is ever sent") }
        }
        if let list = object.value("upstreams"),
            let upstreams = list.distinct({ $0.upstreamName(among: names) })
        {
            settings.upstreams = Set(upstreams)
            if case .array([]) = list.node.value { list.advise("no upstreams: no release and no job is told") }
        }
        guard let service = Self.service(object) else { return nil }
        settings.service = service
        self = settings
    }

    /// A service is a key and the reader of its object.
    private static func service(_ object: ConfigObject) -> Config.Service? {
        object.exactlyOne(
            "no service",
            of: [
                ("slack", { $0.object("slack") { $0.url().map(Config.Service.slack) } ?? nil }),
                (
                    "webhook",
                    { $0.object("webhook") { Config.Webhook(reading: $0).map(Config.Service.webhook) } ?? nil }
                ),
            ])
    }
}

extension Config.Webhook {
    fileprivate init?(reading object: ConfigObject) {
        let url = object.url()
        let secret = object.secret("secret", .signingSecret)
        var headers: [String: Secret] = [:]
        var seen: Set<String> = []
        for (name, value) in object.value("headers", default: .object([]))?.members(names: .headerName) ?? [] {
            if !seen.insert(name.lowercased()).inserted {
                value.report(.badValue, found: "this header for the second time", expected: "each once")
            }
            headers[name] = value.secret(.headerValue) { _ in Self.isCredential(name) }
        }
        guard let url else { return nil }
        self.init(url: url)
        self.secret = secret
        self.headers = headers
    }

    /// Most headers are no secrets.
    private static func isCredential(_ name: String) -> Bool {
        ["authorization", "cookie", "key", "password", "secret", "token"].contains { name.lowercased().contains($0) }
    }
}

extension ConfigObject {
    fileprivate func url() -> Secret? { value("url", required: Secret.expected(.webURL))?.secretURL() }
}
