/// Gotify: a message in Markdown (CommonMark), by an application's token.
struct Gotify: Notifier {
    static let key = "gotify"
    static let summary = "An application of Gotify."

    let server: Secret
    /// An application's token.
    let token: Secret

    init?(reading object: ConfigObject) {
        let server = object.server("server", "The address of the server.", required: true)
        let token = object.secret("token", .token, "The token of the application.", required: true)
        guard let server, let token else { return nil }
        (self.server, self.token) = (server, token)
    }

    var secrets: [Secret] { [server, token] }

    func masks(_ values: SecretValues) -> [String] { [values[token]] }

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        .json(
            values[server].withoutTrailingSlashes + "/message", Self.body(text),
            headers: [("X-Gotify-Key", values[token])])
    }

    /// Bytes of the text. Gotify has no limit; more is not readable on a phone.
    static let limit = 8000

    static func body(_ text: Message.Text) -> JSONValue {
        let fitting = text.fitted { render($0).utf8.count <= limit }
        var extras: [JSONValue.Member] = [.init("client::display", ["contentType": "text/markdown"])]
        if let link = text.links.first {
            extras.append(.init("client::notification", ["click": ["url": .string(link.url)]]))
        }
        return [
            "title": .string(plain(text.title)), "message": .string(render(fitting)),
            "priority": .integer(priority(text.severity)), "extras": .object(extras),
        ]
    }

    private static let markdown = Markdown(escape: Markdown.escapes, lineBreak: "  \n")

    /// Never empty: Gotify refuses that.
    private static func render(_ text: Message.Text) -> String {
        (markdown.parts(text) + [markdown.reference(text)]).joined(separator: "\n\n")
    }

    private static let plain = Escaping(replacements: Escaping.gaps("@<"))

    private static func priority(_ severity: Message.Severity) -> Int {
        switch severity {
        case .neutral: 2
        case .good: 4
        case .news: 5
        case .warning: 7
        case .bad: 8
        }
    }

    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        let word = response.json?.word("errorDescription") ?? response.json?.word("error")
        if let failure = response.failure(word) { return failure }
        return response.json?["id"] != nil ? .delivered : response.unexpected("a message")
    }
}
