/// What an SMTP server answered to one message, and what that means for another attempt.
package struct MailReplies: Sendable {
    package struct Reply: Sendable, Equatable {
        /// 4xx is temporary, 5xx permanent (RFC 5321, 4.2.1).
        package var code: Int
        /// Untrusted input.
        package var text: String

        package init(code: Int, text: String) {
            self.code = code
            self.text = text
        }

        fileprivate var isRefusal: Bool { code >= 400 || code < 200 }
        fileprivate var isTemporary: Bool { !(500...599).contains(code) }
        fileprivate var words: String { text.isEmpty ? "answered \(code)" : "answered \(code): \(text)" }
    }

    /// The server has the message, for every recipient that it did not refuse.
    package var isAccepted: Bool
    /// The one that decided.
    package var last: Reply
    package var recipients: [(address: String, reply: Reply)]

    package init(isAccepted: Bool, last: Reply, recipients: [(address: String, reply: Reply)] = []) {
        self.isAccepted = isAccepted
        self.last = last
        self.recipients = recipients
    }

    /// Who was refused for a time gets another attempt, and only then those who were refused for good are reported:
    /// the others have the message, and do not get it again.
    package var outcome: DeliveryOutcome {
        let refused = recipients.filter { $0.reply.isRefusal }
        if isAccepted {
            guard !refused.isEmpty else { return .delivered }
            let words =
                "delivered to \(recipients.count - refused.count) of \(recipients.count); \(Self.words(refused))"
            guard refused.contains(where: { $0.reply.isTemporary }) else { return .refused(reason: words) }
            return .retry(after: nil, reason: words, remaining: refused.map { Self.name(of: $0.address) })
        }
        // When all are refused the message itself was never asked about.
        let isAboutRecipients = !refused.isEmpty && refused.count == recipients.count
        let isTemporary = isAboutRecipients ? refused.contains { $0.reply.isTemporary } : last.isTemporary
        let words = isAboutRecipients ? Self.words(refused) : last.words
        return isTemporary ? .retry(after: nil, reason: words) : .refused(reason: words)
    }

    /// Of a recipient in the state file, where no address may be.
    static func name(of address: String) -> String { StableHash("recipient", address).name }

    private static func words(_ refused: [(address: String, reply: Reply)]) -> String {
        refused.map { "\($0.address) \($0.reply.words)" }.joined(separator: "; ")
    }
}
