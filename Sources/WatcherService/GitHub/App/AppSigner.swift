import Crypto
import CryptoExtras
import FoundationEssentials
package import WatcherCore

/// How a GitHub App proves that it is itself: a JSON Web Token, signed with its private key, good for minutes.
package struct AppSigner: Sendable {
    /// Seconds before now at which a token begins: clocks may differ by so much.
    static let leeway: Int64 = 60
    /// Seconds after now at which a token ends. GitHub takes ten minutes at most.
    static let life: Int64 = 540
    /// The smallest key, in bits; GitHub's have 2048.
    static let leastKeySize = 2048

    private let id: String
    private let key: _RSA.Signing.PrivateKey

    /// Why a text is no key that can be used: the rest of a sentence that begins with where it is kept.
    package struct KeyFailure: Error, Sendable {
        package var problem: String
        package var hint: String
    }

    /// PKCS#1, as GitHub hands it out, or PKCS#8.
    package init(id: String, pem: String) throws(KeyFailure) {
        self.id = id
        key = try Self.key(pem)
    }

    /// Why the text is no key that can be used, nil where it is one.
    package static func objection(to pem: String) -> KeyFailure? {
        do throws(KeyFailure) { _ = try key(pem) } catch { return error }
        return nil
    }

    private static func key(_ pem: String) throws(KeyFailure) -> _RSA.Signing.PrivateKey {
        let wanted = "download one on the app's settings page (Private keys)"
        // Asked for a passphrase, the library would read one from the terminal.
        guard !pem.contains("ENCRYPTED") else {
            throw KeyFailure(
                problem: "is an encrypted private key", hint: "openssl rsa -in KEY.pem -out PLAIN.pem decrypts it")
        }
        guard pem.contains("-----BEGIN ") else {
            throw KeyFailure(problem: "contains no private key in PEM (-----BEGIN …)", hint: wanted)
        }
        guard ["-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----"].contains(where: pem.contains) else {
            let kind = pem.contains("PUBLIC KEY") ? "a public key" : pem.contains("CERTIFICATE") ? "a certificate" : nil
            throw KeyFailure(problem: "is \(kind ?? "another kind of PEM"), no RSA private key", hint: wanted)
        }
        do {
            let key = try _RSA.Signing.PrivateKey(unsafePEMRepresentation: pem)
            guard key.keySizeInBits >= leastKeySize else {
                throw KeyFailure(
                    problem: "is an RSA key of \(key.keySizeInBits) bits, less than \(leastKeySize)", hint: wanted)
            }
            return key
        } catch let failure as KeyFailure {
            throw failure
        } catch {
            throw KeyFailure(problem: "is no RSA private key, or a damaged one", hint: wanted)
        }
    }

    /// A token for requests in the app's own name.
    package func token(at now: Timestamp) throws -> String {
        let claims: JSONValue = [
            "iat": .integer(Int(now.seconds - Self.leeway)), "exp": .integer(Int(now.seconds + Self.life)),
            "iss": .string(id),
        ]
        let head: JSONValue = ["alg": "RS256", "typ": "JWT"]
        let text = Self.encoded(Data(head.utf8())) + "." + Self.encoded(Data(claims.utf8()))
        // RS256 is this padding, and the protocol knows no other.
        let signature = try key.signature(for: Data(text.utf8), padding: .insecurePKCS1v1_5)
        return text + "." + Self.encoded(signature.rawRepresentation)
    }

    /// Base64 for URLs, without padding.
    private static func encoded(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
