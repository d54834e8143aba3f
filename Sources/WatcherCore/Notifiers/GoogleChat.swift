/// Google Chat's incoming webhooks: a card, whose text is HTML.
///
/// `requestId` makes repetitions of a request create one message only. Names as in the discovery document `chat.v1`.
struct GoogleChat: IncomingWebhook {
    static let key = "googleChat"
    static let summary = "A Google Chat space, by its webhook."
    static let hosts = ["chat.googleapis.com"]

    let url: Secret

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        .json(values[url].appendingQuery("requestId=\(message.id.percentEncoded)"), Self.body(text))
    }

    /// Bytes of the whole message; Chat takes 32 000.
    static let limit = 30_000

    static func body(_ text: Message.Text) -> JSONValue {
        let fitting = text.fitted { message($0).utf8().count <= limit }
        return message(fitting)
    }

    private static func message(_ text: Message.Text) -> JSONValue {
        var widgets = [paragraph("<b>\(html(text.title))</b>")]
        if !text.lines.isEmpty { widgets.append(paragraph(breaks(text.joinedLines))) }
        if let quote = text.quote { widgets.append(paragraph("<i>\(breaks(quote))</i>")) }
        if !text.listed.isEmpty {
            let items = text.listed.map { item in
                let label = html(item.label)
                return "• " + (item.link.map { "<a href=\"\(html($0.url))\">\(label)</a>" } ?? label)
            }
            widgets.append(paragraph(items.joined(separator: "<br>")))
        }
        widgets += text.facts.map {
            ["decoratedText": ["topLabel": .string($0.name), "text": .string(html($0.value)), "wrapText": true]]
        }
        widgets += text.hints.map { paragraph("\(html($0.purpose)): <b>\(html($0.command))</b>") }
        if !text.links.isEmpty {
            let buttons: [JSONValue] = text.links.map {
                ["text": .string($0.title), "onClick": ["openLink": ["url": .string($0.url)]]]
            }
            widgets.append(["buttonList": ["buttons": .array(buttons)]])
        }
        widgets.append(paragraph("<font color=\"#8b949e\">watcher · \(html(text.reference))</font>"))
        return [
            "cardsV2": [["cardId": "message", "card": ["sections": [["widgets": .array(widgets)]]]]],
            // For notifications, which show no card.
            "fallbackText": .string(plain(text.title)),
        ]
    }

    private static func paragraph(_ html: String) -> JSONValue { ["textParagraph": ["text": .string(html)]] }

    private static func breaks(_ text: String) -> String {
        text.split(separator: "\n").map { html(String($0)) }.joined(separator: "<br>")
    }

    private static let html = Escaping.html
    private static let plain = Escaping(replacements: Escaping.gaps("@<"))

    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        let error = response.json?["error"]
        let word = [error?.word("status"), error?.word("message")].compactMap { $0 }.joined(separator: ": ")
        if let failure = response.failure(word) { return failure }
        return response.json?.word("name") != nil ? .delivered : response.unexpected("a message")
    }
}
