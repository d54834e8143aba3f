import Curl
import WatcherCore

/// A receiver's answer, with what most services share in reading it.
struct NotifierResponse: Sendable {
    let response: HTTPResponse
    let now: Timestamp?
    /// Nil when the body is not JSON.
    let json: JSONValue?

    init(_ response: HTTPResponse, at now: Timestamp?) {
        self.response = response
        self.now = now
        self.json = (try? JSONReader.read(response.body))?.value
    }

    var status: Int { response.status }
    var isSuccess: Bool { (200...299).contains(status) }

    /// The body as text without blanks at its ends, for bare words such as `ok`.
    var text: String { String(decoding: response.body.prefix(Self.textLimit), as: UTF8.self).trimmingBlanks() }
    private static let textLimit = 4096

    /// A page for a browser: what a proxy or a login in between answers, never a receiver.
    var isPage: Bool {
        let type = response.headers["Content-Type"]?.lowercased() ?? ""
        let start = text.prefix(15).lowercased()
        return start.hasPrefix("<!doctype") || start.hasPrefix("<html")
            || (type.hasPrefix("text/html") && start.hasPrefix("<"))
    }

    /// Everything but 2xx: what a status means where a service says nothing else. Nil for 2xx.
    ///
    /// `word` is the service's own name for the trouble, `hint` the wait in seconds that its body asks for.
    func trouble(_ word: String? = nil, hint: Double? = nil) -> DeliveryOutcome? {
        switch status {
        case 200...299: nil
        case 300...399: .refused(reason: "answered \(status): redirects are not followed")
        // Too early and too slow are not the message's fault, everything from 500 is the receiver's own.
        case 408, 425, 429, 500...599: retry(word, hint: hint)
        case 100...199: retry(word, hint: hint)
        default: refused(word)
        }
    }

    func retry(_ word: String? = nil, hint: Double? = nil) -> DeliveryOutcome {
        .retry(after: wait(hint: hint), reason: reason(word))
    }

    func refused(_ word: String? = nil) -> DeliveryOutcome { .refused(reason: reason(word)) }

    /// 200 with something that this service never says. A page comes from a proxy and may be gone soon; anything else
    /// would be said again, and sending again could repeat what was in truth delivered.
    func unexpected(_ expected: String) -> DeliveryOutcome {
        isPage ? retry("a web page instead of \(expected)") : refused("\(quotedText) instead of \(expected)")
    }

    private func reason(_ word: String?) -> String {
        if let word, !word.isEmpty { return "answered \(status): \(word)" }
        return isPage || text.isEmpty ? "answered \(status)" : "answered \(status): \(quotedText)"
    }

    private var quotedText: String {
        text.isEmpty ? "nothing" : text.cleanedLine(limit: Self.quoteLimit)
    }
    private static let quoteLimit = 200

    /// The longest wait that header or body asks for: a wait that was asked for is never cut short.
    private func wait(hint: Double?) -> Int64? {
        let hints = [hint.flatMap(DeliveryOutcome.wait), retryAfter, resetAfter].compactMap { $0 }
        return hints.max()
    }

    /// `Retry-After` in seconds, also with a fraction, or as an HTTP date; counted on the receiver's clock where it
    /// tells it, else on ours.
    private var retryAfter: Int64? {
        guard let value = response.headers["Retry-After"] else { return nil }
        if let seconds = Self.seconds(value) { return DeliveryOutcome.wait(seconds) }
        guard let date = HTTPDate(value)?.time, let base = time else { return nil }
        return DeliveryOutcome.wait(Double(date.seconds(since: base)))
    }

    private var time: Timestamp? { response.headers["Date"].flatMap(HTTPDate.init)?.time ?? now }

    /// Until the next day begins in UTC; nil where nobody knows the time.
    var secondsToMidnight: Double? {
        time.map { 86_400 - Double((($0.seconds % 86_400) + 86_400) % 86_400) }
    }

    /// `X-RateLimit-Reset-After`, in seconds; said with every answer of some services, so it counts for 429 alone.
    private var resetAfter: Int64? {
        guard status == 429, let value = response.headers["X-RateLimit-Reset-After"] else { return nil }
        return Self.seconds(value).flatMap(DeliveryOutcome.wait)
    }

    /// A plain decimal number, not negative.
    static func seconds(_ text: String) -> Double? {
        guard !text.isEmpty, text.utf8.count <= 20,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E })
        else { return nil }
        return Double(text)
    }
}

extension JSONValue {
    /// The text of a member that is a string and not empty.
    func word(_ name: String) -> String? {
        guard case .string(let text) = self[name], !text.isEmpty else { return nil }
        return text
    }

    /// A member that is a number of seconds, or a string with one.
    func seconds(_ name: String) -> Double? {
        switch self[name] {
        case .number(let text): Double(text)
        case .string(let text): NotifierResponse.seconds(text)
        default: nil
        }
    }
}
