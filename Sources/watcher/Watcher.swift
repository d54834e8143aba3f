import ArgumentParser
import CGlibc
import Dispatch
import Glibc
import WatcherCore
import WatcherService

/// Where the process begins.
@main
enum Main {
    /// An asynchronous main runs, and with it all that it starts, at the priority of the main thread, which is raised:
    /// for any user but root the system refuses that, and libdispatch complains on standard error, which cron would
    /// mail. So the one task of the program is made by hand, at the ordinary priority.
    static func main() {
        // One heap for all threads: they are few, and each heap more of the C library's costs a megabyte or two.
        mallopt(M_ARENA_MAX, 1)
        inheritNothing()
        // They are read from /proc, or found by where the environment is: without them it is not known what to do.
        guard !CommandLine.arguments.isEmpty else {
            Terminal.fail(["the command line cannot be read"], hint: "is /proc mounted?")
            Glibc.exit(64)
        }
        if let failure = Surroundings.threadFailure() {
            Terminal.fail(["no threads can be created: \(failure)"], hint: "raise the limits (ulimit -v, ulimit -u)")
            Glibc.exit(74)
        }
        Task(priority: .medium) { await Watcher.begin() }
        dispatchMain()
    }

    /// A parent may have left signals ignored or blocked: programs that are started could not be waited for, and no
    /// signal would end this one.
    private static func inheritNothing() {
        for number in [SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1] { signal(number, SIG_DFL) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigprocmask(SIG_SETMASK, &none, nil)
    }
}

/// The command line: flags, exit statuses and what is printed. All else is `WatcherService`.
struct Watcher: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watcher",
        abstract: "Follow releases of other projects: start builds for new ones and notify chats.",
        discussion: """
            Start with a configuration (watcher init OWNER/NAME writes one), then:
              watcher validate           check the configuration
              watcher explain elabftw    which releases would be taken, and why
              watcher once --dry-run     what would be done now
              watcher once               one pass; for cron: silent when nothing is new
              watcher status             what needs action, is in progress, has been seen

            Exit status:
              0   done, or a temporary error that the next pass retries
              1   action required
              64  wrong command line
              74  the state cannot be written
              75  another instance is running
              78  invalid configuration or state
            """,
        version: AppContext.programVersion,
        subcommands: [
            Init.self, Once.self, Run.self, Validate.self, Status.self, Explain.self, Trigger.self, Notify.self,
            DoctorCommand.self, Approve.self, Reject.self, Retry.self,
            Forget.self,
            Accept.self,
            CheckNow.self,
            Versions.self, Schema.self,
        ])

    /// Without a command: in a terminal what to do next, else help.
    mutating func run() async throws {
        guard Terminal.isInteractive else { throw CleanExit.helpRequest(self) }
        let path = DefaultPaths(environment: Environment.all).config(nil)
        let steps =
            (unsafe access(path, F_OK)) == 0
            ? [
                "\(path) is the configuration.", "  watcher validate          check it",
                "  watcher once --dry-run    what would be done now", "  watcher status            what has been seen",
            ]
            : [
                "No configuration at \(path).", "  watcher init OWNER/NAME       write one",
                "  watcher explain OWNER/NAME    which releases of a repository would be taken",
            ]
        for line in steps + ["  watcher --help"] { Terminal.say(line) }
    }

    static var commandNames: [String] { configuration.subcommands.map { $0._commandName } }

    /// Runs the command that the process was started with, and ends the process.
    static func begin() async {
        // A reader that goes away (`watcher status | head`) is no reason to die, nor is a limit of the size of files:
        // then the write fails, and says so.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        let commands = commandNames
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            var command = try parseAsRoot(CommandLineWords.ordered(arguments, commands: commands))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            Glibc.exit(Terminal.outputStatus)
        } catch let failure as AppContext.Failure {
            Terminal.fail(failure.lines, hint: failure.hint)
            Glibc.exit(failure.status)
        } catch let code as ExitCode {
            exit(withError: code)
        } catch {
            // Help and versions are no failures; what is left is a wrong command line.
            guard exitCode(for: error) != .success else { exit(withError: error) }
            if let unknown = CommandLineWords.unknownCommand(arguments, commands: commands) {
                Terminal.fail([unknown.problem], hint: unknown.hint)
                Glibc.exit(exitCode(for: error).rawValue)
            }
            Terminal.fail([Terminal.inOurVoice(message(for: error))], hint: "watcher --help, or watcher COMMAND --help")
            Glibc.exit(exitCode(for: error).rawValue)
        }
    }
}

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The configuration file.", valueName: "path"), completion: .file())
    var config: String?

    @Flag(name: .long, help: "Verbose output.")
    var verbose = false

    @Option(name: .long, help: ArgumentHelp("When to use colours. NO_COLOR is obeyed.", valueName: "when"))
    var color = ColorChoice.auto

    var environment: [String: String] { Environment.all }

    func setup() throws -> AppContext { try AppContext(configPath: config, environment: environment) }
}

extension ColorChoice: ExpressibleByArgument {}
