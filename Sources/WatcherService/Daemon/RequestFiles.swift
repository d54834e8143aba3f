import FoundationEssentials
import Glibc
import Synchronization
package import WatcherCore

/// How a person's command reaches a running daemon: a file beside the state, and SIGUSR1 to the lock's holder.
///
/// Chosen over a socket because it is less: no thread, no protocol, no limit on the path's length, and the signals are
/// there anyway. A request is taken (its file removed) before it is carried out, so it is carried out at most once;
/// its answer is written when what it changed is on disk.
package final class RequestFiles: Sendable {
    private let statePath: String
    private let open = Mutex<[Int: String]>([:])

    /// How long a person waits for the answer, in milliseconds.
    package static let patience: Int64 = 10_000
    /// How many requests are taken at once.
    package static let limit = 100
    /// How old a file may be that nobody fetched, in seconds.
    private static let lifetime: Int64 = 60

    package init(statePath: String) { self.statePath = statePath }

    // MARK: - The daemon's side

    /// Takes all requests that are there.
    package func take() -> [Event] {
        names(".request.").prefix(Self.limit).compactMap { name in
            let path = DurableFile.folder(of: statePath) + "/" + name
            let bytes = try? DurableFile.read(path)
            unsafe unlink(path)
            guard let bytes, let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(bytes)) else {
                return nil
            }
            let id = String(name[(name.firstRange(of: ".request.")?.upperBound ?? name.endIndex)...])
            let number = open.withLock { open in
                let number = (open.keys.max() ?? 0) + 1
                open[number] = id
                return number
            }
            return .requested(request, number: number)
        }
    }

    package func answer(_ number: Int, _ answer: ControlRequest.Reply) {
        guard let id = open.withLock({ $0.removeValue(forKey: number) }), let data = try? JSONEncoder().encode(answer)
        else { return }
        try? DurableFile.replace(statePath + ".answer." + id, with: Array(data))
    }

    /// Removes what an earlier daemon or an impatient person left behind.
    package func clear() {
        for name in names(".request.") + names(".answer.") {
            unsafe unlink(DurableFile.folder(of: statePath) + "/" + name)
        }
    }

    private func names(_ kind: String) -> [String] {
        let base = statePath.split(separator: "/").last.map(String.init) ?? statePath
        let all = (try? FileManager.default.contentsOfDirectory(atPath: DurableFile.folder(of: statePath))) ?? []
        return all.filter { $0.hasPrefix(base + kind) && !$0.hasSuffix(".tmp") }.sorted()
    }

    // MARK: - The person's side

    /// Hands a request to the daemon and waits for its answer; nil when none came in time.
    package static func ask(
        _ request: ControlRequest, statePath: String, pid: Int32
    ) throws(DurableFile.Failure) -> ControlRequest.Reply? {
        let id = StableHash(String(getpid()), String(Clock.now().wall)).name
        guard let data = try? JSONEncoder().encode(request) else { return nil }
        let asked = statePath + ".request." + id
        let answered = statePath + ".answer." + id
        try DurableFile.replace(asked, with: Array(data))
        defer {
            unsafe unlink(asked)
            unsafe unlink(answered)
        }
        _ = try DurableFile.check("kill", asked) { kill(pid, SIGUSR1) }
        let end = Clock.now().uptime + patience
        while Clock.now().uptime < end {
            if let bytes = try? DurableFile.read(answered) {
                return try? JSONDecoder().decode(ControlRequest.Reply.self, from: Data(bytes))
            }
            usleep(20_000)
        }
        return nil
    }
}
