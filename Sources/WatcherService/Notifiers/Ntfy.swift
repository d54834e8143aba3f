import Curl
import WatcherCore

/// ntfy: plain text, by its JSON form, in which nothing can end a header.
///
/// `sequence_id` makes a repetition replace the notification (since 2.16; older servers show a second one).
struct Ntfy: Receiver {
    let server: String
    let topic: String
    let token: String?

    var secrets: [String] { [token].compactMap { $0 } }

    func post(_ message: Message, _ text: Message.Text, at now: Timestamp) -> Post {
        let authorization = token.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? []
        return .json(Self.base(server) + "/", Self.body(text, topic: topic), headers: authorization)
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
            .init("message", .string(render(text))), .init("priority", .integer(priority(text.tone))),
            .init("tags", [.string(tag(text.tone))]), .init("sequence_id", .string(text.reference)),
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

    private static func priority(_ tone: Message.Severity) -> Int {
        switch tone {
        case .neutral: 2
        case .news, .good: 3
        case .warning, .bad: 4
        }
    }

    /// Names of ntfy's emoji.
    private static func tag(_ tone: Message.Severity) -> String {
        switch tone {
        case .news: "package"
        case .good: "white_check_mark"
        case .neutral: "information_source"
        case .warning: "warning"
        case .bad: "x"
        }
    }

    /// The server never says how long to wait: it gives a request back every five seconds, and a new day's quota at
    /// midnight UTC.
    private static let refill = 5.0

    func outcome(of answer: NotifierResponse) -> DeliveryOutcome {
        let word = answer.json?.word("error")
        if answer.status == 429 {
            let isSpent = answer.json?["code"] == .integer(42_908)
            return answer.retry(word, hint: isSpent ? answer.secondsToMidnight : Self.refill)
        }
        if let trouble = answer.trouble(word) { return trouble }
        return answer.json?.word("id") != nil ? .delivered : answer.unexpected("a message")
    }
}
