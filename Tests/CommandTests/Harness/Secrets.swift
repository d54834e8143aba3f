import Foundation
import TestSupport

/// The secrets of every configuration here: easy to find wherever they turn up.
enum Secrets {
    static let token = "ghp_tokenSecret0000000000000000000000001"
    static let actionToken = "github_pat_actionSecret00000000000000002"
    static let hookPath = "hookPathSecret0003"
    static let hookQuery = "hookQuerySecret0004"
    static let hookHeader = "hookHeaderSecret0005"
    /// `whsec_` and 24 bytes in base64.
    static let signing = "whsec_c2lnbmluZ1NlY3JldDAwMDAwMDA2"
    static let slackPath = "slackPathSecret000000007"
    static let proxyPassword = "proxyPasswordSecret0008"
    static let heartbeatPath = "heartbeatPathSecret0009"

    /// The start of every token that the lookalike gives an app.
    static let installationToken = "ghs_installationSecret"

    /// What GitHub may get.
    static let tokens: Set<String> = [token, actionToken, installationToken]

    static let all = [
        token, actionToken, installationToken, hookPath, hookQuery, hookHeader, signing, String(signing.dropFirst(6)),
        "signingSecret000000",
        slackPath, proxyPassword, heartbeatPath,
        // As a header for a proxy carries it.
        Data("user:\(proxyPassword)".utf8).base64EncodedString(),
    ]

    /// The secrets that stand in a text.
    static func found(in bytes: [UInt8]) -> [String] {
        let data = Data(bytes)
        return all.filter { data.range(of: Data($0.utf8)) != nil }
    }

    static func found(in text: String) -> [String] { found(in: Array(text.utf8)) }
}

extension RecordedRequest {
    /// Secrets in it that are not meant for who got it at that place.
    func strayedSecrets(allowed: Set<String>) -> [String] {
        var strayed: [String] = []
        let isHook = path.contains(Secrets.hookPath)
        for secret in Secrets.found(in: target)
        where
            !(allowed.contains(secret)
            && [Secrets.hookPath, Secrets.hookQuery, Secrets.slackPath, Secrets.heartbeatPath].contains(secret))
        {
            strayed.append("\(secret) in the target")
        }
        for header in headers {
            for secret in Secrets.found(in: header.value) {
                let isToken = header.name.lowercased() == "authorization" && allowed.contains(secret)
                let isOwn = secret == Secrets.hookHeader && isHook && allowed.contains(secret)
                if !isToken && !isOwn { strayed.append("\(secret) in the header \(header.name)") }
            }
        }
        strayed += Secrets.found(in: body).map { "\($0) in the body" }
        return strayed
    }
}
