/// Matrix: a notice in a room, by the client-server API.
///
/// The message's id is the transaction's: the server answers a repetition with the event that it already has, as long as
/// the token belongs to the same device. Verified with Synapse.
struct Matrix: Notifier {
    static let key = "matrix"
    static let summary = "A Matrix room."

    let homeserver: Secret
    /// The room's id (`!…`): an alias takes no messages.
    let room: Secret
    /// An access token; always the same one, because the server recognises repetitions by its device.
    let token: Secret

    init?(reading object: ConfigObject) {
        let homeserver = object.server("homeserver", "The address of the client API.", required: true)
        let value = object.value(
            "room", "The id of the room, which begins with !, not an alias; the user of the token has joined it.",
            required: Secret.expected(.receiverWord))
        let room = value?.secret(.receiverWord) { _ in false }
        if case .literal(let text) = room, text.hasPrefix("#") {
            value?.advise("a room alias; messages are sent to a room's id, which begins with \"!\"")
        }
        let token = object.secret(
            "token", .token, "An access token, always the same one: by it the server recognises repetitions.",
            required: true)
        guard let homeserver, let room, let token else { return nil }
        (self.homeserver, self.room, self.token) = (homeserver, room, token)
    }

    var secrets: [Secret] { [homeserver, room, token] }

    func masks(_ values: SecretValues) -> [String] { [values[token]] }

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        let room = values[room].percentEncoded
        let path = "/_matrix/client/v3/rooms/\(room)/send/m.room.message/\(message.id.percentEncoded)"
        return .json(
            values[homeserver].withoutTrailingSlashes + path, Self.body(text), method: .put,
            headers: [("Authorization", "Bearer \(values[token])")])
    }

    /// Bytes. An event may have 65 536 with all that servers add.
    static let limit = 50_000

    static func body(_ text: Message.Text) -> JSONValue {
        let fitting = text.fitted { content($0).utf8().count <= limit }
        return content(fitting)
    }

    /// Without `m.mentions` the older push rules search the text for names.
    private static func content(_ text: Message.Text) -> JSONValue {
        [
            "msgtype": "m.notice", "body": .string(plain(text.plain)), "format": "org.matrix.custom.html",
            "formatted_body": .string(text.html), "m.mentions": [:],
        ]
    }

    private static let plain = Escaping(replacements: Escaping.gaps("@<"))

    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        var words = [response.json?.word("errcode"), response.json?.word("error")].compactMap { $0 }
        if response.status == 403 {
            words.append("the user must have joined the room, and \"room\" must be its id, which begins with !")
        }
        let hint = response.json?.seconds("retry_after_ms").map { $0 / 1000 }
        if let failure = response.failure(words.joined(separator: ": "), hint: hint) { return failure }
        return response.json?.word("event_id") != nil ? .delivered : response.unexpected("an event's id")
    }
}
