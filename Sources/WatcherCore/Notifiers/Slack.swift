/// Slack's incoming webhooks, and what is compatible with them.
///
/// A header, sections and a context block; nothing in them can be read as a mention (`<!channel>`, `<@U…>`) or a link,
/// because `<`, `>` and `&` are escaped, and `link_names` is never set. Sources: Slack's "Formatting text for app
/// surfaces", "Block Kit" and the changelog entry of 2016-05-17 for the errors.
struct Slack: IncomingWebhook {
    static let key = "slack"
    static let summary = "A Slack channel, by its incoming webhook."
    static let hosts = ["hooks.slack.com"]

    let url: Secret

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        .json(values[url], Self.body(text))
    }

    /// UTF-16 units: of a header, of a section's text and of a field (each less room for markup), of the fallback.
    private static let headerLimit = 150
    private static let sectionLimit = 2900
    private static let fieldLimit = 1900
    private static let fallbackLimit = 3000
    private static let fieldsLimit = 10
    /// UTF-8 bytes of all blocks; Slack refuses somewhere above 13 000 characters, which it documents nowhere.
    static let blocksLimit = 12_000

    static func body(_ text: Message.Text) -> JSONValue {
        let fitting = text.fitted { text in
            list(text).utf16.count <= sectionLimit && JSONValue.array(blocks(text)).utf8().count <= blocksLimit
        }
        return [
            "text": .string(markup(text.plain, limit: fallbackLimit)),
            "mrkdwn": false,
            "unfurl_links": false,
            "unfurl_media": false,
            "blocks": .array(blocks(fitting)),
        ]
    }

    private static func blocks(_ text: Message.Text) -> [JSONValue] {
        var blocks: [JSONValue] = [
            [
                "type": "header",
                "text": [
                    "type": "plain_text", "text": .string(plain(text.title, limit: headerLimit)), "emoji": false,
                ],
            ]
        ]
        if !text.lines.isEmpty { blocks.append(section(markup(text.joinedLines, limit: sectionLimit))) }
        if let quote = text.quote { blocks.append(section("```\n\(code(quote, limit: sectionLimit))\n```")) }
        if !text.listed.isEmpty { blocks.append(section(list(text))) }
        if !text.facts.isEmpty {
            let fields = text.facts.prefix(fieldsLimit).map {
                mrkdwn("*\($0.name)*\n\(markup($0.value, limit: fieldLimit))")
            }
            blocks.append(["type": "section", "fields": .array(fields)])
        }
        var next = [text.links.map { "<\($0.url)|\($0.title)>" }.joined(separator: " · ")]
        next += text.hints.map { "\($0.purpose): `\(code($0.command, limit: fieldLimit))`" }
        let last = next.filter { !$0.isEmpty }.joined(separator: "\n")
        if !last.isEmpty { blocks.append(section(last)) }
        blocks.append(["type": "context", "elements": [mrkdwn("watcher · \(markup(text.reference, limit: 100))")]])
        return blocks
    }

    private static func list(_ text: Message.Text) -> String {
        text.listed.map { item in
            let label = markup(item.label, limit: fieldLimit)
            return item.link.map { "• <\($0.url)|\(label)>" } ?? "• \(label)"
        }.joined(separator: "\n")
    }

    private static func section(_ text: String) -> JSONValue {
        ["type": "section", "text": mrkdwn(text)]
    }

    /// `verbatim`: names of people and channels and bare addresses stay text.
    private static func mrkdwn(_ text: String) -> JSONValue {
        ["type": "mrkdwn", "text": .string(text), "verbatim": true]
    }

    private static let entities: [Unicode.Scalar: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;"]
    private static let markup = Escaping(
        replacements: entities.merging(Escaping.likenesses.merging(Escaping.gaps("@")) { $1 }) { $1 },
        keepsInnerUnderscore: true)
    private static let code = Escaping(replacements: entities.merging(Escaping.gaps("`@")) { $1 })
    /// For `plain_text`, in which Slack has no markup; the gaps are for what forwards it.
    private static let plain = Escaping(replacements: Escaping.gaps("@<"))

    /// Only `ok` is a delivery. Services that are compatible with Slack answer in JSON.
    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        let hint = response.json?.seconds("retry_after")
        let word = response.json?.word("error")
        if let failure = response.failure(word, hint: hint) { return failure }
        if response.text == "ok" || response.json?["ok"] == true || response.json?["success"] == true
            || response.json?["result"] == "success"
        {
            return .delivered
        }
        if word == "rate_limited" || word == "ratelimited" { return response.retry(word, hint: hint) }
        return response.unexpected("ok")
    }
}

extension Message.Text {
    var joinedLines: String { lines.joined(separator: "\n") }
}
