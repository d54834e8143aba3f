/// One exchange that is to be made. A plain value: nothing happens before `HTTPClient.send(_:)` gets it.
///
/// What cannot be sent (control characters in the URL, a line break in a header, another scheme) is refused by `send`
/// with `HTTPError.invalidRequest`, so a value that came from outside needs no check before it is put in here.
package struct HTTPRequest: Sendable {
    /// What the server is asked to do. Only `GET` and `HEAD` may be repeated by libcurl on a kept connection that turns
    /// out to be dead; for the others a connection is made, so that the server sees them at most once.
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package var method: Method
    /// Absolute, `https` or `http`; path and query are sent byte for byte as given (`/a/../b` stays what it is). Only a
    /// path's bytes above 127, which no URL may hold (RFC 3986), are percent-encoded.
    package var url: String
    /// Sent in this order, to the server alone, never to a proxy in between.
    package var headers: [(name: String, value: String)]
    /// For all but `GET` and `HEAD`; nil is an empty body. No `Content-Type` is invented.
    package var body: [UInt8]?
    /// For the whole exchange, counted from `send`, the time in a queue included.
    package var timeout: Duration
    /// For name look-up, connection, proxy and TLS together.
    package var connectTimeout: Duration
    /// Bytes of the answer's body, unpacked, that are taken at most; one more is `HTTPError.bodyTooLarge`.
    package var bodyLimit: Int
    package var network: HTTPNetwork

    package init(
        method: Method = .get, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        timeout: Duration = .seconds(30), connectTimeout: Duration = .seconds(10), bodyLimit: Int = 1 << 20,
        network: HTTPNetwork = HTTPNetwork()
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.bodyLimit = bodyLimit
        self.network = network
    }
}

/// How a server is reached and believed, where the machine's own settings don't do.
package struct HTTPNetwork: Sendable, Hashable {
    /// A PEM file with the only authorities that are believed; nil: those of the machine (see `TrustStore`).
    package var caFile: String?
    /// As curl spells it (`http://user:password@host:3128`, `socks5h://…`). **A secret**: it may hold a password.
    /// Nil: what `http_proxy`, `https_proxy` and `all_proxy` say. `no_proxy` holds for both.
    package var proxy: String?

    package init(caFile: String? = nil, proxy: String? = nil) {
        self.caFile = caFile
        self.proxy = proxy
    }
}
