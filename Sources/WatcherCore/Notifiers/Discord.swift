/// Discord's webhooks: one embed, without mentions (`allowed_mentions`).
///
/// Limits, hints and errors are those of Discord's documentation of "Execute Webhook", "Embed Limits" and "Rate Limits".
struct Discord: IncomingWebhook {
    static let key = "discord"
    static let summary = "A Discord channel, by its webhook."
    static let hosts = ["discord.com", "discordapp.com"]

    let url: Secret

    /// With `wait` the response says whether the message was saved.
    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        let address = values[url]
        let waits = address.contains("?wait=") || address.contains("&wait=")
        return .json(waits ? address : address.appendingQuery("wait=true"), Self.body(text, at: message.time))
    }

    /// UTF-16 units: of an embed's parts, and of all its texts together.
    private static let titleLimit = 256
    private static let descriptionLimit = 4096
    private static let valueLimit = 1024
    private static let fieldsLimit = 25
    static let totalLimit = 6000

    static func body(_ full: Message.Text, at time: Timestamp) -> JSONValue {
        let text = full.fitted {
            description($0).utf16.count <= descriptionLimit && length($0) <= totalLimit
        }
        var embed: [JSONValue.Member] = [.init("title", .string(title(text)))]
        if let link = text.links.first { embed.append(.init("url", .string(link.url))) }
        let below = description(text)
        if !below.isEmpty { embed.append(.init("description", .string(below))) }
        embed.append(.init("color", .integer(text.severity.rgb)))
        let facts: [JSONValue] = fields(text).map {
            ["name": .string($0.name), "value": .string($0.value), "inline": true]
        }
        if !facts.isEmpty { embed.append(.init("fields", .array(facts))) }
        embed.append(.init("footer", ["text": .string(footer(text))]))
        embed.append(.init("timestamp", .string(time.description)))
        return ["allowed_mentions": ["parse": []], "embeds": [.object(embed)]]
    }

    private static let markdown = Markdown(escape: Markdown.escapes)

    private static func title(_ text: Message.Text) -> String { markdown.escape(text.title, limit: titleLimit) }

    /// The first link is the title's.
    private static func description(_ text: Message.Text) -> String {
        var rest = text
        rest.links = Array(text.links.dropFirst())
        return markdown.parts(rest, facts: false).joined(separator: "\n\n")
    }

    private static func fields(_ text: Message.Text) -> [(name: String, value: String)] {
        text.facts.filter { !$0.value.isEmpty }.prefix(fieldsLimit).map {
            ($0.name, markdown.escape($0.value, limit: valueLimit))
        }
    }

    private static func footer(_ text: Message.Text) -> String { markdown.reference(text) }

    private static func length(_ text: Message.Text) -> Int {
        ([title(text), description(text), footer(text)] + fields(text).flatMap { [$0.name, $0.value] })
            .reduce(0) { $0 + $1.utf16.count }
    }

    /// 204 without `wait`. A deleted webhook answers 404; asking again gets the client's address restricted.
    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        if let failure = response.failure(response.json?.word("message"), hint: response.json?.seconds("retry_after")) {
            return failure
        }
        return response.isPage ? response.unexpected("a message") : .delivered
    }
}
