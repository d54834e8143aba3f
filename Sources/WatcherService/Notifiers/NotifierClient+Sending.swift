package import Curl
package import WatcherCore

extension NotifierClient {
    /// One attempt. Nil when shutdown interrupted it.
    package func deliver(_ message: Message, over http: HTTPClient) async -> DeliveryOutcome? {
        let now = Clock.now().floor
        do throws(HTTPError) {
            return outcome(of: try await http.send(request(for: message, at: now)), at: now)
        } catch {
            return outcome(of: error)
        }
    }

    /// One attempt, with the response as text: status and the beginning of the body, secrets masked.
    package func tryOnce(_ message: Message, over http: HTTPClient) async -> (response: String?, DeliveryOutcome) {
        let now = Clock.now().floor
        do throws(HTTPError) {
            let response = try await http.send(request(for: message, at: now))
            let body = masked(String(decoding: response.body.prefix(Self.responseLimit), as: UTF8.self))
                .cleanedLine(limit: Self.shownLimit)
            return ("\(response.status)\(body.isEmpty ? "" : ": " + body)", outcome(of: response, at: now))
        } catch {
            return (nil, outcome(of: error) ?? .retry(after: nil, reason: "interrupted"))
        }
    }

    /// UTF-16 units of a response's body.
    private static let shownLimit = 300

    private func outcome(of error: HTTPError) -> DeliveryOutcome? {
        switch error {
        case .cancelled, .shutDown: nil
        // A request that cannot be sent at all would fail again.
        case .invalidRequest: .refused(reason: masked(error.description))
        default: .retry(after: nil, reason: masked(error.description))
        }
    }
}
