import Foundation

/// The container in which systemd runs.
enum SystemdLab {
    static let name = "watcher-systemd"

    /// Runs a line inside of it.
    @discardableResult
    static func inside(_ line: String, okay: Bool = true) throws -> String {
        let quoted = line.replacingOccurrences(of: "'", with: "'\\''")
        return try Lab.sh("docker exec \(name) sh -c '\(quoted)'", okay: okay).output
    }

    static func put(_ text: String, at path: String, mode: String = "644") throws {
        let encoded = Data(text.utf8).base64EncodedString()
        try inside("mkdir -p $(dirname \(path)) && echo \(encoded) | base64 -d > \(path) && chmod \(mode) \(path)")
    }

    /// Copies a file of this machine into it.
    static func copy(_ path: String, to place: String) throws { try Lab.sh("docker cp '\(path)' \(name):\(place)") }
}
