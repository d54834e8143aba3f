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
        let message = object.value("message")
        settings.message = message?.object("message") { Config.CustomMessage(reading: $0) } ?? nil
        guard let service = Self.service(object) else { return nil }
        settings.service = service
        self = settings
    }

    /// A service is a key and the reader of its object.
    private static func service(_ object: ConfigObject) -> Config.Service? {
        object.exactlyOne(
            "no service",
            of: [
                address("slack", Config.Service.slack), address("discord", Config.Service.discord),
                address("teams", Config.Service.teams), address("mattermost", Config.Service.mattermost),
                address("rocketchat", Config.Service.rocketchat), address("googleChat", Config.Service.googleChat),
                settings("matrix") { Config.Matrix(reading: $0).map(Config.Service.matrix) },
                settings("ntfy") { Config.Ntfy(reading: $0).map(Config.Service.ntfy) },
                settings("gotify") { Config.Gotify(reading: $0).map(Config.Service.gotify) },
                settings("telegram") { Config.Telegram(reading: $0).map(Config.Service.telegram) },
                settings("zulip") { Config.Zulip(reading: $0).map(Config.Service.zulip) },
                settings("webhook") { Config.Webhook(reading: $0).map(Config.Service.webhook) },
            ])
    }

    private typealias Reader = (key: String, read: (ConfigValue) -> Config.Service?)

    private static func settings(_ key: String, _ read: @escaping (ConfigObject) -> Config.Service?) -> Reader {
        (key, { $0.object(key, read) ?? nil })
    }

    /// A service that needs an incoming webhook and nothing else.
    private static func address(_ key: String, _ service: @escaping (Secret) -> Config.Service) -> Reader {
        (key, { $0.object("incomingWebhook") { $0.secretURL("url").map(service) } ?? nil })
    }
}

extension Config.CustomMessage {
    fileprivate init?(reading object: ConfigObject) {
        self.init(
            title: object.value("title")?.messageTemplate(), text: object.value("text")?.messageTemplate())
        if case .object([]) = object.value.node.value { object.value.advise("no title and no text: no effect") }
    }
}
