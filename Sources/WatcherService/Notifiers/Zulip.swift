import Curl
import FoundationEssentials
import WatcherCore

/// Zulip: a message to a channel's topic, by a bot. A form, not JSON.
///
/// Zulip's Markdown has no escapes, so what marks text becomes its likeness.
struct Zulip: Receiver {
    let server: String
    let email: String
    let token: String
    let stream: String
    let topic: String

    var secrets: [String] { [token, credentials] }

    func post(_ message: Message, _ text: Message.Text, at now: Timestamp) -> Post {
        let fields = [
            ("type", "stream"), ("to", stream), ("topic", topic), ("content", Self.content(text)),
        ]
        let form = fields.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
        return Post(
            url: Self.base(server) + "/api/v1/messages",
            headers: [
                ("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", "Basic \(credentials)"),
            ], body: Array(form.utf8))
    }

    private var credentials: String { Data("\(email):\(token)".utf8).base64EncodedString() }

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

    func outcome(of answer: NotifierResponse) -> DeliveryOutcome {
        let word = [answer.json?.word("code"), answer.json?.word("msg")].compactMap { $0 }.joined(separator: ": ")
        if let trouble = answer.trouble(word, hint: answer.json?.seconds("retry-after")) { return trouble }
        return answer.json?["result"] == "success" ? .delivered : answer.unexpected("success")
    }
}
