import Synchronization
import WatcherCore
import WatcherService

/// Shows how far a pass is: on one line that is written anew at a terminal, elsewhere a line for each change of a job
/// that is waited for and that no event of the pass names.
final class PassWatch: Sendable {
    private let voice: Console
    private let waits: Bool
    private let paces: RequestPaces
    private let latest = Mutex(State())

    private struct State {
        var progress: PassProgress?
        /// What was printed of each job.
        var printed: [String: String] = [:]
    }

    /// Between two looks at the clock.
    private static let interval: Duration = .milliseconds(200)

    init(_ voice: Console, waits: Bool, paces: RequestPaces) {
        self.voice = voice
        self.waits = waits
        self.paces = paces
    }

    private var draws: Bool { Terminal.canUpdate && voice.showsProgress }
    private var prints: Bool { !draws && waits && !voice.isSilent }

    /// Called at each turn of the loop; nil where nobody watches.
    var stepped: (@Sendable (Core, Instant) -> Void)? {
        guard draws || prints else { return nil }
        return { core, now in self.note(core.progress(at: now)) }
    }

    private func note(_ progress: PassProgress) {
        let changed = latest.withLock { state in
            state.progress = progress
            guard prints else { return [PassProgress.Job]() }
            return progress.jobs.filter {
                state.printed.updateValue($0.state, forKey: $0.id) != $0.state && !$0.isAnnounced
            }
        }
        for job in changed { Terminal.say("\(job.title): \(job.state)") }
    }

    /// Draws until it is cancelled.
    func draw() async {
        guard draws else { return }
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            latest.withLock { state in
                guard let progress = state.progress?.limited(by: paces) else { return }
                Terminal.showProgress(progress.line(at: Clock.now()))
            }
        }
    }

    func end() {
        latest.withLock { state in
            state.progress = nil
            Terminal.showProgress("")
        }
    }
}
