/// Mattermost's incoming webhooks: one post in Markdown.
///
/// It also reads Slack's forms of a mention (`<!channel>`), and mentions in escaped text: a gap separates both.
struct Mattermost: IncomingWebhook {
    static let key = "mattermost"
    static let summary = "A Mattermost channel, by its incoming webhook."

    let url: Secret

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        .json(values[url], Self.body(text))
    }

    /// Unicode scalars. Current servers take 16 383 and split the rest into more posts; older ones take 4000.
    static let limit = 4000

    static func body(_ text: Message.Text) -> JSONValue {
        let fitting = text.fitted { render($0).unicodeScalars.count <= limit }
        return ["text": .string(render(fitting))]
    }

    private static let markdown = Markdown(escape: Markdown.escapes)

    private static func render(_ text: Message.Text) -> String {
        (["#### \(markdown.escape(text.title))"] + markdown.parts(text) + [markdown.reference(text)])
            .joined(separator: "\n\n")
    }

    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        if let failure = response.failure(response.json?.word("message")) { return failure }
        return response.text == "ok" ? .delivered : response.unexpected("ok")
    }
}
