import FoundationEssentials
import WatcherCore

/// Who to be at a registry.
enum RegistryLogin: Sendable, Equatable {
    /// `user:password` in base64.
    case basic(String)
    case identityToken(String)

    /// What must never be shown.
    var secrets: [String] {
        switch self {
        case .identityToken(let token): return [token]
        case .basic(let encoded):
            guard let data = Data(base64Encoded: encoded) else { return [encoded] }
            let pair = String(decoding: data, as: UTF8.self)
            return [encoded, pair]
                + [pair.firstIndex(of: ":").map { String(pair[pair.index(after: $0)...]) }].compactMap { $0 }
        }
    }
}

/// Docker's own credentials: `config.json` in `$DOCKER_CONFIG` or `~/.docker`, and the helpers that it names.
///
/// Read when they are needed, each time: a login made meanwhile counts.
package struct RegistryCredentials: Sendable {
    private let environment: [String: String]

    /// The largest `config.json`, and the longest answer of a helper, in bytes.
    private static let sizeLimit = 1 << 20
    private static let helperTimeout = Duration.seconds(15)

    /// `environment` is also that of the helpers.
    package init(environment: [String: String]) { self.environment = environment }

    /// Nil: nobody in particular. A file that cannot be read, or a helper that does not work, is failure.
    func login(for registry: String) async throws(RequestFailure) -> RegistryLogin? {
        let read = await DiskQueue.run { Result { () throws(RequestFailure) in try logins() } }
        guard let logins = try read.get(), let login = logins.login(for: registry) else { return nil }
        switch login {
        case .basic(let encoded): return .basic(encoded)
        case .identityToken(let token): return .identityToken(token)
        case .helper(let name, let server): return try await ask(name, server)
        }
    }

    private func logins() throws(RequestFailure) -> DockerLogins? {
        guard let folder = environment["DOCKER_CONFIG"] ?? environment["HOME"].map({ $0 + "/.docker" }) else {
            return nil
        }
        let path = folder + "/config.json"
        let bytes: [UInt8]
        do throws(DurableFile.Failure) {
            bytes = try DurableFile.read(path)
        } catch {
            if error.isMissing { return nil }
            throw .permanent("docker's credentials cannot be read: \(error)", hint: "run as the user that owns them")
        }
        guard bytes.count <= Self.sizeLimit, let logins = (try? JSONReader.read(bytes).value).flatMap(DockerLogins.init)
        else { throw .permanent("\(path) is not docker's: no JSON object", hint: nil) }
        return logins
    }

    private func ask(_ name: String, _ server: String) async throws(RequestFailure) -> RegistryLogin? {
        let program = ExternalProgram(name: "docker-credential-" + name, environment: environment)
        let output: ExternalProgram.Output
        do throws(ExternalProgram.Failure) {
            output = try await program.run(["get"], input: server, limit: Self.sizeLimit, timeout: Self.helperTimeout)
        } catch {
            if error == .cancelled { throw .cancelled }
            throw .permanent("docker's credentials: \(error)", hint: "docker's config.json names this helper")
        }
        guard output.status == 0 else {
            let said = (output.text + output.errors).cleanedLine(limit: 200)
            if said.contains("credentials not found") { return nil }
            throw .permanent("\(program.name) ended with \(output.status): \(said)", hint: nil)
        }
        guard let value = try? JSONReader.read(Array(output.text.utf8)).value, let user = value["Username"]?.text,
            let secret = value["Secret"]?.text, !secret.isEmpty
        else { throw .permanent("\(program.name) did not answer as such a helper does", hint: nil) }
        if user == "<token>" { return .identityToken(secret) }
        return .basic(Data((user + ":" + secret).utf8).base64EncodedString())
    }
}
