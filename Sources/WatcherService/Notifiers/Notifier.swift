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

    /// Bytes. What is shorter protects nothing, and masking it would make every text unreadable.
    private static let shortestSecret = 4

    private let receiver: any Receiver
    private let network: HTTPNetwork
    private let words: Config.CustomMessage?
    /// What must be shown to nobody, longest first: values that were read, and parts of secret addresses.
    package let secrets: [String]

    /// Reads every secret of the receiver, and throws what `resolving` throws.
    package init<Failure: Error>(
        _ config: Config.Notifier, network: HTTPNetwork = HTTPNetwork(),
        resolving: (Secret) throws(Failure) -> String
    ) throws(Failure) {
        // What is kept outside of the file is a secret by that alone, also a room's name.
        var kept: [String] = []
        receiver = try Self.receiver(of: config.service) { (secret: Secret) throws(Failure) -> String in
            let value = try resolving(secret)
            if case .literal = secret { return value }
            // In an address or a form it stands in another spelling.
            kept += [value, Matrix.encoded(value)]
            return value
        }
        self.network = network
        words = config.message
        secrets = Set((receiver.secrets + kept).filter { $0.utf8.count >= Self.shortestSecret })
            .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// The request that hands over the message. What no request can hold is refused by the HTTP client.
    package func request(for message: Message, at now: Timestamp) -> HTTPRequest {
        let post = receiver.post(message, message.wording(words), at: now)
        return HTTPRequest(
            method: post.method, url: post.url, headers: post.headers, body: post.body, timeout: Self.timeout,
            connectTimeout: Self.connectTimeout, bodyLimit: Self.answerLimit, network: network)
    }

    /// What an answer means. `now` is only needed for an answer that says when by a date and has no `Date` itself.
    ///
    /// A reason never holds one of `secrets`, whatever the receiver wrote.
    package func outcome(of response: HTTPResponse, at now: Timestamp? = nil) -> DeliveryOutcome {
        switch receiver.outcome(of: NotifierResponse(response, at: now)) {
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
