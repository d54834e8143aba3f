import Glibc
package import WatcherCore

/// Where the ledger lives.
///
/// A missing file is an empty ledger. Anything else that cannot be read stops the program: to start anew over it would
/// lose what was to be done, and do again what was done.
package struct StateFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    package enum Failure: Error, Sendable, Equatable {
        case unreadable(DurableFile.Failure)
        case link(path: String)
        case notJSON(path: String, String)
        case fromTheFuture(path: String, version: Int)

        package var description: String {
            switch self {
            case .unreadable(let failure): "the state file cannot be read: \(failure)"
            case .link(let path): "the state file \(path) is a symbolic link"
            case .notJSON(let path, let detail): "the state file \(path) is not one of ours: \(detail)"
            case .fromTheFuture(let path, let version):
                "the state file \(path) has version \(version); this program knows up to \(Ledger.currentVersion)"
            }
        }

        package var hint: String {
            switch self {
            case .link: "nothing was changed; name the file that it leads to as stateFile in the configuration"
            case .unreadable: "nothing was changed; run as the user that owns it"
            case .notJSON:
                "nothing was changed; restore it from a backup, or move it away to start anew with a baseline"
            case .fromTheFuture: "nothing was changed; use the newer program, or the copy that it kept beside the file"
            }
        }
    }

    package func load() throws(Failure) -> Ledger {
        let bytes: [UInt8]
        guard !DurableFile.isLink(path) else { throw .link(path: path) }
        do throws(DurableFile.Failure) {
            bytes = try DurableFile.read(path)
        } catch {
            if error.isMissing { return Ledger() }
            throw .unreadable(error)
        }
        let text = LedgerText(bytes)
        do {
            let version = try text.version
            guard version <= Ledger.currentVersion else { throw Failure.fromTheFuture(path: path, version: version) }
            guard version > 0 else { throw Failure.notJSON(path: path, "there never was a version \(version)") }
            return try text.ledger
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .notJSON(path: path, Self.words(error))
        }
    }

    /// Writes it whole; what was there stays until the new one is on disk.
    package func save(_ ledger: Ledger) throws(DurableFile.Failure) {
        guard let bytes = try? LedgerText.bytes(of: ledger) else {
            throw DurableFile.Failure(call: "encode", path: path, code: 22)
        }
        // What could not be read again is not written.
        guard bytes.count <= DurableFile.sizeLimit else {
            throw DurableFile.Failure(call: "write", path: path, code: EFBIG)
        }
        try DurableFile.replace(path, with: bytes)
    }

    private static func words(_ error: any Error) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? "." + $0.stringValue }.joined()
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context): return "\(place(context)).\(key.stringValue) is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            return "\(place(context)) has the wrong type"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            return "\(place(context)) cannot be read"
        default: return "it is no JSON, or cut off"
        }
    }
}
