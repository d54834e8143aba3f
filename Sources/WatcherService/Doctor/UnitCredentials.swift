import FoundationEssentials
import Glibc

/// The credentials that the installed unit hands to the service: a root shell finds them where the unit takes them from.
enum UnitCredentials {
    private static let folders = [
        "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/lib/systemd/system",
    ]
    private static let unit = "watcher.service"

    /// The environment with a `$CREDENTIALS_DIRECTORY` as the unit would have it; nil where systemd has set one already,
    /// or no unit names a credential, or they are not all in one folder under their own names.
    static func environment(_ environment: [String: String]) -> [String: String]? {
        guard environment["CREDENTIALS_DIRECTORY"] == nil else { return nil }
        var found: Set<String> = []
        for path in files {
            guard let bytes = try? DurableFile.read(path) else { continue }
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            where line.hasPrefix("LoadCredential=") {
                let parts = line.dropFirst("LoadCredential=".count).split(separator: ":", maxSplits: 1).map(String.init)
                guard parts.count == 2, parts[1].hasSuffix("/" + parts[0]) else { continue }
                found.insert(String(parts[1].dropLast(parts[0].count + 1)))
            }
        }
        guard found.count == 1, let folder = found.first else { return nil }
        var environment = environment
        environment["CREDENTIALS_DIRECTORY"] = folder
        return environment
    }

    private static var files: [String] {
        folders.flatMap { folder in
            let parts = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(unit).d")) ?? []
            return ["\(folder)/\(unit)"]
                + parts.filter { $0.hasSuffix(".conf") }.sorted().map { "\(folder)/\(unit).d/\($0)" }
        }
    }
}
