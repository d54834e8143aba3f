package import Curl
package import WatcherCore

/// One receiver of messages, ready to be used: its secrets are read.
///
/// Both verbs are pure functions. The body of a request depends on the message alone, so that every attempt sends the
/// same bytes; only the time in a signature differs.
package struct Notifier: Sendable {
    /// For a whole exchange. Receivers that look at a message before they answer need some of it.
    package static let timeout: Duration = .seconds(30)
    package static let connectTimeout: Duration = .seconds(10)
    /// Bytes of an answer that are read: more is no receiver, or not one that says anything of use.
    package static let answerLimit = 65_536

    private let receiver: any Receiver
    private let network: HTTPNetwork
    /// What must be shown to nobody, longest first: values that were read, and parts of secret addresses.
    package let secrets: [String]

    /// Reads every secret of the receiver, and throws what `resolving` throws.
    package init<Failure: Error>(
        _ config: Config.Notifier, network: HTTPNetwork = HTTPNetwork(),
        resolving: (Secret) throws(Failure) -> String
    ) throws(Failure) {
        let receiver: any Receiver
        switch config.service {
        case .slack(let url): receiver = Slack(url: try resolving(url))
        case .webhook(let webhook):
            var headers: [(name: String, value: String)] = []
            for (name, value) in webhook.headers.sorted(by: { $0.key < $1.key }) {
                headers.append((name, try resolving(value)))
            }
            var secret: String?
            if let source = webhook.secret { secret = try resolving(source) }
            receiver = Webhook(url: try resolving(webhook.url), secret: secret, headers: headers)
        }
        self.receiver = receiver
        self.network = network
        self.secrets = receiver.secrets
    }

    /// The request that hands over the message. What no request can hold is refused by the HTTP client.
    package func request(for message: Message, at now: Timestamp) -> HTTPRequest {
        let post = receiver.post(message, at: now)
        return HTTPRequest(
            method: post.method, url: post.url, headers: post.headers, body: post.body, timeout: Self.timeout,
            connectTimeout: Self.connectTimeout, bodyLimit: Self.answerLimit, network: network)
    }

    /// What an answer means. `now` is only needed for an answer that says when by a date and has no `Date` itself.
    ///
    /// A reason never holds one of `secrets`, whatever the receiver wrote.
    package func outcome(of response: HTTPResponse, at now: Timestamp? = nil) -> DeliveryOutcome {
        switch receiver.outcome(of: Answer(response, at: now)) {
        case .delivered: .delivered
        case .retry(let after, let reason): .retry(after: after, reason: presentable(reason))
        case .refused(let reason): .refused(reason: presentable(reason))
        }
    }

    private func presentable(_ reason: String) -> String {
        masked(reason).cleanedLine(limit: DeliveryOutcome.reasonLimit)
    }

    /// The text with `***` for each of `secrets`.
    package func masked(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "***") }
    }
}
