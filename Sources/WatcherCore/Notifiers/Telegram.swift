/// Telegram's Bot API: plain text, and entities that say which part is bold or a link. The text is not parsed as markup,
/// so nothing needs an escape.
struct Telegram: Notifier {
    static let key = "telegram"
    static let summary = "A Telegram chat."

    /// A bot's token.
    let token: Secret
    /// A number, negative for groups, or `@channel`.
    let chat: Secret
    /// The number of a forum's topic; nil: its general one, or no forum.
    let thread: Secret?
    let apiURL: Secret

    private static let defaultURL = "https://api.telegram.org"

    init?(reading object: ConfigObject) {
        let token = object.secret("token", .token, "The token of the bot.", required: true)
        let chat = object.word(
            "chat", .telegramChat, "The number of the chat as a string, negative for groups, or its @name.")
        thread = object.value("thread", "The number of a topic of the chat.")?.telegramThread()
        let apiURL = object.server(
            "apiURL", "The address of the Bot API, also that of a server of your own.", default: Self.defaultURL)
        guard let token, let chat else { return nil }
        (self.token, self.chat) = (token, chat)
        self.apiURL = apiURL ?? .literal(Self.defaultURL)
    }

    var secrets: [Secret] { [token, chat, apiURL] + (thread.map { [$0] } ?? []) }

    /// The second half of a token is the secret in it.
    func masks(_ values: SecretValues) -> [String] {
        [values[token]] + values[token].split(separator: ":").dropFirst().map(String.init)
    }

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        .json(
            "\(values[apiURL].withoutTrailingSlashes)/bot\(values[token])/sendMessage",
            Self.body(text, chat: values[chat], thread: thread.map { values[$0] }))
    }

    /// UTF-16 units of the text.
    static let limit = 4096

    static func body(_ text: Message.Text, chat: String, thread: String? = nil) -> JSONValue {
        let fitting = text.fitted { TelegramText($0).text.utf16.count <= limit }
        let content = TelegramText(fitting)
        let topic = thread.map { [JSONValue.Member("message_thread_id", number($0))] } ?? []
        return .object(
            [.init("chat_id", number(chat))] + topic + [
                .init("text", .string(content.text)), .init("entities", .array(content.entities)),
                .init("link_preview_options", ["is_disabled": true]),
            ])
    }

    private static func number(_ text: String) -> JSONValue {
        Int64(text).map(JSONValue.integer) ?? .string(text)
    }

    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        let parameters = response.json?["parameters"]
        if case .number(let moved)? = parameters?["migrate_to_chat_id"] {
            return response.refused("the group was upgraded to a supergroup: set chat to \(moved)")
        }
        let word = response.json?.word("description")
        if let failure = response.failure(word, hint: parameters?.seconds("retry_after")) { return failure }
        return response.json?["ok"] == true ? .delivered : response.unexpected("ok")
    }
}

extension ConfigValue {
    /// Topics are numbers, in the file as a number or as a string.
    fileprivate func telegramThread() -> Secret? {
        if shape != nil { _ = alternative().integer(in: 1...Int(Int32.max)) }
        if case .number = node.content { return integer(in: 1...Int(Int32.max)).map { .literal("\($0)") } }
        return secret(.telegramThread) { _ in false }
    }
}
