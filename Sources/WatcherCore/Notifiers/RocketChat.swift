/// Rocket.Chat's incoming integrations: a text, and an attachment in the message's colour.
///
/// Without `channel`, which most servers refuse.
struct RocketChat: IncomingWebhook {
    static let key = "rocketchat"
    static let summary = "A Rocket.Chat channel, by its incoming webhook."

    let url: Secret

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        .json(values[url], Self.body(text))
    }

    /// UTF-16 units of all texts together: the server's default for a message.
    static let limit = 5000

    static func body(_ text: Message.Text) -> JSONValue {
        let fitting = text.fitted { length(message($0)) <= limit }
        return message(fitting)
    }

    private static let markdown = Markdown(escape: Markdown.likenesses, bold: "*")

    private static func message(_ text: Message.Text) -> JSONValue {
        var attachment: [JSONValue.Member] = [.init("color", .string(text.severity.colour))]
        var rest = text
        if let link = text.links.first {
            attachment.append(.init("title", .string(link.title)))
            attachment.append(.init("title_link", .string(link.url)))
            rest.links.removeFirst()
        }
        let parts = markdown.parts(rest, facts: false) + [markdown.reference(text)]
        attachment.append(.init("text", .string(parts.joined(separator: "\n"))))
        if !text.facts.isEmpty {
            let fields: [JSONValue] = text.facts.map {
                ["short": true, "title": .string($0.name), "value": .string(markdown.escape($0.value))]
            }
            attachment.append(.init("fields", .array(fields)))
        }
        return ["text": .string(markdown.title(text)), "attachments": [.object(attachment)]]
    }

    private static func length(_ value: JSONValue) -> Int {
        switch value {
        case .string(let text): text.utf16.count
        case .array(let elements): elements.reduce(0) { $0 + length($1) }
        case .object(let members): members.reduce(0) { $0 + length($1.value) }
        case .null, .bool, .number: 0
        }
    }

    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        let word = response.json?.word("error") ?? response.json?.word("message")
        if response.status == 503 { return response.retry(word ?? "unavailable, or the integration is disabled") }
        if let failure = response.failure(word) { return failure }
        return response.json?["success"] == true ? .delivered : response.unexpected("success")
    }
}
