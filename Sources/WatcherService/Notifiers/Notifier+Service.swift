import WatcherCore

extension Notifier {
    /// The only place that knows all services. Reads the secrets that one needs, and no others.
    static func receiver<Failure: Error>(
        of service: Config.Service, resolving: (Secret) throws(Failure) -> String
    ) throws(Failure) -> any Receiver {
        switch service {
        case .slack(let url): return Slack(url: try resolving(url))
        case .discord(let url): return Discord(url: try resolving(url))
        case .teams(let url): return Teams(url: try resolving(url))
        case .mattermost(let url): return Mattermost(url: try resolving(url))
        case .rocketchat(let url): return RocketChat(url: try resolving(url))
        case .googleChat(let url): return GoogleChat(url: try resolving(url))
        case .matrix(let matrix):
            return Matrix(
                homeserver: try resolving(matrix.homeserver), room: try resolving(matrix.room),
                token: try resolving(matrix.token))
        case .ntfy(let ntfy):
            return Ntfy(
                server: try resolving(ntfy.server), topic: try resolving(ntfy.topic),
                token: try optional(ntfy.token, resolving))
        case .gotify(let gotify):
            return Gotify(server: try resolving(gotify.server), token: try resolving(gotify.token))
        case .telegram(let telegram):
            return Telegram(
                token: try resolving(telegram.token), chat: try resolving(telegram.chat),
                apiURL: try resolving(telegram.apiURL))
        case .zulip(let zulip):
            return Zulip(
                server: try resolving(zulip.server), email: try resolving(zulip.email),
                token: try resolving(zulip.token), stream: try resolving(zulip.stream),
                topic: try resolving(zulip.topic))
        case .webhook(let webhook):
            var headers: [(name: String, value: String)] = []
            for (name, value) in webhook.headers.sorted(by: { $0.key < $1.key }) {
                headers.append((name, try resolving(value)))
            }
            return Webhook(
                url: try resolving(webhook.url), secret: try optional(webhook.secret, resolving), headers: headers,
                form: webhook.body)
        }
    }

    private static func optional<Failure: Error>(
        _ secret: Secret?, _ resolving: (Secret) throws(Failure) -> String
    ) throws(Failure) -> String? {
        guard let secret else { return nil }
        return try resolving(secret)
    }
}
