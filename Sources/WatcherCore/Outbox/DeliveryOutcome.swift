/// What one attempt to hand a message to a receiver came to.
///
/// A notifier's classifier makes it from the receiver's answer; the executor makes `retry` itself when there was no
/// answer. Nothing else decides whether a message is sent again.
package enum DeliveryOutcome: Sendable, Equatable {
    /// The receiver has the message, as far as it tells.
    case delivered
    /// A failure that may pass. `after`: whole seconds that the receiver asked to wait, rounded up and at most
    /// `longestWait`; nil when it asked for nothing. `remaining`: who has not got it, where others have; see
    /// `Message.remaining`.
    case retry(after: Int64?, reason: String, remaining: [String]? = nil)
    /// Sending the same again cannot help: action required.
    case refused(reason: String)
}

extension DeliveryOutcome {
    /// The longest wait that a receiver may ask for, in seconds: a day, so that a wrong hint loses no message.
    package static let longestWait: Int64 = 86_400

    /// The longest `reason`, in UTF-8 bytes.
    package static let reasonLimit = 400

    /// Seconds to wait for a hint in seconds: rounded up, never below 0, capped; nil for what is not a number.
    package static func wait(_ hint: Double) -> Int64? {
        guard !hint.isNaN else { return nil }
        return Int64(min(max(hint, 0), Double(longestWait)).rounded(.up))
    }
}
