/// What a registry asks for with status 401: the `WWW-Authenticate` header, read.
package enum RegistryChallenge: Sendable, Equatable {
    case basic
    /// A token from another address, as Docker Hub, GHCR and most others want it.
    case bearer(realm: String, service: String?, scope: String?)

    /// The first scheme that is known; nil where there is none, or a bearer without an address.
    package init?(_ headers: [String]) {
        for header in headers {
            let word = header.prefix { $0 != " " }.lowercased()
            if word == "basic" {
                self = .basic
                return
            }
            guard word == "bearer" else { continue }
            let parameters = Self.parameters(header.dropFirst(word.count))
            guard let realm = parameters["realm"], WebAddress(realm) != nil else { continue }
            self = .bearer(realm: realm, service: parameters["service"], scope: parameters["scope"])
            return
        }
        return nil
    }

    /// `name="value", name=value`; a quoted value may hold commas and escaped characters.
    private static func parameters(_ text: Substring) -> [String: String] {
        var found: [String: String] = [:]
        var rest = text
        while true {
            rest = rest.drop { $0 == " " || $0 == "," || $0 == "\t" }
            guard let equals = rest.firstIndex(of: "=") else { return found }
            let name = rest[..<equals].lowercased()
            rest = rest[rest.index(after: equals)...]
            var value = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst(), character != "\"" {
                    value.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
                }
            } else {
                value = String(rest.prefix { $0 != "," && $0 != " " })
                rest = rest.dropFirst(value.count)
            }
            found[name] = found[name] ?? value
        }
    }
}
