/// A message as a mail (RFC 5322) of two parts, plain text and HTML (RFC 2046): ASCII alone, no line above 78 characters
/// but for addresses. No text can add a header: what is not printable ASCII is encoded.
struct MailText {
    let bytes: [UInt8]

    /// Bytes of the plain text.
    static let limit = 20_000

    init(_ message: Message, _ text: Message.Text, from: String, to recipients: [String]) {
        let fitting = text.fitted { Self.plain($0).utf8.count <= Self.limit }
        // "=_" is in no quoted-printable text, so that no body can contain the boundary.
        let boundary = "=_watcher_\(Self.atom(message.id))"
        var lines = Self.header(message, text, from: from, to: recipients)
        lines.append("Content-Type: multipart/alternative; boundary=\"\(boundary)\"")
        for (type, content) in [("plain", Self.plain(fitting)), ("html", Self.html(fitting))] {
            lines += [
                "", "--\(boundary)", "Content-Type: text/\(type); charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable", "", QuotedPrintable.encode(content),
            ]
        }
        lines += ["", "--\(boundary)--", ""]
        bytes = Array(lines.joined(separator: "\r\n").utf8)
    }

    private static func header(
        _ message: Message, _ text: Message.Text, from: String, to recipients: [String]
    ) -> [String] {
        let domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
        var lines = [
            "From: watcher <\(from)>",
            "To: \(recipients.joined(separator: ",\r\n "))",
            EncodedWords.header("Subject", plain(text.title)),
            "Date: \(message.time.mailDate)",
            "Message-ID: <\(atom(message.id))@\(domain)>",
        ]
        if let job = message.job {
            let thread = "<\(atom(job.id))@\(domain)>"
            lines += ["In-Reply-To: \(thread)", "References: \(thread)"]
        }
        // RFC 3834: no answer by a machine.
        return lines + ["Auto-Submitted: auto-generated", "MIME-Version: 1.0"]
    }

    private static func plain(_ text: Message.Text) -> String {
        plain(text.plain) + "\n\nwatcher · \(plain(text.reference))"
    }

    private static func html(_ text: Message.Text) -> String {
        """
        <!DOCTYPE html>
        <html><head><meta charset="utf-8"><title>\(Escaping.html(text.title))</title></head><body>
        \(text.html)
        <p><small>watcher · \(Escaping.html(text.reference))</small></p>
        </body></html>
        """
    }

    /// A mail may be passed on to a chat.
    private static let plain = Escaping(replacements: Escaping.gaps("@<"))

    /// For the left side of a message's id.
    private static func atom(_ text: String) -> String {
        String(decoding: text.utf8.map { ASCII.isWord($0) ? $0 : UInt8(ascii: "-") }, as: UTF8.self)
    }
}

extension Timestamp {
    /// As RFC 5322 has it: `Mon, 03 Aug 2026 10:00:00 +0000`.
    var mailDate: String {
        let days = seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400)
        // The first of January 1970 was a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(((days % 7) + 7) % 7)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let text = Array(description.utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        let month = months[max(0, (Int(part(5..<7)) ?? 1) - 1)]
        return "\(weekday), \(part(8..<10)) \(month) \(part(0..<4)) \(part(11..<19)) +0000"
    }
}
