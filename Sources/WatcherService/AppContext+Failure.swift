import Curl
import Glibc
package import WatcherCore

extension AppContext.Failure {
    /// 75 for a lock, 74 for a disk that cannot be written, 78 for all that a person has to fix first.
    package var status: Int32 {
        switch self {
        case .locked: 75
        case .disk(let failure): failure.isForbidden ? 78 : 74
        case .http: 74
        case .recording: 64
        case .unreadable, .wrong, .notWritten, .secret, .noFolder, .state: 78
        }
    }

    /// A secret that can be read and cannot be used, whoever reads it: what is wrong with it has no place in the file.
    package var problem: ConfigProblem? {
        guard case .secret(let place, let failure) = self, failure.isUnusable else { return nil }
        return ConfigProblem(
            kind: .advice, path: "$." + place, position: JSONPosition(line: 1, column: 1), found: "\(failure)")
    }

    package var lines: [String] {
        switch self {
        case .unreadable(_, let failure): ["the configuration cannot be read: \(failure)"]
        case .notWritten(let failure) where failure.code == EEXIST: ["\(failure.path) exists, and is left as it is"]
        case .notWritten(let failure): ["the configuration cannot be written: \(failure)"]
        case .wrong(let path, let error): error.problems.map { "\(path):\($0.line): \($0)" }
        case .secret(let place, let failure): ["\(place): \(failure)"]
        case .noFolder(let folder): ["the directory of the state file does not exist: \(folder)"]
        case .state(let failure): [failure.description]
        case .locked(let pid, _): ["another instance holds the state file\(pid.map { " (pid \($0))" } ?? "")"]
        case .disk(let failure): ["\(failure)"]
        case .recording(let failure): ["--record: \(failure)"]
        case .http(let error): [error.description]
        }
    }

    package var hint: String? {
        switch self {
        case .unreadable(let path, let failure) where failure.isMissing:
            "watcher init OWNER/NAME writes one; --config names another place than \(path)"
        case .unreadable: "run as a user that may read it"
        case .wrong: "watcher schema describes every key"
        case .notWritten(let failure) where failure.code == EEXIST: "--config PATH writes it to another place"
        case .notWritten: "--config PATH writes it to another place"
        case .secret(_, let failure): failure.hint
        case .noFolder: "create it, owned by the user that runs watcher"
        case .state(let failure): failure.hint
        case .locked: "try again when it has ended"
        case .disk(let failure) where failure.isLockLost:
            "nothing was started; start watcher again, and leave the files beside the state alone while it runs"
        case .disk(let failure):
            failure.isForbidden
                ? "run as the user that owns the state" : "nothing was started; free disk space, then run it again"
        case .recording: "name a directory that does not exist yet, or an empty one"
        case .http: nil
        }
    }
}
