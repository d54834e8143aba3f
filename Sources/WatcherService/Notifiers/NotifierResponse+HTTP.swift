import Curl
import WatcherCore

extension NotifierResponse {
    /// `now` is our clock, for a server that does not send its own.
    init(_ response: HTTPResponse, at now: Timestamp?) {
        let time = response.headers["Date"].flatMap(HTTPDate.init)?.time ?? now
        self.init(
            status: response.status, body: response.body,
            contentType: response.headers["Content-Type"]?.lowercased() ?? "",
            requestedWait: [Self.retryAfter(response, time), Self.resetAfter(response)].compactMap { $0 }.max(),
            time: time)
    }

    /// `Retry-After` in seconds, also with a fraction, or as an HTTP date.
    private static func retryAfter(_ response: HTTPResponse, _ time: Timestamp?) -> Int64? {
        guard let value = response.headers["Retry-After"] else { return nil }
        if let seconds = seconds(value) { return DeliveryOutcome.wait(seconds) }
        guard let date = HTTPDate(value)?.time, let time else { return nil }
        return DeliveryOutcome.wait(Double(date.seconds(since: time)))
    }

    /// `X-RateLimit-Reset-After`, in seconds. Some services send it with every response: it counts for 429 only.
    private static func resetAfter(_ response: HTTPResponse) -> Int64? {
        guard response.status == 429, let value = response.headers["X-RateLimit-Reset-After"] else { return nil }
        return seconds(value).flatMap(DeliveryOutcome.wait)
    }
}
