import Curl
import WatcherCore

/// Matrix: a notice in a room, by the client-server API.
///
/// The message's id is the transaction's: the server answers a repetition with the event that it already has, as long as
/// the token is of the same device. Checked against Synapse.
struct Matrix: Receiver {
    let homeserver: String
    let room: String
    let token: String

    var secrets: [String] { [token] }

    func post(_ message: Message, _ text: Message.Text, at now: Timestamp) -> Post {
        let path = "/_matrix/client/v3/rooms/\(Self.encoded(room))/send/m.room.message/\(Self.encoded(message.id))"
        var post = Post.json(
            Self.base(homeserver) + path, Self.body(text), headers: [("Authorization", "Bearer \(token)")])
        post.method = .put
        return post
    }

    /// Bytes. An event may have 65 536 with all that servers add.
    static let limit = 50_000

    static func body(_ text: Message.Text) -> JSONValue {
        let fitting = text.fitted { content($0).utf8().count <= limit }
        return content(fitting)
    }

    /// Without `m.mentions` old rules would look for names in the text.
    private static func content(_ text: Message.Text) -> JSONValue {
        [
            "msgtype": "m.notice", "body": .string(plain(text.plain)), "format": "org.matrix.custom.html",
            "formatted_body": .string(formatted(text)), "m.mentions": [:],
        ]
    }

    /// Only elements that the specification lists as safe, and no text that is not escaped.
    private static func formatted(_ text: Message.Text) -> String {
        var parts = ["<strong>\(html(text.title))</strong>"]
        parts += text.lines.map { html($0) }
        var result = parts.joined(separator: "<br>")
        if let quote = text.quote { result += "<pre><code>\(html(quote))\n</code></pre>" }
        if !text.listed.isEmpty {
            let items = text.listed.map { item in
                let label = html(item.label)
                return "<li>" + (item.link.map { "<a href=\"\(html($0.url))\">\(label)</a>" } ?? label) + "</li>"
            }
            result += "<ul>\(items.joined())</ul>"
        }
        var last = text.facts.map { "\(html($0.name)): \(html($0.value))" }
        last.append(text.links.map { "<a href=\"\(html($0.url))\">\(html($0.title))</a>" }.joined(separator: " · "))
        last += text.hints.map { "\(html($0.purpose)): <code>\(html($0.command))</code>" }
        last = last.filter { !$0.isEmpty }
        let follows = text.quote != nil || !text.listed.isEmpty || last.isEmpty
        return result + (follows ? "" : "<br>") + last.joined(separator: "<br>")
    }

    private static let html = Escaping.html
    private static let plain = Escaping(replacements: Escaping.gaps("@<"))

    func outcome(of answer: NotifierResponse) -> DeliveryOutcome {
        var words = [answer.json?.word("errcode"), answer.json?.word("error")].compactMap { $0 }
        if answer.status == 403, room.hasPrefix("#") { words.append("a room is named by its id, which begins with !") }
        let hint = answer.json?.seconds("retry_after_ms").map { $0 / 1000 }
        if let trouble = answer.trouble(words.joined(separator: ": "), hint: hint) { return trouble }
        return answer.json?.word("event_id") != nil ? .delivered : answer.unexpected("an event's id")
    }
}
