/// The values of a notifier's secrets, read once.
package struct SecretValues: Sendable {
    private let values: [Secret: String]

    /// Reads each secret, and throws what `resolving` throws.
    package init<Failure: Error>(
        of secrets: [Secret], resolving: (Secret) throws(Failure) -> String
    ) throws(Failure) {
        var values: [Secret: String] = [:]
        for secret in secrets where values[secret] == nil { values[secret] = try resolving(secret) }
        self.values = values
    }

    /// Only for what the notifier lists in `secrets`.
    package subscript(_ secret: Secret) -> String {
        assert(values[secret] != nil, "\(secret) is not among the secrets of its notifier")
        return values[secret] ?? ""
    }

    /// The values that are kept outside of the file. That alone makes a secret of them, even of a room's name.
    package var external: [String] {
        values.compactMap { secret, value in if case .literal = secret { nil } else { value } }
    }

    /// Bytes of the shortest part of an address or a header that is masked: shorter ones are part of too many words.
    package static let shortestPart = 8

    /// A URL that is a secret as a whole, with each path segment and query value that could be the secret in it.
    package static func parts(ofURL url: String) -> [String] {
        let address = url.prefix { $0 != "#" }
        let path = address.prefix { $0 != "?" }
        let segments = path.split(separator: "/").dropFirst(2).map(String.init)
        let values = address.dropFirst(path.count).split(separator: "&").compactMap { pair in
            pair.split(separator: "=", maxSplits: 1).last.map(String.init)
        }
        return ([url] + segments + values).filter { $0.utf8.count >= shortestPart }
    }
}
