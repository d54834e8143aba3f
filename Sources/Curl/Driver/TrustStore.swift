import Glibc

/// Which certificate authorities are believed, where a request names none itself.
///
/// Reading the usual bundle of 140 certificates is most of a small pass (31 ms of a process with two requests, against
/// 12 with a hashed directory, of which OpenSSL opens only the one file that it needs), so such a directory is preferred.
/// What an admin set in the environment counts more, with the names and the order of the `curl` command.
enum TrustStore: Sendable, Equatable {
    /// A PEM file alone.
    case file(String)
    /// A directory as `openssl rehash` makes it, alone.
    case directory(String)
    case fileAndDirectory(file: String, directory: String)
    /// What libcurl was built with.
    case builtIn

    /// Where Debian and its relatives keep the hashed links.
    static let systemDirectory = "/etc/ssl/certs"

    /// Of this machine, now: the environment and the file system are asked once for each client.
    static func ofMachine() -> TrustStore {
        choose(
            variable: { name in
                guard let value = unsafe getenv(name) else { return nil }
                return unsafe String(cString: value)
            }, isHashed: isHashed)
    }

    /// An empty variable counts as none.
    static func choose(variable: (String) -> String?, isHashed: (String) -> Bool) -> TrustStore {
        func value(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }
        if let bundle = value("CURL_CA_BUNDLE") { return .file(bundle) }
        switch (value("SSL_CERT_FILE"), value("SSL_CERT_DIR")) {
        case (let file?, let directory?): return .fileAndDirectory(file: file, directory: directory)
        case (let file?, nil): return .file(file)
        case (nil, let directory?): return .directory(directory)
        case (nil, nil): return isHashed(systemDirectory) ? .directory(systemDirectory) : .builtIn
        }
    }

    /// Whether there is an entry such as `02265526.0`. A directory without any is of no use to OpenSSL.
    static func isHashed(_ path: String) -> Bool {
        guard let directory = unsafe opendir(path) else { return false }
        defer { _ = unsafe closedir(directory) }
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe Array(bytes.prefix { $0 != 0 })
            }
            if name.count == 10, name.suffix(2) == [UInt8(ascii: "."), UInt8(ascii: "0")],
                name.prefix(8).allSatisfy(isHexDigit)
            {
                return true
            }
        }
        return false
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
