/// Where a request goes, as far as this module has to know it: the scheme, and the server's name and port for error texts.
/// Making one is the proof that the request can be handed to libcurl, whose own check of the URL comes on top.
struct RequestTarget: Sendable {
    let isTLS: Bool
    /// `host` or `host:port`, without user information.
    let host: String

    /// As written, else the scheme's own.
    var port: UInt16 { Self.port(in: host) ?? (isTLS ? 443 : 80) }

    fileprivate static func port(in authority: some StringProtocol) -> UInt16? {
        authority.lastIndex(of: ":").flatMap { UInt16(authority[$0...].dropFirst()) }
    }

    /// Longer ones are refused here, with a reason, instead of by libcurl (which takes 8 000 000), without one.
    static let longestURL = 64 * 1024
    /// Names, values, and the two bytes between them, of all headers together.
    static let largestHeaders = 64 * 1024

    /// Throws only `HTTPError.invalidRequest`.
    init(_ request: HTTPRequest, allowPlainHTTP: Bool) throws(HTTPError) {
        (isTLS, host) = try Self.parse(request.url)
        guard isTLS || allowPlainHTTP else {
            throw .invalidRequest(reason: "unencrypted HTTP is not allowed for \(host)")
        }
        try Self.check(headers: request.headers)
        if request.body != nil, request.method == .get || request.method == .head {
            throw .invalidRequest(reason: "a \(request.method.rawValue) request has no body")
        }
        guard request.timeout > .zero, request.connectTimeout > .zero else {
            throw .invalidRequest(reason: "a timeout is not positive")
        }
        guard request.bodyLimit >= 0 else { throw .invalidRequest(reason: "the limit of the body is negative") }
        for (text, what) in [(request.network.caFile, "CA file"), (request.network.proxy, "proxy")] {
            guard text?.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F || $0 == 0x20 && what == "CA file" }) ?? true else {
                throw .invalidRequest(reason: "the \(what) contains a control character or a space")
            }
            guard text?.isEmpty != true else { throw .invalidRequest(reason: "the \(what) is empty") }
        }
    }

    /// What libcurl writes by itself.
    private static let ownHeaders = ["Content-Length", "Transfer-Encoding"]

    /// RFC 3986 as far as the authority: what follows it is the server's business.
    private static func parse(_ url: String) throws(HTTPError) -> (isTLS: Bool, host: String) {
        let bytes = Array(url.utf8)
        guard bytes.count <= longestURL else { throw .invalidRequest(reason: "the URL is longer than \(longestURL)") }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw .invalidRequest(reason: "the URL contains a control character or a space")
        }
        let rest: ArraySlice<UInt8>
        let isTLS: Bool
        if let after = bytes.afterScheme("https://") {
            (rest, isTLS) = (after, true)
        } else if let after = bytes.afterScheme("http://") {
            (rest, isTLS) = (after, false)
        } else {
            throw .invalidRequest(reason: "the URL begins neither with https:// nor with http://")
        }
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let host = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[($0 + 1)...] } ?? authority
        guard let first = host.first, first != UInt8(ascii: ":") else {
            throw .invalidRequest(reason: "the URL names no host")
        }
        // Some readers of URLs end the host at a backslash and some don't: such a URL has two meanings.
        guard !authority.contains(UInt8(ascii: "\\")) else {
            throw .invalidRequest(reason: "the URL's host contains a backslash")
        }
        return (isTLS, String(decoding: host, as: UTF8.self))
    }

    private static func check(headers: [(name: String, value: String)]) throws(HTTPError) {
        var size = 0
        for (name, value) in headers {
            size += name.utf8.count + value.utf8.count + 2
            guard !name.isEmpty, name.utf8.allSatisfy({ $0.isToken }) else {
                throw .invalidRequest(reason: "a header's name is empty or contains an invalid character")
            }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }) else {
                throw .invalidRequest(reason: "the value of the header \(name) contains a control character")
            }
            for own in Self.ownHeaders where HTTPHeaders.same(name, own) {
                throw .invalidRequest(reason: "\(own) is not the caller's to set")
            }
        }
        guard size <= largestHeaders else {
            throw .invalidRequest(reason: "the headers are larger than \(largestHeaders) bytes")
        }
    }
}

extension HTTPNetwork {
    /// Of the proxy that is named: as written, else libcurl's own choice. Nil without one.
    var proxyPort: UInt16? {
        proxy.map { proxy in
            let parts = proxy.split(separator: "/")
            let authority = proxy.contains("://") ? parts.dropFirst().first : parts.first
            return RequestTarget.port(in: authority ?? "") ?? (parts.first?.lowercased() == "https:" ? 443 : 1080)
        }
    }

    var isSOCKS: Bool { proxy?.lowercased().hasPrefix("socks") ?? false }
}

extension [UInt8] {
    fileprivate func afterScheme(_ scheme: String) -> ArraySlice<UInt8>? {
        let length = scheme.utf8.count
        guard count >= length, zip(self, scheme.utf8).allSatisfy({ $0.asciiLowercased == $1 }) else { return nil }
        return self[length...]
    }
}

extension UInt8 {
    /// RFC 9110, 5.6.2: what the name of a header is made of.
    fileprivate var isToken: Bool {
        switch self {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: true
        // ! # $ % & ' * + - . ^ _ ` | ~
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
