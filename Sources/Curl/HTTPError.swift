/// Why there is no answer. A status that says no is not here: it is an `HTTPResponse`.
///
/// No text in it holds a path, a query, user information, a header or a proxy's password: hosts and ports only.
package enum HTTPError: Error, Equatable, Sendable {
    /// The task that called `send` was cancelled.
    case cancelled
    /// The client was shut down, before or during the exchange.
    case shutDown
    /// It can't be sent as it is. Trying again won't help.
    case invalidRequest(reason: String)
    case couldNotResolve(host: String)
    /// Refused, unreachable, or no connection within the time for it. Where it may have been the proxy, the reason says so.
    case couldNotConnect(host: String, reason: String)
    /// The proxy can't be reached or refuses to pass the connection on.
    case proxy(reason: String)
    /// No safe connection: an unknown authority, another host's or an expired certificate, a broken handshake.
    case tls(host: String, reason: String)
    /// Connected, but no complete answer within the request's `timeout`.
    case timedOut(host: String, after: Duration)
    /// Connected, but for `HTTPClient.Configuration.stallTime` less came than `HTTPClient.lowestSpeed`.
    case tooSlow(host: String)
    /// The unpacked body is larger than the request's `bodyLimit` in bytes.
    case bodyTooLarge(limit: Int)
    /// Header lines of more than `limit` bytes, or more of them than `HeaderCollector.lineLimit`.
    case headersTooLarge(limit: Int)
    /// The connection ended before the answer was complete.
    case connectionLost(host: String)
    /// What came is not HTTP, or is packed wrongly.
    case protocolError(host: String, reason: String)
    /// This process lacks memory, descriptors or threads, or has too many requests under way.
    case resources(reason: String)
}

extension HTTPError {
    /// False only when no byte of the request can have reached the server, so that sending it again repeats nothing.
    package var requestMayHaveBeenSent: Bool {
        switch self {
        case .invalidRequest, .couldNotResolve, .couldNotConnect, .proxy, .tls, .resources: false
        case .cancelled, .shutDown, .timedOut, .tooSlow, .bodyTooLarge, .headersTooLarge, .connectionLost,
            .protocolError:
            true
        }
    }
}

extension HTTPError: CustomStringConvertible {
    /// For a person; see the type for what never stands in it.
    package var description: String {
        switch self {
        case .cancelled: "the request was cancelled"
        case .shutDown: "the HTTP client was shut down"
        case .invalidRequest(let reason): "the request cannot be sent: \(reason)"
        case .couldNotResolve(let host): "could not resolve the name \(host)"
        case .couldNotConnect(let host, let reason): "could not connect to \(host): \(reason)"
        case .proxy(let reason): "the proxy does not help: \(reason)"
        case .tls(let host, let reason): "no safe connection to \(host): \(reason)"
        case .timedOut(let host, let after): "no complete answer from \(host) within \(after)"
        case .tooSlow(let host): "\(host) stopped sending"
        case .bodyTooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .headersTooLarge(let limit): "the headers of the answer are larger than \(limit) bytes or too many"
        case .connectionLost(let host): "\(host) closed the connection before its answer was complete"
        case .protocolError(let host, let reason): "\(host) sent a malformed response: \(reason)"
        case .resources(let reason): "out of resources: \(reason)"
        }
    }
}
