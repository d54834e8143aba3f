import ArgumentParser
import Glibc
import WatcherCore
import WatcherService

struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Put a failed job back: the next pass starts it.",
        discussion: "  watcher retry w-0123456789ab")

    @Argument(help: "The id of a failed job; watcher status lists them.")
    var job: String
    @OptionGroup var common: CommonOptions

    func run() throws { try ControlClient.ask(.retry(job: job), common) }
}

struct Forget: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Drop a job or a message. What GitHub has started goes on; it is no longer followed.",
        discussion: "  watcher forget w-0123456789ab")

    @Argument(help: "The id of a job or a message; watcher status lists them.")
    var job: String
    @OptionGroup var common: CommonOptions

    func run() throws { try ControlClient.ask(.forget(id: job), common) }
}

struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Take the repository that now bears an upstream's name.",
        discussion: """
            The next pass looks at it as for the first time.

              watcher accept s6-overlay
            """)

    @Argument(help: "The name of a stopped upstream.")
    var upstream: String
    @OptionGroup var common: CommonOptions

    func run() throws { try ControlClient.ask(.accept(upstream: upstream), common) }
}

struct CheckNow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-now",
        abstract: "Make a running daemon look at every upstream now.",
        discussion: "  watcher check-now")

    @OptionGroup var common: CommonOptions

    func run() throws {
        let file = try common.setup().stateFile(making: false)
        guard let daemon = try ControlClient.daemon(of: file) else {
            Terminal.fail(["no daemon is running on \(file.path)"], hint: "watcher once looks at every upstream")
            throw Terminal.actionRequired
        }
        try ControlClient.ask(.checkNow, file, daemon)
    }
}

/// A change of the state that a person asks for: of the daemon where one is running, else made here, under the lock
/// and saved before it is confirmed.
enum ControlClient {
    static func ask(_ request: ControlRequest, _ common: CommonOptions) throws {
        let setup = try common.setup()
        let file = try setup.stateFile(making: true)
        let lock: StateLock
        do throws(AppContext.Failure) {
            lock = try AppContext.lock(file, as: .request)
        } catch {
            guard let daemon = error.daemon else { throw error }
            return try ask(request, file, daemon)
        }
        var core = Core(setup.config, mode: Core.Mode(upstreams: []), ledger: try AppContext.load(file))
        let answer = core.answer(request, at: Clock.now())
        if core.unsaved != .nothing {
            do throws(DurableFile.Failure) { try file.save(core.ledger) } catch { throw AppContext.Failure.disk(error) }
        }
        _ = consume lock
        try say(answer)
    }

    static func ask(_ request: ControlRequest, _ file: StateFile, _ daemon: Int32) throws {
        let answer: ControlRequest.Reply?
        do throws(DurableFile.Failure) {
            answer = try RequestFiles.ask(request, statePath: file.path, pid: daemon)
        } catch {
            throw AppContext.Failure.disk(error)
        }
        guard let answer else {
            Terminal.fail(
                ["the daemon (pid \(daemon)) has not answered"], hint: "watcher status shows whether it was done")
            throw Terminal.actionRequired
        }
        try say(answer)
    }

    /// The pid of the daemon that holds the state, if one does.
    static func daemon(of file: StateFile) throws -> Int32? {
        do throws(AppContext.Failure) {
            let lock = try AppContext.lock(file, as: .request)
            _ = consume lock
            return nil
        } catch {
            guard let daemon = error.daemon else { throw error }
            return daemon
        }
    }

    private static func say(_ answer: ControlRequest.Reply) throws {
        switch answer {
        case .done(let words): Terminal.say(words)
        case .refused(let words, let hint):
            Terminal.fail([words], hint: hint)
            throw Terminal.actionRequired
        }
    }
}

extension AppContext.Failure {
    /// The daemon that holds the lock; nil when it is a pass that will soon be over.
    var daemon: Int32? {
        guard case .locked(let pid?, .run) = self else { return nil }
        return Int32(pid)
    }
}
