/// One message for one SMTP server. A plain value: nothing happens before `send()`.
///
/// What cannot be sent (a control character in an address, another scheme) is refused with `HTTPError.invalidRequest`,
/// so that no address can become a second command.
package struct MailRequest: Sendable {
    package struct Login: Sendable {
        package var user: String
        package var password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    /// `smtps://` is TLS from the first byte, `smtp://` begins TLS by `STARTTLS`. A path is the name for `EHLO`.
    package var url: String
    /// Without it `smtp://` takes what the server offers, with any certificate: for servers on loopback only.
    package var requiresTLS: Bool
    package var login: Login?
    package var from: String
    package var recipients: [String]
    /// Header and body (RFC 5322), lines end with CRLF. Nil: connect and log in only.
    package var message: [UInt8]?
    /// For the whole conversation.
    package var timeout: Duration
    /// For name look-up, connection, TLS, greeting and login together.
    package var connectTimeout: Duration
    package var network: HTTPNetwork

    package init(
        url: String, requiresTLS: Bool = true, login: Login? = nil, from: String, recipients: [String],
        message: [UInt8]?, timeout: Duration = .seconds(60), connectTimeout: Duration = .seconds(30),
        network: HTTPNetwork = HTTPNetwork()
    ) {
        self.url = url
        self.requiresTLS = requiresTLS
        self.login = login
        self.from = from
        self.recipients = recipients
        self.message = message
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.network = network
    }
}

/// What an SMTP server answered. A refusal is an answer, not an error.
package struct MailResponse: Sendable, Equatable {
    package struct Reply: Sendable, Equatable {
        /// 2xx and 3xx are good, 4xx is a temporary and 5xx a permanent failure (RFC 5321, 4.2.1).
        package var code: Int
        /// The lines after the code, joined by a space. Untrusted input.
        package var text: String

        package init(code: Int, text: String) {
            self.code = code
            self.text = text
        }
    }

    /// The server has taken the message, for the recipients that it did not refuse.
    package var isAccepted: Bool
    /// The last one, which decided.
    package var last: Reply
    /// To each recipient, in the order of the request; empty when it did not come to that.
    package var recipients: [Reply]

    package init(isAccepted: Bool, last: Reply, recipients: [Reply] = []) {
        self.isAccepted = isAccepted
        self.last = last
        self.recipients = recipients
    }
}
