/// What a service answered, whatever the transport, and how most services are classified.
package struct NotifierResponse: Sendable {
    package let status: Int
    private let body: [UInt8]
    /// In lower case; empty where the service names none.
    private let contentType: String
    /// Seconds that the transport's own fields ask to wait.
    private let requestedWait: Int64?
    /// The service's clock where it says it, else ours; nil where neither is known.
    private let time: Timestamp?
    /// Nil when the body is not JSON.
    let json: JSONValue?

    package init(status: Int, body: [UInt8], contentType: String, requestedWait: Int64?, time: Timestamp?) {
        self.status = status
        self.body = body
        self.contentType = contentType
        self.requestedWait = requestedWait
        self.time = time
        self.json = (try? JSONReader.read(body))?.value
    }

    /// The body as text, trimmed, for bare words such as `ok`.
    var text: String { String(decoding: body.prefix(Self.textLimit), as: UTF8.self).trimmingBlanks() }
    /// Bytes.
    private static let textLimit = 4096

    /// A web page: the response of a proxy or a login page in between, never of a service.
    var isPage: Bool {
        let start = text.prefix(15).lowercased()
        return start.hasPrefix("<!doctype") || start.hasPrefix("<html")
            || (contentType.hasPrefix("text/html") && start.hasPrefix("<"))
    }

    /// What a status other than 2xx means, unless a service says otherwise. Nil for 2xx.
    ///
    /// `word` is the service's own name for the error, `hint` the wait in seconds that its body asks for.
    func failure(_ word: String? = nil, hint: Double? = nil) -> DeliveryOutcome? {
        switch status {
        case 200...299: nil
        case 300...399: .refused(reason: "answered \(status): redirects are not followed")
        // Too early and too slow are not the message's fault, everything from 500 is the service's own.
        case 100...199, 408, 425, 429, 500...599: retry(word, hint: hint)
        default: refused(word)
        }
    }

    /// The same for a request of an action, of which any status beyond the expected ones is a failure.
    package func requestFailure(expected: String) -> RequestFailure {
        switch failure(json?.word("message") ?? json?.word("error")) {
        case .retry(let after?, let reason, _) where status == 429 || status == 503:
            .rateLimited(seconds: after, reason)
        case .retry(_, let reason, _): .transient(reason)
        case .refused(let reason): .permanent(reason, hint: nil)
        case .delivered, nil: .permanent("answered \(status), expected \(expected)", hint: nil)
        }
    }

    func retry(_ word: String? = nil, hint: Double? = nil) -> DeliveryOutcome {
        .retry(after: wait(hint: hint), reason: reason(word))
    }

    func refused(_ word: String? = nil) -> DeliveryOutcome { .refused(reason: reason(word)) }

    /// 2xx with something that this service never says. A web page is a proxy's and may be gone soon; anything else
    /// would be said again, and sending again could duplicate a message that was in fact delivered.
    func unexpected(_ expected: String) -> DeliveryOutcome {
        isPage ? retry("a web page instead of \(expected)") : refused("\(quotedText) instead of \(expected)")
    }

    /// Until the next day begins in UTC; nil where the time is not known.
    var secondsToMidnight: Double? {
        time.map { 86_400 - Double((($0.seconds % 86_400) + 86_400) % 86_400) }
    }

    private func reason(_ word: String?) -> String {
        if let word, !word.isEmpty { return "answered \(status): \(word)" }
        return isPage || text.isEmpty ? "answered \(status)" : "answered \(status): \(quotedText)"
    }

    private var quotedText: String {
        text.isEmpty ? "an empty response" : text.cleanedLine(limit: Self.quoteLimit)
    }
    /// UTF-16 units.
    private static let quoteLimit = 200

    /// The longest wait that transport or body asks for: a requested wait is never cut short.
    private func wait(hint: Double?) -> Int64? {
        [hint.flatMap(DeliveryOutcome.wait), requestedWait].compactMap { $0 }.max()
    }

    /// A plain decimal number, not negative.
    package static func seconds(_ text: String) -> Double? {
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
