import Curl
import WatcherCore

/// The token flow of registries (`Bearer` challenges): one request more, with the credentials or without any.
enum RegistryToken {
    /// A `GET` with the credentials, or a `POST` for who has a token in place of a password.
    static func request(realm: String, service: String?, scope: String, _ login: RegistryLogin?) -> HTTPRequest {
        var fields = [("scope", scope)]
        if let service { fields.append(("service", service)) }
        if case .identityToken(let token)? = login {
            fields += [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "watcher")]
            return HTTPRequest(
                method: .post, url: realm, headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(encoded(fields).utf8))
        }
        var request = HTTPRequest(url: realm + (realm.contains("?") ? "&" : "?") + encoded(fields))
        if case .basic(let encoded)? = login { request.headers.append(("Authorization", "Basic " + encoded)) }
        return request
    }

    static func read(_ body: [UInt8]) -> String? {
        guard let value = try? JSONReader.read(body).value, let token = (value["token"] ?? value["access_token"])?.text,
            !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return token
    }

    /// Whether credentials for the registry may go to the address: the same host, or one of the same domain (the last
    /// two labels), encrypted unless both are on this machine or the registry itself is plain.
    static func isRelated(_ realm: String, to base: String) -> Bool {
        guard let realm = WebAddress(realm), let base = WebAddress(base) else { return false }
        if realm.isLoopback, base.isLoopback { return true }
        guard realm.scheme == "https" || base.scheme == "http" else { return false }
        if realm.host == base.host { return true }
        func domain(_ host: String) -> [Substring]? {
            let labels = host.split(separator: ".")
            guard labels.count >= 2, labels.last?.allSatisfy(\.isNumber) == false, !host.contains(":") else {
                return nil
            }
            return labels.suffix(2)
        }
        guard let one = domain(realm.host), let other = domain(base.host) else { return false }
        return one == other
    }

    private static func encoded(_ fields: [(String, String)]) -> String {
        fields.map { name, value in
            name + "="
                + value.utf8.map { byte in
                    let isPlain =
                        byte < 0x80
                        && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
                    return isPlain || "-._~".utf8.contains(byte)
                        ? String(Unicode.Scalar(byte))
                        : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                }.joined()
        }.joined(separator: "&")
    }
}

extension RegistryClient {
    /// An answer that says no, in the registry's own words.
    static func refusal(_ reference: ImageReference, _ response: HTTPResponse, _ redactor: Redactor) -> RequestFailure {
        let words = redactor.mask(words(of: response)).cleanedLine(limit: 300)
        let said =
            "\(reference.registry) answered \(response.status) for \(reference.repository)\(words.isEmpty ? "" : ": " + words)"
        switch response.status {
        case 401, 403:
            return .permanent(said, hint: "docker login \(reference.registry), as the user that watcher runs as")
        case 404, 405: return .permanent(said, hint: "is the image's name right?")
        case 400, 406, 410, 415, 451: return .permanent(said, hint: nil)
        case 429: return .rateLimited(seconds: response.retryAfter, said)
        default: return response.retryAfter.map { .rateLimited(seconds: $0, said) } ?? .transient(said)
        }
    }

    /// `errors[].message` of the distribution API, or `details`.
    private static func words(of response: HTTPResponse) -> String {
        guard let value = try? JSONReader.read(response.body).value else { return "" }
        guard case .array(let errors)? = value["errors"] else {
            return value["details"]?.text ?? value["message"]?.text ?? ""
        }
        return errors.prefix(3).compactMap { ($0["message"] ?? $0["code"])?.text }.joined(separator: "; ")
    }
}
