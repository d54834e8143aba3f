import Crypto
import FoundationEssentials

/// Signatures of a webhook's body. Both are HMAC-SHA256.
enum Signature {
    /// `v1,` and base64, over `ID.SECONDS.BODY` (Standard Webhooks 1.0.0). The id holds no dot.
    static func standard(id: String, time: Timestamp, body: [UInt8], secret: String) -> String {
        let signed = Array("\(id).\(time.seconds).".utf8) + body
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key(secret)))
        return "v1," + Data(code).base64EncodedString()
    }

    /// `sha256=` and lower-case hexadecimal digits, over the body alone, keyed with the secret as it is written.
    static func github(body: [UInt8], secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8)))
        return "sha256=" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Base64 after `whsec_`, with or without padding; any other secret is its own bytes, also after `whsec_` where it is
    /// not valid base64.
    static func key(_ secret: String) -> [UInt8] {
        guard secret.hasPrefix("whsec_") else { return Array(secret.utf8) }
        let text = secret.dropFirst(6)
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text + padding), !data.isEmpty else { return Array(secret.utf8) }
        return Array(data)
    }
}
