/// Microsoft Teams by its Workflows ("When a Teams webhook request is received"): an Adaptive Card of version 1.5.
///
/// Untrusted text is in `RichTextBlock`s, whose runs are never parsed as Markdown; title and facts are, and there it is
/// escaped. The address has changed its form twice, so it is not interpreted.
struct Teams: IncomingWebhook {
    static let key = "teams"
    static let summary = "A Microsoft Teams channel, by the address of a workflow."

    let url: Secret

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        .json(values[url], Self.body(text))
    }

    /// Bytes. Teams takes 28 672 after adding what it needs, some 18 percent; what is too long is dropped without an error.
    static let limit = 20_000
    private static let actionsLimit = 6

    static func body(_ text: Message.Text) -> JSONValue {
        let fitting = text.fitted { envelope($0).utf8().count <= limit }
        return envelope(fitting)
    }

    private static func envelope(_ text: Message.Text) -> JSONValue {
        [
            "type": "message",
            "attachments": [
                [
                    "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil,
                    "content": card(text),
                ]
            ],
        ]
    }

    private static func card(_ text: Message.Text) -> JSONValue {
        var body: [JSONValue] = [
            [
                "type": "TextBlock", "text": .string(escape(text.title)), "style": "heading", "size": "Medium",
                "weight": "Bolder", "color": .string(colour(text.severity)), "wrap": true,
            ]
        ]
        body += text.lines.map { paragraph([run($0)]) }
        for line in text.quote?.split(separator: "\n") ?? [] { body.append(paragraph([run(line, mono: true)])) }
        body += text.listed.map { item in
            paragraph([run("• "), run(item.label, opening: item.link?.url)])
        }
        if !text.facts.isEmpty {
            let facts: [JSONValue] = text.facts.map {
                ["title": .string($0.name), "value": .string(escape($0.value))]
            }
            body.append(["type": "FactSet", "facts": .array(facts)])
        }
        body += text.hints.map { paragraph([run("\($0.purpose): "), run($0.command, mono: true)]) }
        body.append(paragraph([run("watcher · \(text.reference)", small: true)]))
        let actions: [JSONValue] = text.links.prefix(actionsLimit).map {
            ["type": "Action.OpenUrl", "title": .string($0.title), "url": .string($0.url)]
        }
        var card: [JSONValue.Member] = [
            .init("$schema", "http://adaptivecards.io/schemas/adaptive-card.json"), .init("type", "AdaptiveCard"),
            .init("version", "1.5"), .init("fallbackText", .string(safe(text.title))), .init("body", .array(body)),
        ]
        if !actions.isEmpty { card.append(.init("actions", .array(actions))) }
        card.append(.init("msteams", ["width": "Full"]))
        return .object(card)
    }

    private static func paragraph(_ runs: [JSONValue]) -> JSONValue {
        ["type": "RichTextBlock", "inlines": .array(runs)]
    }

    private static func run(
        _ text: some StringProtocol, mono: Bool = false, small: Bool = false, opening url: String? = nil
    ) -> JSONValue {
        var members: [JSONValue.Member] = [.init("type", "TextRun"), .init("text", .string(safe(String(text))))]
        if mono { members.append(.init("fontType", "Monospace")) }
        if small {
            members.append(.init("size", "Small"))
            members.append(.init("isSubtle", true))
        }
        if let url { members.append(.init("selectAction", ["type": "Action.OpenUrl", "url": .string(url)])) }
        return .object(members)
    }

    /// `{{DATE(…)}}` is the only expression in a card's text; `@` could be taken for a mention.
    private static let safe = Escaping(replacements: Escaping.gaps("@<{"))
    private static let escape = Escaping(
        replacements: Escaping.backslashes("\\`*_[]#").merging(Escaping.gaps("@<{")) { $1 },
        keepsInnerUnderscore: true)

    private static func colour(_ severity: Message.Severity) -> String {
        switch severity {
        case .news: "Accent"
        case .good: "Good"
        case .neutral: "Default"
        case .warning: "Warning"
        case .bad: "Attention"
        }
    }

    /// 202 is sent before the card is processed, and no later result can be asked for. Older connectors reported a
    /// failure in the text of a 200.
    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        if let failure = response.failure(response.json?["error"]?.word("message")) { return failure }
        if response.text.contains("HTTP error 429") { return response.retry("the service behind it is busy") }
        if response.text.contains("HTTP error ") { return response.refused() }
        return response.isPage ? response.unexpected("nothing") : .delivered
    }
}
