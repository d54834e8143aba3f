import FoundationEssentials
import Glibc

/// The folder beside the state with the logs of builds: `STATE.logs/JOB.ATTEMPT.log`. The newest are kept.
///
/// All is done below one descriptor of the folder, which is never reached through a link: root runs commands on a
/// folder that belongs to the service's user.
package struct BuildLogs: Sendable {
    private let statePath: String

    /// How many logs are kept.
    package static let limit = 20

    package init(statePath: String) { self.statePath = statePath }

    package var folder: String { statePath + ".logs" }

    /// Where a log is that the state names.
    package func path(_ name: String) -> String { DurableFile.folder(of: statePath) + "/" + name }

    /// The name that the state and messages give it: beside the state, wherever that is.
    func name(job: String, attempt: Int) -> String {
        let base = statePath.split(separator: "/").last.map(String.init) ?? statePath
        return "\(base).logs/\(job).\(attempt).log"
    }

    /// Opens a new log, with the owner of the state. A negative number where it cannot be: builds go on without.
    func open(_ name: String) -> Int32 {
        let isNew = unsafe mkdir(folder, 0o700) == 0
        let logs = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard logs >= 0 else { return -1 }
        defer { close(logs) }
        if isNew { try? DurableFile.keepOwner(of: statePath, on: logs, folder) }
        prune(logs)
        let own = name.split(separator: "/").last.map(String.init) ?? name
        unsafe unlinkat(logs, own, 0)
        let file = unsafe openat(logs, own, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if file >= 0 { try? DurableFile.keepOwner(of: statePath, on: file, path(name)) }
        return file
    }

    /// Makes room for one more.
    private func prune(_ logs: Int32) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd/\(logs)")) ?? []
        let found = names.filter { $0.hasSuffix(".log") }.map { name -> (name: String, time: Int) in
            var status = stat()
            let isThere = unsafe fstatat(logs, name, &status, AT_SYMLINK_NOFOLLOW) == 0
            return (name, isThere ? Int(status.st_mtim.tv_sec) : 0)
        }
        for log in found.sorted(by: { ($0.time, $0.name) < ($1.time, $1.name) }).dropLast(Self.limit - 1) {
            unsafe unlinkat(logs, log.name, 0)
        }
    }
}
