import ArgumentParser
import WatcherCore
import WatcherService

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what needs action, what is in progress, and the state of each upstream.",
        discussion: """
            Works with and without a running daemon; reads no secrets and works offline. Exits with 1 when an upstream
            is stale: no successful check for a minute and three times the longer of its interval and the usual gap
            between passes.

              watcher status
              watcher status --json | jq '.jobs[] | select(.status == "failed")'
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print one JSON document: short for --format json.")
    var json = false
    @Option(help: ArgumentHelp("How to print it: \(Self.formats.joined(separator: ", ")).", valueName: "format"))
    var format = TextStatus.key

    private static let formats = statusFormats.map { $0.key }

    func run() throws {
        let setup = try common.setup()
        let ledger = try AppContext.load(try setup.stateFile(making: false))
        let snapshot = StatusSnapshot(setup.config, ledger, at: Clock.now())
        guard let document = snapshot.rendered(as: json ? JSONStatus.key : format) else {
            throw ValidationError("unknown format \(format): use \(Self.formats.joined(separator: " or "))")
        }
        Terminal.write(document)
        if !snapshot.stale.isEmpty { throw Terminal.actionRequired }
    }
}
