import Crypto
import Foundation
import TestSupport

/// What a receiver of the signed webhook checks before it believes a request, written from the two specifications and
/// not from the sender: Standard Webhooks 1.0.0 and GitHub's `X-Hub-Signature-256`.
struct SignedHook {
    let request: RecordedRequest

    var id: String? { request.header("webhook-id") }
    var type: String? { request.json?["type"]?.string }

    func isGenuine(secret: String) -> Bool {
        isStandard(secret) && isLikeGitHub(secret)
    }

    private func isStandard(_ secret: String) -> Bool {
        guard let id, let time = request.header("webhook-timestamp"),
            let signature = request.header("webhook-signature"),
            let key = Data(base64Encoded: String(secret.dropFirst("whsec_".count))), signature.hasPrefix("v1,"),
            let code = Data(base64Encoded: String(signature.dropFirst(3)))
        else { return false }
        let signed = Data("\(id).\(time).".utf8) + Data(request.body)
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: SymmetricKey(data: key))
    }

    private func isLikeGitHub(_ secret: String) -> Bool {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(request.body), using: SymmetricKey(data: Data(secret.utf8)))
        let hex = code.map { String(format: "%02x", Int($0)) }.joined()
        return request.header("X-Hub-Signature-256") == "sha256=" + hex
    }
}
