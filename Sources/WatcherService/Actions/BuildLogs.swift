import FoundationEssentials
import Glibc

/// The folder beside the state with the logs of builds: `STATE.logs/JOB.ATTEMPT.log`. The newest are kept.
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
        prune()
        if unsafe mkdir(folder, 0o700) == 0 {
            let made = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            try? DurableFile.keepOwner(of: statePath, on: made, folder)
            close(made)
        }
        let path = path(name)
        let file = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if file >= 0 { try? DurableFile.keepOwner(of: statePath, on: file, path) }
        return file
    }

    /// Makes room for one more.
    private func prune() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let logs = names.filter { $0.hasSuffix(".log") }.map { name -> (path: String, time: Int) in
            var status = stat()
            let path = folder + "/" + name
            return (path, unsafe stat(path, &status) == 0 ? Int(status.st_mtim.tv_sec) : 0)
        }
        for log in logs.sorted(by: { ($0.time, $0.path) < ($1.time, $1.path) }).dropLast(Self.limit - 1) {
            unsafe unlink(log.path)
        }
    }
}
