import Curl
import WatcherCore

/// Telegram's Bot API: plain text with entities, which say where bold text and links are. Nothing in the text is read as
/// markup, so nothing needs an escape.
struct Telegram: Receiver {
    let token: String
    let chat: String
    let apiURL: String

    var secrets: [String] { [token] + token.split(separator: ":").dropFirst().map(String.init) }

    func post(_ message: Message, _ text: Message.Text, at now: Timestamp) -> Post {
        .json("\(Self.base(apiURL))/bot\(token)/sendMessage", Self.body(text, chat: chat))
    }

    /// UTF-16 units of the text.
    static let limit = 4096

    static func body(_ text: Message.Text, chat: String) -> JSONValue {
        let fitting = text.fitted { TelegramText($0).text.utf16.count <= limit }
        let content = TelegramText(fitting)
        return [
            "chat_id": Int64(chat).map(JSONValue.integer) ?? .string(chat), "text": .string(content.text),
            "entities": .array(content.entities), "link_preview_options": ["is_disabled": true],
        ]
    }

    func outcome(of answer: NotifierResponse) -> DeliveryOutcome {
        let parameters = answer.json?["parameters"]
        if case .number(let moved)? = parameters?["migrate_to_chat_id"] {
            return answer.refused("the group has become a supergroup, whose chat is \(moved)")
        }
        let word = answer.json?.word("description")
        if let trouble = answer.trouble(word, hint: parameters?.seconds("retry_after")) { return trouble }
        return answer.json?["ok"] == true ? .delivered : answer.unexpected("ok")
    }
}
