/// An HTTP endpoint of the user's: the message as data, signed.
///
/// The signature is that of Standard Webhooks 1.0.0; GitHub's, over the same bytes, is for receivers that know only that
/// one.
struct Webhook: Notifier {
    static let key = "webhook"
    static let summary = "An HTTP endpoint that takes JSON."

    let url: Secret
    let secret: Secret?
    let headers: [String: Secret]
    /// In place of the built-in body.
    let body: BodyTemplate?

    init?(reading object: ConfigObject) {
        let url = object.secretURL("url", "Where the body is sent.")
        secret = object.secret(
            "secret", .signingSecret,
            "Signs each request, as Standard Webhooks says. After whsec_ it is base64, any other "
                + "text is taken as its bytes.")
        headers = object.headers("More headers for each request.")
        body = object.value(
            "body",
            "Any JSON in place of the built-in body. Its strings are templates as in message; a "
                + "value is always the content of a string, whatever stands in it.")?.bodyTemplate()
        guard let url else { return nil }
        self.url = url
    }

    var secrets: [Secret] { [url] + (secret.map { [$0] } ?? []) + headers.values }

    func masks(_ values: SecretValues) -> [String] {
        let signing = (secret.map { [values[$0]] } ?? []).filter { $0.utf8.count >= SecretValues.shortestPart }
        return SecretValues.parts(ofURL: values[url]) + headers.masked(values) + signing
    }

    /// Bytes of a body: Standard Webhooks asks for less than 20 KB, and some receivers pass it on as an argument.
    static let bodyLimit = 20_000
    /// UTF-8 bytes of `text`; it is not cut below the shortest.
    private static let textLimit = 4000
    private static let shortestText = 200

    func delivery(
        of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp
    ) -> Delivery {
        let body = (self.body.map { Self.body(message, text, in: $0) } ?? Self.body(message, text)).utf8()
        let headers = self.headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: values[$0.value]) }
        var own: [(name: String, value: String)] = []
        if !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            own.append(("Content-Type", "application/json; charset=utf-8"))
        }
        own.append(("webhook-id", message.id))
        own.append(("webhook-timestamp", String(now.seconds)))
        if let secret = secret.map({ values[$0] }) {
            let signature = Signature.standard(id: message.id, time: now, body: body, secret: secret)
            own.append(("webhook-signature", signature))
            own.append(("X-Hub-Signature-256", Signature.github(body: body, secret: secret)))
        }
        return .http(Delivery.HTTP(url: values[url], headers: own + headers, body: body))
    }

    /// The built-in body. When it would be too long only the newest releases are kept, newest first, and the others are
    /// counted.
    static func body(_ message: Message, _ text: Message.Text) -> JSONValue {
        let all = message.releases?.count ?? 0
        var kept = all
        var body = body(message, text, keeping: kept, of: all)
        while kept > 1, body.utf8().count > bodyLimit {
            kept = kept * 3 / 4
            body = Self.body(message, text, keeping: kept, of: all)
        }
        return body
    }

    private static func body(
        _ message: Message, _ text: Message.Text, keeping kept: Int, of all: Int
    ) -> JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ value: JSONValue?) {
            if let value { members.append(JSONValue.Member(name, value)) }
        }
        add("id", .string(message.id))
        add("type", .string(message.type.rawValue))
        add("time", .string(message.time.description))
        add("upstream", message.upstream.map { word($0) })
        add("repository", message.repository.map { word($0) })
        add("previous", message.previous.map { word($0) })
        add(
            "releases",
            message.releases.map { notes in
                // In their own order, unless some are left out.
                let list = kept < all ? Array(notes.newestFirst.prefix(kept)) : notes
                return .array(list.map { release($0, of: message.upstream) })
            })
        if kept < all { add("releasesLeftOut", .integer(all - kept)) }
        add("job", message.job.map(job))
        add("missing", message.missing.map { .array($0.prefix(Message.Text.itemsLimit).map { word($0, 100) }) })
        add("detail", message.detail.map(lines))
        add("text", .string(safe(plain(text, limit: textLimit).plain)))
        return .object(members)
    }

    /// A custom body. When it would be too long, the longest values in it are cut.
    private static func body(_ message: Message, _ text: Message.Text, in template: BodyTemplate) -> JSONValue {
        var limit = textLimit
        while true {
            let short = plain(text, limit: limit)
            let body = template.render { string in
                string.render(message, short) { safe($0, limit: limit) }
            }
            if limit <= shortestText || body.utf8().count <= bodyLimit { return body }
            limit /= 2
        }
    }

    private static func plain(_ text: Message.Text, limit: Int) -> Message.Text {
        text.fitted { safe($0.plain).utf8.count <= limit }
    }

    private static func release(_ note: ReleaseSummary, of upstream: String?) -> JSONValue {
        var members: [JSONValue.Member] = []
        // Only a job of several upstreams has releases of others.
        if note.upstream != upstream { members.append(.init("upstream", word(note.upstream))) }
        members.append(.init("tag", word(note.tag)))
        members.append(.init("version", word(note.version)))
        if let name = note.name { members.append(.init("name", word(name))) }
        if !note.url.isEmpty { members.append(.init("url", .string(note.url.cleanedLine(limit: Message.Link.limit)))) }
        if let time = note.publishedAt { members.append(.init("publishedAt", .string(time.description))) }
        members.append(.init("prerelease", .bool(note.prerelease)))
        members.append(.init("highest", .bool(note.highest)))
        return .object(members)
    }

    private static func job(_ note: JobSummary) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("id", word(note.id)), .init("action", word(note.action)), .init("status", word(note.status)),
            .init("attempt", .integer(note.attempt)),
        ]
        if let url = note.url { members.append(.init("url", .string(url.cleanedLine(limit: Message.Link.limit)))) }
        members.append(.init("reason", note.reason.map(lines) ?? .null))
        if let platforms = note.platforms {
            let list = platforms.prefix(Message.Text.itemsLimit)
            members.append(
                .init(
                    "platforms",
                    .array(list.map { ["platform": word($0.platform, 40), "digest": word($0.digest, 80)] })))
        }
        if let seconds = note.seconds { members.append(.init("seconds", .integer(seconds))) }
        return .object(members)
    }

    private static func word(_ text: String, _ limit: Int = Message.Text.wordLimit) -> JSONValue {
        .string(text.cleanedLine(limit: limit))
    }

    private static func lines(_ text: String) -> JSONValue {
        .string(text.cleanedLines(limit: Message.Text.quoteLimit, lines: Message.Text.quoteLines))
    }

    /// `text` may end up in a chat: no mention in it works anywhere.
    private static let safe = Escaping(replacements: Escaping.gaps("@<"))

    /// adnanh/webhook answers 200 when its rules refuse a message, and 500 for a wrong signature.
    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        if ["Hook rules were not satisfied.", "Error occurred while evaluating hook rules."].contains(response.text) {
            return response.refused()
        }
        return response.failure() ?? .delivered
    }
}
