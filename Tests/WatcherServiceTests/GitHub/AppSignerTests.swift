import CryptoExtras
import Foundation
import Testing
import WatcherCore

@testable import WatcherService

/// Made once: a key takes a moment.
enum TestKeys {
    private static let made = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }
    private static let second = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    static func app() throws -> _RSA.Signing.PrivateKey { try made.get() }
    static func other() throws -> _RSA.Signing.PrivateKey { try second.get() }
}

@Suite("The JSON Web Token of a GitHub App") struct AppSignerTests {
    private static func decoded(_ part: Substring) throws -> Data {
        let text = part.replacing("-", with: "+").replacing("_", with: "/")
        return try #require(Data(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)))
    }

    @Test("it is signed with RS256, begins a minute ago and ends in nine", arguments: ["Iv23liClient", "12345"])
    func claims(_ id: String) throws {
        let key = try TestKeys.app()
        let token = try AppSigner(id: id, pem: key.pemRepresentation).token(at: Timestamp(seconds: 1_000_000))
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        try #require(parts.count == 3)
        #expect(!token.contains("=") && !token.contains("+") && !token.contains("/"))
        let head = try JSONReader.read(Array(Self.decoded(parts[0]))).value
        #expect(head == ["alg": "RS256", "typ": "JWT"])
        let claims = try JSONReader.read(Array(Self.decoded(parts[1]))).value
        #expect(claims == ["iat": 999_940, "exp": 1_000_540, "iss": .string(id)])
        let signature = _RSA.Signing.RSASignature(rawRepresentation: try Self.decoded(parts[2]))
        let signed = Data("\(parts[0]).\(parts[1])".utf8)
        #expect(key.publicKey.isValidSignature(signature, for: signed, padding: .insecurePKCS1v1_5))
        #expect(!key.publicKey.isValidSignature(signature, for: signed + [0], padding: .insecurePKCS1v1_5))
    }

    @Test("a key is taken as GitHub hands it out (PKCS#1), as PKCS#8, and with line breaks of Windows")
    func forms() throws {
        let pkcs1 = try TestKeys.app().pemRepresentation
        #expect(pkcs1.hasPrefix("-----BEGIN RSA PRIVATE KEY-----"))
        let pkcs8 = try TestKeys.app().pkcs8PEMRepresentation
        #expect(pkcs8.hasPrefix("-----BEGIN PRIVATE KEY-----"))
        for pem in [pkcs1, pkcs8, pkcs1.replacing("\n", with: "\r\n"), pkcs8 + "\n\n"] {
            #expect(AppSigner.objection(to: pem) == nil)
        }
    }

    @Test(
        "what is no key that can be used is told apart, without a word of it",
        arguments: [
            ("precious", "contains no private key in PEM (-----BEGIN …)"), ("", "contains no private key in PEM"),
            (
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nprecious\n-----END ENCRYPTED PRIVATE KEY-----",
                "is an encrypted private key"
            ),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nprecious\n"
                    + "-----END RSA PRIVATE KEY-----", "is an encrypted private key"
            ),
            ("-----BEGIN PUBLIC KEY-----\nprecious\n-----END PUBLIC KEY-----", "is a public key, no RSA private key"),
            ("-----BEGIN CERTIFICATE-----\nprecious\n-----END CERTIFICATE-----", "is a certificate, no RSA"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nprecious\n", "is another kind of PEM"),
            ("-----BEGIN RSA PRIVATE KEY-----\nprecious\n-----END RSA PRIVATE KEY-----", "is no RSA private key, or"),
        ])
    func objections(_ pem: String, _ words: String) {
        let objection = AppSigner.objection(to: pem)
        #expect(objection?.problem.hasPrefix(words) == true, "\(objection?.problem ?? "none")")
        #expect("\(objection?.problem ?? "")\(objection?.hint ?? "")".contains("precious") == false)
    }

    @Test("a key of less than 2048 bits is refused, as is a damaged one") func small() throws {
        let small = try _RSA.Signing.PrivateKey(unsafeKeySize: _RSA.Signing.KeySize(bitCount: 1024))
        #expect(AppSigner.objection(to: small.pemRepresentation)?.problem.contains("1024 bits") == true)
        let damaged = try TestKeys.app().pemRepresentation.replacing("MII", with: "MIX", maxReplacements: 1)
        #expect(AppSigner.objection(to: damaged)?.problem == "is no RSA private key, or a damaged one")
    }

    @Test("it is read from a file, a credential and the environment, there also with \\n for line breaks") func places()
        throws
    {
        let pem = try TestKeys.app().pemRepresentation
        try withFolder { folder throws in
            try Data((pem + "\n").utf8).write(to: URL(filePath: folder + "/key"))
            let secrets = SecretResolver(environment: [
                "CREDENTIALS_DIRECTORY": folder, "KEY": pem, "FLAT": pem.replacing("\n", with: "\\n"),
                "BAD": "precious",
            ])
            for secret in [
                Secret.file(folder + "/key"), .credential("key"), .environment("KEY"), .environment("FLAT"),
                .literal(pem),
            ] {
                #expect(AppSigner.objection(to: try secrets.readPrivateKey(secret)) == nil, "\(secret)")
            }
            let failure = #expect(throws: SecretResolver.Failure.self) {
                try secrets.readPrivateKey(.environment("BAD"))
            }
            #expect(failure?.isUnusable == true)
            #expect(failure?.description.contains("precious") == false)
        }
    }

    @Test("all lines of a key are masked, and nothing that is in every key") func masks() throws {
        let pem = try TestKeys.app().pemRepresentation
        var config = Config()
        config.github.app = Config.GitHubApp(id: "1", installation: 7, privateKey: .environment("KEY"))
        let redactor = try AppContext(config, environment: ["KEY": pem]).redactor()
        for line in pem.split(separator: "\n").dropFirst().dropLast() where line.utf8.count >= 8 {
            #expect(redactor.mask("before \(line) behind") == "before *** behind")
        }
        #expect(redactor.mask("-----BEGIN RSA PRIVATE KEY-----") == "-----BEGIN RSA PRIVATE KEY-----")
    }
}
