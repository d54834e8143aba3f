/// ntfy: plain text, by its JSON interface; the other one takes texts in headers.
///
/// `sequence_id` makes a repetition replace the notification (since 2.16; older servers show a second one).
struct Ntfy: Notifier {
    static let key = "ntfy"
    static let summary = "A topic of ntfy."

    let server: Secret
    let topic: Secret
    let token: Secret?

    private static let defaultServer = "https://ntfy.sh"

    init?(reading object: ConfigObject) {
        let server = object.server("server", "The address of the server.", default: Self.defaultServer)
        let topic = object.word("topic", .ntfyTopic, "The topic. On a public server whoever knows it can read it.")
        token = object.secret("token", .token, "An access token, where the server asks for one.")
        guard let topic else { return nil }
        self.server = server ?? .literal(Self.defaultServer)
        self.topic = topic
    }

    var secrets: [Secret] { [server, topic] + (token.map { [$0] } ?? []) }

    func masks(_ values: SecretValues) -> [String] { token.map { [values[$0]] } ?? [] }

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        let authorization = token.map { [(name: "Authorization", value: "Bearer \(values[$0])")] } ?? []
        return .json(
            values[server].withoutTrailingSlashes + "/", Self.body(text, topic: values[topic]), headers: authorization)
    }

    /// Bytes of the text (longer ones become an attachment), and of the whole body.
    static let messageLimit = 4096
    static let bodyLimit = 8192
    private static let actionsLimit = 3

    static func body(_ text: Message.Text, topic: String) -> JSONValue {
        let fitting = text.fitted {
            render($0).utf8.count <= messageLimit && content($0, topic: topic).utf8().count <= bodyLimit
        }
        return content(fitting, topic: topic)
    }

    private static func content(_ text: Message.Text, topic: String) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("topic", .string(topic)), .init("title", .string(plain(text.title))),
            .init("message", .string(render(text))), .init("priority", .integer(priority(text.severity))),
            .init("tags", [.string(tag(text.severity))]), .init("sequence_id", .string(text.reference)),
        ]
        if let link = text.links.first {
            members.append(.init("click", .string(link.url)))
            let actions: [JSONValue] = text.links.prefix(actionsLimit).map {
                ["action": "view", "label": .string($0.title), "url": .string($0.url)]
            }
            members.append(.init("actions", .array(actions)))
        }
        return .object(members)
    }

    /// The title has a place of its own, and links are buttons; an empty message would be called "triggered".
    private static func render(_ text: Message.Text) -> String {
        var rest = text
        rest.links = []
        let lines = rest.plain.split(separator: "\n").dropFirst().joined(separator: "\n")
        return plain(lines.isEmpty ? text.title : lines)
    }

    private static let plain = Escaping(replacements: Escaping.gaps("@<"))

    private static func priority(_ severity: Message.Severity) -> Int {
        switch severity {
        case .neutral: 2
        case .news, .good: 3
        case .warning, .bad: 4
        }
    }

    /// Names of ntfy's emoji.
    private static func tag(_ severity: Message.Severity) -> String {
        switch severity {
        case .news: "package"
        case .good: "white_check_mark"
        case .neutral: "information_source"
        case .warning: "warning"
        case .bad: "x"
        }
    }

    /// Seconds. The server never says how long to wait: it allows one more request every five seconds, and resets the
    /// daily limit at midnight UTC.
    private static let refill = 5.0

    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        let word = response.json?.word("error")
        if response.status == 429 {
            let isSpent = response.json?["code"] == .integer(42_908)
            return response.retry(word, hint: isSpent ? response.secondsToMidnight : Self.refill)
        }
        if let failure = response.failure(word) { return failure }
        return response.json?.word("id") != nil ? .delivered : response.unexpected("a message")
    }
}
