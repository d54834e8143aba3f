package import Curl
package import WatcherCore

extension NotifierClient {
    /// One attempt. Nil when shutdown interrupted it.
    package func deliver(_ message: Message, over http: HTTPClient) async -> DeliveryOutcome? {
        await attempt(message, over: http)?.outcome
    }

    /// One attempt, with the response as text: status and the beginning of the body, secrets masked.
    package func tryOnce(_ message: Message, over http: HTTPClient) async -> (response: String?, DeliveryOutcome) {
        guard let attempt = await attempt(message, over: http) else {
            return (nil, .retry(after: nil, reason: "interrupted"))
        }
        let words = attempt.response.map { masked($0).cleanedLine(limit: Self.shownLimit) }
        return (words, attempt.outcome)
    }

    /// UTF-16 units of a response.
    private static let shownLimit = 300

    private func attempt(
        _ message: Message, over http: HTTPClient
    ) async -> (response: String?, outcome: DeliveryOutcome)? {
        let now = Clock.now().floor
        do throws(HTTPError) {
            switch request(for: message, at: now) {
            case .http(let request):
                let response = try await http.send(request)
                let body = String(decoding: response.body.prefix(Self.responseLimit), as: UTF8.self)
                return (Self.words(response.status, body), outcome(of: response, at: now))
            case .mail(let request):
                // The addresses that were left are no longer in the configuration.
                guard !request.recipients.isEmpty else { return (nil, .delivered) }
                let response = try await request.send()
                let replies = MailReplies(response, to: request.recipients)
                return (Self.words(response.last.code, response.last.text), presentable(replies.outcome))
            }
        } catch {
            return outcome(of: error).map { (nil, $0) }
        }
    }

    private static func words(_ status: Int, _ body: String) -> String {
        let line = body.cleanedLine(limit: responseLimit)
        return line.isEmpty ? "\(status)" : "\(status): \(line)"
    }

    private func outcome(of error: HTTPError) -> DeliveryOutcome? {
        switch error {
        case .cancelled, .shutDown: nil
        // A request that cannot be sent at all would fail again.
        case .invalidRequest: .refused(reason: masked(error.description))
        default: .retry(after: nil, reason: masked(error.description))
        }
    }
}

extension MailReplies {
    init(_ response: MailResponse, to recipients: [String]) {
        self.init(
            isAccepted: response.isAccepted, last: Reply(code: response.last.code, text: response.last.text),
            recipients: zip(recipients, response.recipients).map { ($0, Reply(code: $1.code, text: $1.text)) })
    }
}
