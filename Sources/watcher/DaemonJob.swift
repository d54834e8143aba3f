import WatcherCore
import WatcherService

/// A job that a running daemon has, followed in its state file.
struct DaemonJob {
    private let id: String
    private let file: StateFile

    private static let interval: Duration = .milliseconds(500)
    /// So many looks at an unchanged job between two questions whether the daemon still runs.
    private static let patience = 60

    init(_ id: String, _ file: StateFile) { (self.id, self.file) = (id, file) }

    /// Returns when it has succeeded.
    ///
    /// - Throws: status 1 when it has not, or nobody goes on with it.
    func follow() async throws {
        var printed: String?
        var unchanged = 0
        defer { Terminal.showProgress("") }
        while true {
            let ledger = try AppContext.load(file)
            if let ended = ledger.history.first(where: { $0.id == id }) { return try conclude(ended) }
            guard let job = ledger.jobs.first(where: { $0.id == id }) else {
                Terminal.fail(["job \(id) is no longer in \(file.path)"], hint: "watcher status lists the jobs")
                throw Terminal.actionRequired
            }
            let shown = PassProgress.Job(job)
            if Terminal.canUpdate {
                Terminal.showProgress(shown.line(at: Clock.now()))
            } else if printed != shown.state {
                Terminal.say("\(shown.title): \(shown.state)")
            }
            unchanged = printed == shown.state ? unchanged + 1 : 0
            printed = shown.state
            if unchanged % Self.patience == Self.patience - 1, try !Requests.isDaemonRunning(on: file) {
                Terminal.fail(
                    ["the daemon has stopped; job \(id) is \(job.status)"], hint: "watcher once goes on with it")
                throw Terminal.actionRequired
            }
            try await Task.sleep(for: Self.interval)
        }
    }

    private func conclude(_ job: Job) throws {
        Terminal.showProgress("")
        let title = "\(job.action) \(job.status) for \(Words.releases(job.releases ?? job.causes))"
        guard job.phase == .ended(.succeeded) else {
            Terminal.fail([job.reason.map { "\(title): \($0)" } ?? title], hint: "watcher status shows the details")
            throw Terminal.actionRequired
        }
        Terminal.say(title + (job.run.map { ": " + $0.url } ?? ""))
    }
}
