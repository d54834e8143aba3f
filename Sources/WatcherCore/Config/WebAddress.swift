/// The parts of an `http` or `https` URL that decide whether it may be used; the URL itself is kept as written.
package struct WebAddress: Sendable, Hashable {
    /// Lower case.
    package let scheme: String
    /// A user or a password before `@`.
    package let hasUser: Bool
    /// Lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int?
    /// With its first slash; empty where there is none.
    package let path: String
    package let hasQuery: Bool
    package let hasFragment: Bool

    /// Nil for anything but an absolute URL with a host, made of printable ASCII without spaces and `"<>\^{|}` and
    /// the backtick.
    package init?(_ text: String, schemes: [String] = ["http", "https"]) {
        guard text.utf8.count <= Self.lengthLimit, text.utf8.allSatisfy(Self.isAllowed),
            let mark = text.firstRange(of: "://")
        else { return nil }
        scheme = text[..<mark.lowerBound].lowercased()
        guard schemes.contains(scheme) else { return nil }
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let tail = rest[end...]
        let beforeFragment = tail.prefix { $0 != "#" }
        hasFragment = beforeFragment.endIndex < tail.endIndex
        path = String(beforeFragment.prefix { $0 != "?" })
        hasQuery = beforeFragment.contains("?")

        var authority = rest[..<end]
        let at = authority.lastIndex(of: "@")
        hasUser = at != nil
        if let at { authority = authority[authority.index(after: at)...] }
        let afterHost: Substring
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<close].lowercased()
            afterHost = authority[authority.index(after: close)...]
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else {
            host = authority.prefix { $0 != ":" }.lowercased()
            afterHost = authority.dropFirst(host.utf8.count)
            guard !host.isEmpty, host.utf8.allSatisfy(Self.isNamePart) else { return nil }
        }
        port = Self.port(afterHost)
        guard afterHost.isEmpty || port != nil else { return nil }
    }

    /// The address never leaves this machine.
    package var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Plain text over a network.
    package var isExposed: Bool { scheme == "http" && !isLoopback }

    /// Scheme, host and port.
    package var origin: String {
        "\(scheme)://" + (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    }

    /// Anything beyond the origin.
    var hasMore: Bool { hasUser || hasQuery || hasFragment || !(path.isEmpty || path == "/") }

    private static let lengthLimit = 4_096

    /// Of `:` and a number that a port can have; nil for anything else.
    private static func port(_ text: Substring) -> Int? {
        let digits = text.dropFirst()
        guard text.first == ":", digits.utf8.count <= 5, digits.utf8.allSatisfy(ASCII.isDigit),
            let number = Int(digits), (1...65_535).contains(number)
        else { return nil }
        return number
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"\"<>\\^`{|}".utf8.contains(byte)
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        ASCII.isWord(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
