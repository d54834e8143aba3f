import FoundationEssentials

/// Zulip: a message to a channel's topic, by a bot. A form, not JSON.
///
/// Zulip's Markdown has no escapes, so characters of its markup are replaced by similar ones.
struct Zulip: Notifier {
    static let key = "zulip"
    static let summary = "A topic of a Zulip channel."

    let server: Secret
    /// The bot's address.
    let email: Secret
    /// The bot's API key.
    let token: Secret
    let stream: Secret
    let topic: Secret

    init?(reading object: ConfigObject) {
        let server = object.server("server", "The address of the organisation.", required: true)
        let email = object.word("email", .receiverWord, "The e-mail address of the bot.")
        let token = object.secret("token", .token, "The API key of the bot.", required: true)
        let stream = object.word("stream", .receiverWord, "The name of the channel.")
        let topic = object.word("topic", .receiverWord, "The topic; Zulip takes 60 characters.")
        guard let server, let email, let token, let stream, let topic else { return nil }
        (self.server, self.email, self.token, self.stream, self.topic) = (server, email, token, stream, topic)
    }

    var secrets: [Secret] { [server, email, token, stream, topic] }

    func masks(_ values: SecretValues) -> [String] { [values[token], credentials(values)] }

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        let fields = [
            ("type", "stream"), ("to", values[stream]), ("topic", values[topic]), ("content", Self.content(text)),
        ]
        let form = fields.map { "\($0)=\($1.percentEncoded)" }.joined(separator: "&")
        return .http(
            Delivery.HTTP(
                url: values[server].withoutTrailingSlashes + "/api/v1/messages",
                headers: [
                    ("Content-Type", "application/x-www-form-urlencoded"),
                    ("Authorization", "Basic \(credentials(values))"),
                ], body: Array(form.utf8)))
    }

    private func credentials(_ values: SecretValues) -> String {
        Data("\(values[email]):\(values[token])".utf8).base64EncodedString()
    }

    /// Unicode scalars; a server takes 10 000.
    static let limit = 10_000

    static func content(_ text: Message.Text) -> String {
        let fitting = text.fitted { render($0).unicodeScalars.count <= limit }
        return render(fitting)
    }

    private static let markdown = Markdown(escape: Markdown.likenesses)

    private static func render(_ text: Message.Text) -> String {
        ([markdown.title(text)] + markdown.parts(text) + [markdown.reference(text)]).joined(separator: "\n\n")
    }

    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        let word = [response.json?.word("code"), response.json?.word("msg")].compactMap { $0 }.joined(separator: ": ")
        if let failure = response.failure(word, hint: response.json?.seconds("retry-after")) { return failure }
        return response.json?["result"] == "success" ? .delivered : response.unexpected("success")
    }
}
