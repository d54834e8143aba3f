import ArgumentParser
import WatcherCore
import WatcherService

struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a failed job back: the next pass starts it.",
        discussion: "  watcher retry w-0123456789ab")

    @Argument(help: "The id of a failed job; watcher status lists them.")
    var job: String
    @OptionGroup var common: CommonOptions

    func run() throws {
        try Request.run(common) { (core, now) throws(Core.RequestError) in
            let id = try core.retry(job, at: now)
            return "job \(id) is pending: the next pass starts it"
        }
    }
}

struct Forget: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Drop a job or a message. What GitHub has started goes on; it is no longer followed.",
        discussion: "  watcher forget w-0123456789ab")

    @Argument(help: "The id of a job or a message; watcher status lists them.")
    var job: String
    @OptionGroup var common: CommonOptions

    func run() throws {
        try Request.run(common) { (core, now) throws(Core.RequestError) in
            try core.forget(job, at: now)
            return "\(job) is dropped"
        }
    }
}

struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take the repository that now bears an upstream's name.",
        discussion: """
            The next pass looks at it as for the first time.

              watcher accept s6-overlay
            """)

    @Argument(help: "The name of a stopped upstream.")
    var upstream: String
    @OptionGroup var common: CommonOptions

    func run() throws {
        try Request.run(common) { (core, now) throws(Core.RequestError) in
            try core.accept(upstream)
            return "\(upstream) is accepted: the next pass looks at it as for the first time"
        }
    }
}

/// A change of the state that a person asks for: under the lock, saved before it is confirmed, no network.
enum Request {
    static func run(
        _ common: CommonOptions, _ change: (inout Core, Instant) throws(Core.RequestError) -> String
    ) throws {
        let setup = try common.setup()
        let file = try setup.stateFile(making: true)
        let lock = try Setup.lock(file)
        var core = Core(setup.config, mode: Core.Mode(upstreams: []), ledger: try Setup.load(file))
        let said: String
        do throws(Core.RequestError) {
            said = try change(&core, Clock.now())
        } catch {
            Terminal.fail([error.description], hint: error.hint)
            throw Terminal.personNeeded
        }
        do throws(DurableFile.Failure) { try file.save(core.ledger) } catch { throw Setup.Failure.disk(error) }
        _ = consume lock
        Terminal.say(said)
    }
}
