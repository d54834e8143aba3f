package import Glibc

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
        guard !isRoot else { return Self.systemConfig }
        let own = home("XDG_CONFIG_HOME", ".config") + "/watcher/config.json"
        let isOwn = unsafe access(own, F_OK) == 0
        let isSystems = unsafe access(Self.systemConfig, F_OK) == 0
        return isOwn || !isSystems ? own : Self.systemConfig
    }

    private static let systemFolder = "/etc/watcher"
    private static let systemConfig = systemFolder + "/config.json"

    /// The default state file. It follows the configuration that is used, whoever runs it: two states for one
    /// configuration would do everything twice.
    package func defaultState(config path: String) -> String {
        if let folder = value("STATE_DIRECTORY") {
            // systemd separates several by colons; the first is meant.
            return folder.split(separator: ":").first.map(String.init).map { $0 + "/state.json" } ?? folder
                + "/state.json"
        }
        return DurableFile.folder(of: path) == Self.systemFolder
            ? "/var/lib/watcher/state.json" : home("XDG_STATE_HOME", ".local/state") + "/watcher/state.json"
    }

    /// Creates a directory and its parents, mode 0700 unless `mode` says otherwise.
    package static func makeFolder(_ path: String, mode: mode_t = 0o700) throws(DurableFile.Failure) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if unsafe mkdir(made, mode) != 0, errno != EEXIST {
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
