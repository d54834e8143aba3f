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

    /// Telegram makes links of `@name`, `#word` and `/command` by itself, and notifies the user who is named.
    private static func withoutTriggers(_ text: String) -> String {
        let parted = gaps(text).replacing(" /", with: " /\(Escaping.gap)").replacing("\n/", with: "\n/\(Escaping.gap)")
        return parted.hasPrefix("/") ? "/\(Escaping.gap)" + parted.dropFirst() : parted
    }
}
