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
        guard text.utf8.count <= Self.lengthLimit, text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        // All of it is ASCII: a byte is a character. Pages and feeds ask this of thousands of addresses.
        let bytes = Array(text.utf8)
        func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        func lowercased(_ range: Range<Int>) -> String { string(range).lowercased() }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else {
            return nil
        }
        scheme = lowercased(0..<colon)
        guard schemes.contains(scheme) else { return nil }
        let end = bytes[(colon + 3)...].firstIndex(where: Self.isAuthorityEnd) ?? bytes.endIndex
        let fragment = bytes[end...].firstIndex(of: UInt8(ascii: "#"))
        let query = bytes[end..<(fragment ?? bytes.endIndex)].firstIndex(of: UInt8(ascii: "?"))
        hasFragment = fragment != nil
        hasQuery = query != nil
        path = string(end..<(query ?? fragment ?? bytes.endIndex))

        let at = bytes[(colon + 3)..<end].lastIndex(of: UInt8(ascii: "@"))
        hasUser = at != nil
        let start = at.map { $0 + 1 } ?? (colon + 3)
        let hostEnd: Int
        if start < end, bytes[start] == UInt8(ascii: "[") {
            guard let close = bytes[start..<end].firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let inner = (start + 1)..<close
            guard bytes[inner].contains(UInt8(ascii: ":")), bytes[inner].allSatisfy(Self.isIPv6Part) else { return nil }
            host = lowercased(inner)
            hostEnd = close + 1
        } else {
            hostEnd = bytes[start..<end].firstIndex(of: UInt8(ascii: ":")) ?? end
            guard hostEnd > start, bytes[start..<hostEnd].allSatisfy(Self.isNamePart) else { return nil }
            host = lowercased(start..<hostEnd)
        }
        port = hostEnd < end ? Self.port(string(hostEnd..<end)[...]) : nil
        guard hostEnd == end || port != nil else { return nil }
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
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"),
            UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            false
        case 0x21...0x7E: true
        default: false
        }
    }

    private static func isAuthorityEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }

    private static func isIPv6Part(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66, UInt8(ascii: ":"), UInt8(ascii: "."): true
        default: false
        }
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        ASCII.isWord(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
