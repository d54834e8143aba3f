extension Config {
    package struct Notifier: Sendable, Equatable {
        package static let defaultEvents = Set(MessageType.allCases).subtracting([.started])
        package var events = defaultEvents
        /// Nil: all.
        package var upstreams: Set<String>?
        /// Nil: the built-in message.
        package var message: CustomMessage?
        /// Of which changes a `release` message tells.
        package var levels = Set(Version.Level.allCases)
        package var service: AnyNotifier

        package init(service: any WatcherCore.Notifier) { self.service = AnyNotifier(service) }
    }

    /// What is nil keeps the built-in text.
    package struct CustomMessage: Sendable, Equatable {
        package var title: MessageTemplate?
        package var text: MessageTemplate?

        package init(title: MessageTemplate? = nil, text: MessageTemplate? = nil) {
            self.title = title
            self.text = text
        }
    }
}

extension Config.Notifier {
    /// `upstreams` are the names that exist; nil where they are not known, and then every name is valid.
    ///
    /// With `isDefault` the keys that may stand under `defaults` are read, all but the service, and there is no value.
    init?(reading object: ConfigObject, upstreams names: Set<String>?, isDefault: Bool = false) {
        let usual = MessageType.allCases.filter(Self.defaultEvents.contains)
        let list = object.value(
            "events", "What is reported.", default: .array(usual.map { .string($0.rawValue) }))
        let events = list?.distinct { $0.choice(MessageType.self) }
        if case .array([]) = list?.node.value { list?.advise("no events: nothing is ever sent") }
        let some = object.value("upstreams", "Only what is about these upstreams. Default: all.")
        let upstreams = some?.distinct { $0.upstreamName(among: names) }
        if case .array([]) = some?.node.value { some?.advise("no upstreams: no release and no job is reported") }
        let levels = object.levels(
            "Which changes are reported: for release, in which number it differs from the highest before.")
        let message = object.value("message", "A custom message in place of the built-in one.")?.object("message") {
            Config.CustomMessage(reading: $0)
        }
        guard !isDefault, let service = Self.service(object) else { return nil }
        self.init(service: service)
        self.events = events.map { Set($0) } ?? Self.defaultEvents
        self.upstreams = upstreams.map { Set($0) }
        self.message = message ?? nil
        self.levels = levels
    }

    private static func service(_ object: ConfigObject) -> (any WatcherCore.Notifier)? {
        object.exactlyOne(
            "no service",
            of: object.value.document.notifierTypes.map { type in
                (type.key, type.summary, { value in value.object(type.kind) { type.init(reading: $0) } ?? nil })
            })
    }
}

extension Config.CustomMessage {
    fileprivate init?(reading object: ConfigObject) {
        self.init(
            title: object.value("title", "One line, a template; cut at 150 characters.")?.messageTemplate(),
            text: object.value(
                "text",
                "What stands below the title, a template: {{upstream}}, {{previous}}, {{release.tag}}, "
                    + "{{releases}}, {{job.url}}, {{text}} and the other fields of the body of webhook. What "
                    + "does not apply renders as nothing.")?.messageTemplate())
        if case .object([]) = object.value.node.value { object.value.advise("no title and no text: no effect") }
    }
}
