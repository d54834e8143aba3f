package import WatcherCore

/// Reads secrets from where the configuration says they are, when they are first needed.
package struct SecretResolver: Sendable {
    private let environment: [String: String]

    /// The largest secret in a file, in bytes.
    package static let sizeLimit = 65_536

    package init(environment: [String: String]) { self.environment = environment }

    /// Names the place, never a value.
    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        package var place: String
        package var problem: String

        /// The next step, where it is known.
        package var hint: String?

        /// Whether the secret is there and cannot be what it is for, whoever reads it.
        package var isUnusable = false

        package var description: String { "\(place) \(problem)" }
    }

    /// The value, without one trailing newline. Empty values and such with control characters are errors: they would
    /// be sent as something else.
    package func read(_ secret: Secret) throws(Failure) -> String {
        let place = "\(secret)"
        let value = try text(secret)
        guard !value.isEmpty else { throw Failure(place: place, problem: "is empty") }
        guard !value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw Failure(place: place, problem: "contains a control character, such as a line break")
        }
        if let first = value.first, "\"'".contains(first), value.last == first, value.count > 1 {
            throw Failure(place: place, problem: "is in quotes, which would be sent with it")
        }
        return value
    }

    /// A private key of a GitHub App: text of several lines, for which `\n` may stand where an environment has but one.
    func readPrivateKey(_ secret: Secret) throws(Failure) -> String {
        var pem = try text(secret)
        if !pem.contains(where: \.isNewline) { pem = pem.replacing("\\n", with: "\n") }
        guard let objection = AppSigner.objection(to: pem) else { return pem }
        throw Failure(place: "\(secret)", problem: objection.problem, hint: objection.hint, isUnusable: true)
    }

    /// The value as it is, less one line break at its end.
    private func text(_ secret: Secret) throws(Failure) -> String {
        let place = "\(secret)"
        switch secret {
        case .literal(let text): return text
        case .environment(let name):
            guard let found = environment[name] else {
                throw Failure(
                    place: place, problem: "is not set",
                    hint: "set it where watcher is started, or name a file: {\"file\": \"PATH\"}")
            }
            return found
        case .file(let path): return try contents(path, place)
        case .credential(let name):
            guard let folder = environment["CREDENTIALS_DIRECTORY"] else {
                throw Failure(
                    place: place, problem: "cannot be read: $CREDENTIALS_DIRECTORY is not set (not under systemd?)",
                    hint: "in a shell name the directory that contains it: CREDENTIALS_DIRECTORY=DIRECTORY watcher …")
            }
            return try contents(folder + "/" + name, place)
        }
    }

    /// Where the secret is, and what of it must be masked: for programs that read a file themselves, as it is.
    func file(_ secret: Secret) throws(Failure) -> (path: String, contents: String)? {
        let place = "\(secret)"
        switch secret {
        case .literal, .environment: return nil
        case .file(let path): return (path, try contents(path, place))
        case .credential(let name):
            guard let folder = environment["CREDENTIALS_DIRECTORY"] else { _ = try read(secret); return nil }
            return (folder + "/" + name, try contents(folder + "/" + name, place))
        }
    }

    private func contents(_ path: String, _ place: String) throws(Failure) -> String {
        let bytes: [UInt8]
        do throws(DurableFile.Failure) {
            bytes = try DurableFile.read(path)
        } catch {
            throw Failure(
                place: place, problem: "cannot be read: \(error.reason)",
                hint: error.isMissing
                    ? "create it, readable for the user that runs watcher"
                    : "let the user that runs watcher read it (chgrp, chmod 640), or run as that user")
        }
        guard bytes.count <= Self.sizeLimit else {
            throw Failure(place: place, problem: "is larger than \(Self.sizeLimit) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(place: place, problem: "is not UTF-8")
        }
        return text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
