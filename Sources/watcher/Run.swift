import ArgumentParser
import Logging
import WatcherService

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "The daemon: the same passes on a schedule, until SIGTERM or SIGINT.",
        discussion: """
            For systemd: watcher.service is its unit. SIGHUP reads the configuration again and keeps the old one when the
            new one is invalid. A second SIGTERM or SIGINT ends it at once.

              watcher run --verbose
              watcher run --log json
            """)

    @OptionGroup var common: CommonOptions
    @Option(
        help: "How to log: auto (the journal's priorities where it is the journal, else text), text, journal, json.")
    var log: ServiceLog.Format = .auto

    func run() async throws {
        let handler = try ServiceLog(log, isVerbose: common.verbose, environment: common.environment)
        defer { handler.drain() }
        let logger = Logger(label: "watcher") { _ in handler }
        try await Daemon(configPath: common.config, environment: common.environment, logger: logger).run()
    }
}

extension ServiceLog.Format: ExpressibleByArgument {}
