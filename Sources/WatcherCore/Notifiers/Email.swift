/// Mail by an SMTP server: plain text and HTML, for several recipients.
///
/// All messages of a job refer to one id, so that readers of mail show them as a thread.
struct Email: Notifier {
    static let key = "email"
    static let summary = "Mail by an SMTP server."

    /// `smtps://host:465`, or `smtp://host:587` with `STARTTLS`.
    let server: Secret
    let user: Secret?
    let password: Secret?
    let from: Secret
    let to: [Secret]

    init?(reading object: ConfigObject) {
        let server = object.word(
            "server", .mailServer,
            "The server: smtps:// (usually port 465), or smtp:// with STARTTLS (587), which only a loopback address may lack."
        )
        let user = object.value("user", "The user, where the server asks for a login.")
        let password = object.value("password", "The user's password.")
        self.user = user?.secret(.receiverWord) { _ in false }
        self.password = password?.secret(.password)
        if (user == nil) != (password == nil) {
            object.value.report(
                .conflict, found: user == nil ? "\"password\" alone" : "\"user\" alone",
                expected: "both \"user\" and \"password\", or neither")
        }
        let from = object.word("from", .mailAddress, "The address of the sender.")
        let expected = "an array of 1 to \(Self.recipientLimit) e-mail addresses"
        let list = object.value("to", "The addresses of the recipients.", required: expected)
        let to = list?.distinct { $0.secret(.mailAddress) { _ in false } }
        list?.checkNotEmpty(expected)
        list?.shape?.setCount(atMost: Self.recipientLimit)
        if let to, to.count > Self.recipientLimit {
            list?.report(.badValue, found: "\(to.count) addresses", expected: expected)
        }
        guard let server, let from, let to, !to.isEmpty else { return nil }
        (self.server, self.from, self.to) = (server, from, to)
    }

    private static let recipientLimit = 100

    var secrets: [Secret] { [server, from] + [user, password].compactMap { $0 } + to }

    func masks(_ values: SecretValues) -> [String] { password.map { [values[$0]] } ?? [] }

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        let from = values[from]
        let all = to.map { values[$0] }
        let recipients = message.remaining.map { left in all.filter { left.contains(MailReplies.name(of: $0)) } } ?? all
        let login = user.flatMap { user in password.map { (values[user], values[$0]) } }
        let address = WebAddress(values[server], schemes: ["smtp", "smtps"])
        return .smtp(
            Delivery.SMTP(
                server: values[server], requiresTLS: address?.isLoopback != true, login: login, from: from,
                recipients: recipients, message: MailText(message, text, from: from, to: all).bytes))
    }

    /// One reply, to the whole message; `MailReplies` has those for each recipient.
    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        let reply = MailReplies.Reply(code: response.status, text: response.text)
        return MailReplies(isAccepted: (200...299).contains(reply.code), last: reply).outcome
    }
}
