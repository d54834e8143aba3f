extension Message {
    /// A page to open. Only what any service can show as a link without breaking out of it can be one.
    package struct Link: Sendable, Hashable {
        /// What it leads to, in one or two words of ours.
        package let title: String
        /// `https` or `http`, printable ASCII, without a character that ends a link in a chat's markup.
        package let url: String

        /// The longest address, in bytes.
        package static let limit = 1000

        /// Nil for another scheme, a user before the host, or an address that is too long.
        package init?(_ title: String, _ url: String?) {
            guard let url, url.utf8.count <= Self.limit else { return nil }
            let safe = url.utf8.allSatisfy { Self.isSafe[Int($0)] } ? url : Self.encoded(url)
            // An `@` before the host is encoded by now, and so no host.
            guard safe.utf8.count <= Self.limit, WebAddress(safe) != nil else { return nil }
            self.title = title
            self.url = safe
        }

        private static func encoded(_ url: String) -> String {
            url.utf8.map { isSafe[Int($0)] ? String(Unicode.Scalar($0)) : .percentEncoded($0) }.joined()
        }

        /// By byte.
        private static let isSafe: [Bool] = {
            let encoded = Set("\"'()*<>@[\\]^`{|}!$~,;".utf8)
            return (UInt8.min...UInt8.max).map { (0x21...0x7E).contains($0) && !encoded.contains($0) }
        }()
    }
}
