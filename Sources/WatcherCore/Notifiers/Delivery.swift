/// What is sent to a service, and by which transport.
package enum Delivery: Sendable {
    case http(HTTP)
    case smtp(SMTP)

    /// A request, but for what is the same for all services: time limits, the network, the limit of the response.
    package struct HTTP: Sendable {
        package enum Method: Sendable { case post, put }

        package var method = Method.post
        package var url: String
        package var headers: [(name: String, value: String)]
        package var body: [UInt8]
    }

    /// A mail, but for what is the same for all services.
    package struct SMTP: Sendable {
        /// `smtp://` or `smtps://`.
        package var server: String
        /// Whether `smtp://` must become TLS by `STARTTLS`.
        package var requiresTLS: Bool
        package var login: (user: String, password: String)?
        package var from: String
        /// Those that have not got the message yet.
        package var recipients: [String]
        /// Header and body (RFC 5322), lines end with CRLF.
        package var message: [UInt8]
    }

    /// A JSON body; `headers` besides its type.
    static func json(
        _ url: String, _ body: JSONValue, method: HTTP.Method = .post, headers: [(name: String, value: String)] = []
    ) -> Delivery {
        .http(
            HTTP(
                method: method, url: url,
                headers: [("Content-Type", "application/json; charset=utf-8")] + headers, body: body.utf8()))
    }
}

extension String {
    /// The address without the slashes at its end, to append a path to.
    var withoutTrailingSlashes: String {
        var base = self[...]
        while base.last == "/" { base.removeLast() }
        return String(base)
    }

    /// The address with one more query item; the address itself stays byte for byte what it is.
    func appendingQuery(_ item: String) -> String {
        guard contains("?") else { return "\(self)?\(item)" }
        return hasSuffix("?") || hasSuffix("&") ? self + item : "\(self)&\(item)"
    }
}
