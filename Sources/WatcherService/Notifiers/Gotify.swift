import Curl
import WatcherCore

/// Gotify: a message in Markdown (CommonMark), by an application's token.
struct Gotify: Receiver {
    let server: String
    let token: String

    var secrets: [String] { [token] }

    func post(_ message: Message, _ text: Message.Text, at now: Timestamp) -> Post {
        .json(Self.base(server) + "/message", Self.body(text), headers: [("X-Gotify-Key", token)])
    }

    /// Bytes of the text. Gotify has no limit; this is what fits a phone.
    static let limit = 8000

    static func body(_ text: Message.Text) -> JSONValue {
        let fitting = text.fitted { render($0).utf8.count <= limit }
        var extras: [JSONValue.Member] = [.init("client::display", ["contentType": "text/markdown"])]
        if let link = text.links.first {
            extras.append(.init("client::notification", ["click": ["url": .string(link.url)]]))
        }
        return [
            "title": .string(plain(text.title)), "message": .string(render(fitting)),
            "priority": .integer(priority(text.tone)), "extras": .object(extras),
        ]
    }

    private static let markdown = Markdown(escape: Markdown.escapes, lineBreak: "  \n")

    /// Never empty: Gotify refuses that.
    private static func render(_ text: Message.Text) -> String {
        (markdown.parts(text) + [markdown.reference(text)]).joined(separator: "\n\n")
    }

    private static let plain = Escaping(replacements: Escaping.gaps("@<"))

    private static func priority(_ tone: Message.Severity) -> Int {
        switch tone {
        case .neutral: 2
        case .good: 4
        case .news: 5
        case .warning: 7
        case .bad: 8
        }
    }

    func outcome(of answer: NotifierResponse) -> DeliveryOutcome {
        let word = answer.json?.word("errorDescription") ?? answer.json?.word("error")
        if let trouble = answer.trouble(word) { return trouble }
        return answer.json?["id"] != nil ? .delivered : answer.unexpected("a message")
    }
}
