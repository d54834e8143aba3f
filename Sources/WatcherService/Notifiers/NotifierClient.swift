package import Curl
package import WatcherCore

/// One notifier, ready to send: its secrets are read.
///
/// The body of a request depends on the message alone, so that every attempt sends the same bytes; only the time in a
/// signature differs.
package struct NotifierClient: Sendable {
    /// For a whole exchange. Services that check a message before they answer need some of it.
    package static let timeout: Duration = .seconds(30)
    package static let connectTimeout: Duration = .seconds(10)
    /// Bytes of a response: a service says less.
    package static let responseLimit = 65_536

    /// Bytes. Shorter values are not masked: they protect nothing, and every text would be unreadable.
    private static let shortestSecret = 4

    private let notifier: any WatcherCore.Notifier
    private let values: SecretValues
    private let network: HTTPNetwork
    private let customMessage: Config.CustomMessage?
    /// What must be masked everywhere, longest first: values that were read, and parts of secret addresses.
    package let secrets: [String]
    private let redactor: Redactor

    /// What delivers a message, by the transport of its service.
    package enum Request: Sendable {
        case http(HTTPRequest)
        /// Without recipients there is nothing left to send.
        case mail(MailRequest)
    }

    /// Reads every secret of the notifier, and throws what `resolving` throws.
    package init<Failure: Error>(
        _ config: Config.Notifier, network: HTTPNetwork = HTTPNetwork(),
        resolving: (Secret) throws(Failure) -> String
    ) throws(Failure) {
        notifier = config.service.base
        values = try SecretValues(of: notifier.secrets, resolving: resolving)
        self.network = network
        customMessage = config.message
        // In a URL or a form a value is percent-encoded.
        let external = values.external.flatMap { [$0, $0.percentEncoded] }
        secrets = Set((notifier.masks(values) + external).filter { $0.utf8.count >= Self.shortestSecret })
            .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
        redactor = Redactor(secrets)
    }

    /// The request that delivers the message. What no request can contain is refused when it is sent.
    package func request(for message: Message, at now: Timestamp) -> Request {
        switch notifier.delivery(of: message, message.wording(customMessage), values, at: now) {
        case .http(let http):
            .http(
                HTTPRequest(
                    method: http.method == .put ? .put : .post, url: http.url, headers: http.headers, body: http.body,
                    timeout: Self.timeout, connectTimeout: Self.connectTimeout, bodyLimit: Self.responseLimit,
                    network: network))
        case .smtp(let mail):
            .mail(
                MailRequest(
                    url: mail.server, requiresTLS: mail.requiresTLS,
                    login: mail.login.map { MailRequest.Login(user: $0.user, password: $0.password) },
                    from: mail.from, recipients: mail.recipients, message: mail.message, network: network))
        }
    }

    /// What a response means. `now` is needed only where the response has no `Date`.
    ///
    /// A reason never contains one of `secrets`, whatever the service wrote.
    package func outcome(of response: HTTPResponse, at now: Timestamp? = nil) -> DeliveryOutcome {
        presentable(notifier.outcome(of: NotifierResponse(response, at: now)))
    }

    func presentable(_ outcome: DeliveryOutcome) -> DeliveryOutcome {
        switch outcome {
        case .delivered: .delivered
        case .retry(let after, let reason, let remaining):
            .retry(after: after, reason: presentable(reason), remaining: remaining)
        case .refused(let reason): .refused(reason: presentable(reason))
        }
    }

    private func presentable(_ reason: String) -> String {
        masked(reason).cleanedLine(limit: DeliveryOutcome.reasonLimit)
    }

    /// The text with `***` for each of `secrets`.
    package func masked(_ text: String) -> String { redactor.mask(text) }
}
