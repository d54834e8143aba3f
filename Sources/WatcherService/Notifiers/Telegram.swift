import Curl
import WatcherCore

/// Telegram's Bot API: plain text with entities, which say where bold text and links are. Nothing in the text is read as
/// markup, so nothing needs an escape.
struct Telegram: Receiver {
    let token: String
    let chat: String
    let apiURL: String

    var secrets: [String] { [token] + token.split(separator: ":").dropFirst().map(String.init) }

    func post(_ message: Message, at now: Timestamp) -> Post {
        .json("\(Self.base(apiURL))/bot\(token)/sendMessage", Self.body(message.wording, chat: chat))
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

    func outcome(of answer: Answer) -> DeliveryOutcome {
        let parameters = answer.json?["parameters"]
        if case .number(let moved)? = parameters?["migrate_to_chat_id"] {
            return answer.refused("the group has become a supergroup, whose chat is \(moved)")
        }
        let word = answer.json?.word("description")
        if let trouble = answer.trouble(word, hint: parameters?.seconds("retry_after")) { return trouble }
        return answer.json?["ok"] == true ? .delivered : answer.unexpected("ok")
    }
}

/// A text with its entities; offsets and lengths in UTF-16 units, as Telegram counts.
struct TelegramText: Sendable {
    private(set) var text = ""
    private(set) var entities: [JSONValue] = []
    private var length = 0

    init(_ message: Message.Text) {
        add(message.title, "bold")
        for line in message.lines { add("\n"); add(line) }
        if let quote = message.quote {
            add("\n")
            add(quote, "pre")
        }
        for item in message.listed {
            add("\n• ")
            add(item.label, item.link == nil ? nil : "text_link", opening: item.link?.url)
        }
        for fact in message.facts { add("\n\(fact.name): \(fact.value)") }
        for link in message.links {
            add("\n")
            add(link.title, "text_link", opening: link.url)
        }
        for hint in message.hints {
            add("\n\(hint.purpose): ")
            add(hint.command, "code")
        }
        add("\n")
        add("watcher · \(message.reference)", "italic")
    }

    private mutating func add(_ part: String, _ type: String? = nil, opening url: String? = nil) {
        let safe = Self.withoutTriggers(part)
        let units = safe.utf16.count
        if let type {
            var entity: [JSONValue.Member] = [
                .init("type", .string(type)), .init("offset", .integer(length)), .init("length", .integer(units)),
            ]
            if let url { entity.append(.init("url", .string(url))) }
            entities.append(.object(entity))
        }
        text += safe
        length += units
    }

    private static let gaps = Escaping(replacements: Escaping.gaps("@#<"))

    /// Telegram makes `@name`, `#word` and `/command` clickable by itself, and tells the one who was named.
    private static func withoutTriggers(_ text: String) -> String {
        let parted = gaps(text).replacing(" /", with: " /\(Escaping.gap)").replacing("\n/", with: "\n/\(Escaping.gap)")
        return parted.hasPrefix("/") ? "/\(Escaping.gap)" + parted.dropFirst() : parted
    }
}
