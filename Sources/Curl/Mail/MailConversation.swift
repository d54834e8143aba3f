/// The replies of an SMTP conversation, each with the command that it answers: libcurl reports both, line by line, and
/// by itself remembers only the last code.
struct MailConversation {
    /// To any command but `QUIT`; nil before the greeting.
    private(set) var last: MailResponse.Reply?
    /// To each `RCPT`, in the order of the commands.
    private(set) var recipients: [MailResponse.Reply] = []
    /// The message is with the server; what it says to this is no longer of interest.
    private(set) var isQuitting = false

    private var isRecipient = false
    private var lines: [String] = []

    /// Bytes of a reply's text; the rest is dropped.
    static let textLimit = 2000

    /// A line that is sent. It may contain a password: nothing of it is kept.
    mutating func sent(_ line: some Collection<UInt8>) {
        isRecipient = line.starts(with: "RCPT".utf8)
        if line.starts(with: "QUIT".utf8) { isQuitting = true }
    }

    /// One line of a reply: a code of three digits, `-` where more lines follow, text.
    mutating func received(_ line: some Collection<UInt8>) {
        guard !isQuitting, let code = Int(String(decoding: line.prefix(3), as: UTF8.self)) else { return }
        let rest = line.dropFirst(3)
        let text = String(decoding: rest.dropFirst().prefix(Self.textLimit), as: UTF8.self)
        if lines.reduce(0, { $0 + $1.utf8.count }) < Self.textLimit {
            lines.append(text.trimmingCharacters { $0 == "\r" || $0 == "\n" || $0 == "\r\n" || $0 == " " })
        }
        guard rest.first != UInt8(ascii: "-") else { return }
        let reply = MailResponse.Reply(code: code, text: lines.joined(separator: " "))
        lines = []
        last = reply
        if isRecipient { recipients.append(reply) }
    }
}

extension String {
    fileprivate func trimmingCharacters(_ isTrimmed: (Character) -> Bool) -> String {
        var rest = self[...]
        while let first = rest.first, isTrimmed(first) { rest.removeFirst() }
        while let last = rest.last, isTrimmed(last) { rest.removeLast() }
        return String(rest)
    }
}
