extension MailRequest {
    /// The longest address in bytes (RFC 5321, 4.5.3.1: 64, `@` and 255).
    package static let addressLimit = 320
    /// Servers take at least 100 recipients (RFC 5321, 4.5.3.1.8).
    package static let recipientLimit = 100
    /// Bytes. Text and HTML of one message have far less.
    package static let messageLimit = 1 << 20

    /// `host` or `host:port`, for error texts. Throws only `HTTPError.invalidRequest`.
    func checked() throws(HTTPError) -> String {
        let host = try checkedHost()
        guard !recipients.isEmpty, recipients.count <= Self.recipientLimit else {
            throw .invalidRequest(reason: "no recipient, or more than \(Self.recipientLimit)")
        }
        guard ([from] + recipients).allSatisfy(Self.isAddress) else {
            throw .invalidRequest(reason: "an address is not a plain e-mail address in ASCII")
        }
        guard message?.count ?? 0 <= Self.messageLimit else {
            throw .invalidRequest(reason: "the message is larger than \(Self.messageLimit) bytes")
        }
        guard timeout > .zero, connectTimeout > .zero else {
            throw .invalidRequest(reason: "a timeout is not positive")
        }
        for text in [login?.user, login?.password, network.caFile, network.proxy].compactMap({ $0 }) {
            guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw .invalidRequest(reason: "user, password, CA file or proxy contains a control character")
            }
        }
        return host
    }

    private func checkedHost() throws(HTTPError) -> String {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalidRequest(reason: "the server's URL contains a control character or a space")
        }
        let scheme = url.prefix { $0 != ":" }.lowercased()
        let rest = url.dropFirst(scheme.utf8.count)
        guard scheme == "smtp" || scheme == "smtps", rest.hasPrefix("://") else {
            throw .invalidRequest(reason: "the server's URL begins neither with smtp:// nor with smtps://")
        }
        let host = rest.dropFirst(3).prefix { !"/?#".contains($0) }
        guard !host.isEmpty, !host.hasPrefix(":"), !host.contains("@"), !host.contains("\\") else {
            throw .invalidRequest(reason: "the server's URL has no host, or a user")
        }
        return String(host)
    }

    /// Printable ASCII without what ends or quotes an address in a command or in a header.
    private static func isAddress(_ text: String) -> Bool {
        (1...addressLimit).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>()[]\\,;:\"".utf8.contains($0) }
    }
}
