import Curl
import WatcherCore

/// Mattermost's incoming webhooks: one post in Markdown.
///
/// It also reads Slack's forms of a mention (`<!channel>`), and mentions in escaped text: so both are parted.
struct Mattermost: Receiver {
    let url: String

    var secrets: [String] { Self.parts(ofSecret: url) }

    func post(_ message: Message, _ text: Message.Text, at now: Timestamp) -> Post {
        .json(url, Self.body(text))
    }

    /// Unicode scalars. A server of today keeps 16 383 and splits the rest into more posts; old ones keep 4000.
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

    func outcome(of answer: NotifierResponse) -> DeliveryOutcome {
        if let trouble = answer.trouble(answer.json?.word("message")) { return trouble }
        return answer.text == "ok" ? .delivered : answer.unexpected("ok")
    }
}
