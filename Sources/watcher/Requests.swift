import ArgumentParser
import Glibc
import WatcherCore
import WatcherService

struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Start a failed job again, in the next pass.",
        discussion: "  watcher retry w-0123456789ab")

    @Argument(help: "The id of a failed job; watcher status lists them.", completion: Completions.failedJobs)
    var job: String
    @OptionGroup var common: CommonOptions

    func run() throws { try Requests.ask(.retry(job: job), common) }
}

struct Forget: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Delete a job or a message. A run that was started continues; it is no longer followed.",
        discussion: "  watcher forget w-0123456789ab")

    @Argument(help: "The id of a job or a message; watcher status lists them.", completion: Completions.jobs)
    var job: String
    @OptionGroup var common: CommonOptions

    func run() throws { try Requests.ask(.forget(id: job), common) }
}

struct Approve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Start a job that waits for approval.",
        discussion: """
            A running service starts it at once, without one the next pass does.

              watcher approve w-0123456789ab
            """)

    @Argument(
        help: "The id of a job that waits; watcher status lists them first.", completion: Completions.waitingJobs)
    var job: String
    @OptionGroup var common: CommonOptions

    func run() throws { try Requests.ask(.approve(job: job), common) }
}

struct Reject: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "End a job that waits for approval, without starting it.",
        discussion: "  watcher reject w-0123456789ab")

    @Argument(
        help: "The id of a job that waits; watcher status lists them first.", completion: Completions.waitingJobs)
    var job: String
    @OptionGroup var common: CommonOptions

    func run() throws { try Requests.ask(.reject(job: job), common) }
}

struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Follow the repository that now has an upstream's name.",
        discussion: """
            The next pass makes a first check of it.

              watcher accept s6-overlay
            """)

    @Argument(help: "The name of a stopped upstream.", completion: Completions.upstreams)
    var upstream: String
    @OptionGroup var common: CommonOptions

    func run() throws {
        let config = try common.setup().config
        guard config.upstreams[upstream] != nil else {
            let known = CommandLineWords.known(upstream, config.upstreams.keys)
            throw ValidationError("there is no upstream \(upstream) in the configuration\(known)")
        }
        try Requests.ask(.accept(upstream: upstream), common)
    }
}

struct CheckNow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-now",
        abstract: "Make a running daemon check every upstream now.",
        discussion: "  watcher check-now")

    @OptionGroup var common: CommonOptions

    func run() throws {
        let file = try common.setup().stateFile(making: false)
        guard try Requests.isDaemonRunning(on: file) else {
            Terminal.fail(["no daemon is running on \(file.path)"], hint: "watcher once checks every upstream")
            throw Terminal.actionRequired
        }
        try Requests.askDaemon(.checkNow, file)
    }
}

/// A change of the state that a person asks for: of the daemon where one is running, else made here, under the lock
/// and saved before it is confirmed.
enum Requests {
    static func ask(_ request: ControlRequest, _ common: CommonOptions) throws {
        let setup = try common.setup()
        let file = try setup.stateFile(making: true)
        let lock: StateLock
        do throws(AppContext.Failure) {
            lock = try AppContext.lock(file, as: .request)
        } catch {
            guard error.isHeldByDaemon else { throw error }
            try askDaemon(request, file)
            return
        }
        let ledger = try AppContext.load(file)
        var core = Core(setup.config, mode: Core.Mode(upstreams: []), ledger: ledger)
        let answer = core.answer(request, at: Clock.now())
        if core.unsaved != .nothing {
            do throws(DurableFile.Failure) { try file.save(core.ledger) } catch { throw AppContext.Failure.disk(error) }
        }
        _ = consume lock
        try say(withNearNames(answer, request, ledger))
    }

    /// A refusal because of an unknown id, with the one that was meant or those there are.
    private static func withNearNames(
        _ answer: ControlRequest.Reply, _ request: ControlRequest, _ ledger: Ledger
    ) -> ControlRequest.Reply {
        guard case .refused(let words, let hint) = answer else { return answer }
        let failed = ledger.history.filter { $0.phase == .ended(.failed) && !$0.isSettled }.map(\.id)
        let all = ledger.jobs.map(\.id) + ledger.outbox.messages.map(\.message.id) + ledger.outbox.ended.map(\.id)
        let known = all + ledger.history.map(\.id)
        switch request {
        case .retry(let id) where !known.contains(id):
            return .refused(words + CommandLineWords.known(id, failed), hint: hint)
        case .forget(let id) where !known.contains(id):
            return .refused(words + CommandLineWords.known(id, failed + all), hint: hint)
        case .approve(let id) where !known.contains(id), .reject(let id) where !known.contains(id):
            let waiting = ledger.jobs.filter(\.waitsForApproval).map(\.id)
            return .refused(words + CommandLineWords.known(id, waiting), hint: hint)
        default: return answer
        }
    }

    /// What it has answered.
    @discardableResult
    static func askDaemon(_ request: ControlRequest, _ file: StateFile) throws -> String {
        let answer: ControlRequest.Reply
        do throws(ControlClient.Failure) {
            answer = try ControlClient.ask(request, statePath: file.path)
        } catch {
            try explain(error, file)
            throw Terminal.actionRequired
        }
        return try say(withNearNames(answer, request, (try? AppContext.load(file)) ?? Ledger()))
    }

    private static func explain(_ failure: ControlClient.Failure, _ file: StateFile) throws {
        switch failure {
        case .nobodyListens(let path):
            Terminal.fail(
                ["a daemon holds \(file.path), and nobody listens on \(path)"],
                hint: "restart the daemon if it is of an earlier version; its log says when it cannot listen")
        case .denied(let path):
            Terminal.fail(["\(path): permission denied"], hint: "run this as the daemon's user or as root")
        case .unanswered:
            Terminal.fail(["the daemon has not answered"], hint: "watcher status shows whether it was done")
        case .system(let failure): throw AppContext.Failure.disk(failure)
        }
    }

    /// Whether a daemon holds the state.
    static func isDaemonRunning(on file: StateFile) throws -> Bool {
        do throws(AppContext.Failure) {
            let lock = try AppContext.lock(file, as: .request)
            _ = consume lock
            return false
        } catch {
            guard error.isHeldByDaemon else { throw error }
            return true
        }
    }

    @discardableResult
    private static func say(_ answer: ControlRequest.Reply) throws -> String {
        switch answer {
        case .done(let words):
            Terminal.say(words)
            return words
        case .refused(let words, let hint):
            Terminal.fail([words], hint: hint)
            throw Terminal.actionRequired
        }
    }
}

extension AppContext.Failure {
    /// Whether the lock is a daemon's, and not that of a pass that will soon be over.
    fileprivate var isHeldByDaemon: Bool {
        if case .locked(_, .run) = self { true } else { false }
    }
}
