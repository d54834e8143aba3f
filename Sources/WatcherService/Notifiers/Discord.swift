import Curl
import WatcherCore

/// Discord's webhooks: one embed, and nobody is ever mentioned (`allowed_mentions`).
///
/// Limits, hints and errors as in Discord's documentation of "Execute Webhook", "Embed Limits" and "Rate Limits".
struct Discord: Receiver {
    let url: String

    var secrets: [String] { Self.parts(ofSecret: url) }

    /// With `wait` the answer tells whether the message was saved.
    func post(_ message: Message, _ text: Message.Text, at now: Timestamp) -> Post {
        let waits = url.contains("?wait=") || url.contains("&wait=")
        return .json(waits ? url : Self.appending("wait=true", to: url), Self.body(text, at: message.time))
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
        embed.append(.init("color", .integer(text.tone.rgb)))
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

    /// 204 without `wait`. A webhook that was deleted answers 404, and asking it again gets the address restricted.
    func outcome(of answer: NotifierResponse) -> DeliveryOutcome {
        if let trouble = answer.trouble(answer.json?.word("message"), hint: answer.json?.seconds("retry_after")) {
            return trouble
        }
        return answer.isPage ? answer.unexpected("a message") : .delivered
    }
}
