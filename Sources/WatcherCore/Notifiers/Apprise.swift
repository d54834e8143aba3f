/// An Apprise API server, and behind it every service that Apprise knows: plain text, for those of a stored
/// configuration that have the tags.
struct Apprise: Notifier {
    static let key = "apprise"
    static let summary = "An Apprise API server."

    let server: Secret
    /// Under which the configuration is stored. Whoever knows it can send: a secret.
    let key: Secret
    /// As Apprise has them: "a, b" is either, "a b" is both.
    let tags: Secret?

    init?(reading object: ConfigObject) {
        let server = object.server("server", "The address of the server.", required: true)
        let key = object.secret(
            "key", .token, "The key under which its configuration is stored.", required: true)
        tags = object.value(
            "tags", "Who is notified: \"a, b\" for either tag, \"a b\" for both. Default: all.")?.secret(.receiverWord)
        { _ in false }
        guard let server, let key else { return nil }
        (self.server, self.key) = (server, key)
    }

    var secrets: [Secret] { [server, key] + (tags.map { [$0] } ?? []) }

    func masks(_ values: SecretValues) -> [String] { [values[key], values[key].percentEncoded] }

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        .json(
            "\(values[server].withoutTrailingSlashes)/notify/\(values[key].percentEncoded)",
            Self.body(text, tags: tags.map { values[$0] }))
    }

    /// Bytes of the text. What the services behind it take differs; Apprise cuts or splits for each.
    static let limit = 8000

    static func body(_ text: Message.Text, tags: String?) -> JSONValue {
        let fitting = text.fitted { render($0).utf8.count <= limit }
        return .object(
            [
                .init("title", .string(plain(text.title))), .init("body", .string(render(fitting))),
                .init("type", .string(type(text.severity))), .init("format", "text"),
            ] + (tags.map { [.init("tag", .string($0))] } ?? []))
    }

    /// Never empty: Apprise refuses that.
    private static func render(_ text: Message.Text) -> String {
        let lines = text.plain.dropFirst(text.title.count).trimmingBlanks()
        return (lines.isEmpty ? "" : plain(lines) + "\n\n") + "watcher · \(plain(text.reference))"
    }

    private static let plain = Escaping(replacements: Escaping.gaps("@<"))

    private static func type(_ severity: Message.Severity) -> String {
        switch severity {
        case .neutral, .news: "info"
        case .good: "success"
        case .warning: "warning"
        case .bad: "failure"
        }
    }

    /// 424 says that some service has failed: sending again would repeat the message at all others, so it is refused.
    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        if response.status == 204 { return response.refused("nothing is stored under this key") }
        if let failure = response.failure(response.json?.word("error")) { return failure }
        return response.isPage ? response.unexpected("a confirmation") : .delivered
    }
}
