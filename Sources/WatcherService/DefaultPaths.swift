import Glibc

/// Where things are when nobody says so: systemd's folders, root's, or a user's.
package struct DefaultPaths: Sendable {
    private let environment: [String: String]
    private let isRoot: Bool

    package init(environment: [String: String], isRoot: Bool = geteuid() == 0) {
        self.environment = environment
        self.isRoot = isRoot
    }

    /// The configuration: as named, else `$WATCHER_CONFIG`, else the place for root or for a user.
    package func config(_ named: String?) -> String {
        if let named { return named }
        if let path = value("WATCHER_CONFIG") { return path }
        return isRoot ? "/etc/watcher/config.json" : home("XDG_CONFIG_HOME", ".config") + "/watcher/config.json"
    }

    /// The default state file, and whether its folder may be made: a configured path's folder must exist.
    package var defaultState: String {
        if let folder = value("STATE_DIRECTORY") {
            // systemd separates several by colons; the first is meant.
            return folder.split(separator: ":").first.map(String.init).map { $0 + "/state.json" } ?? folder
                + "/state.json"
        }
        return isRoot ? "/var/lib/watcher/state.json" : home("XDG_STATE_HOME", ".local/state") + "/watcher/state.json"
    }

    /// Makes a folder and those above it, for the owner only.
    package static func makeFolder(_ path: String) throws(DurableFile.Failure) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if unsafe mkdir(made, 0o700) != 0, errno != EEXIST {
                throw DurableFile.Failure(call: "mkdir", path: made, code: errno)
            }
        }
    }

    /// Whether it is a folder.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func home(_ name: String, _ fallback: String) -> String {
        value(name) ?? (value("HOME") ?? ".") + "/" + fallback
    }

    private func value(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
