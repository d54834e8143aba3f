import ArgumentParser
import WatcherCore
import WatcherService

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what needs action, what is in progress, and the state of each upstream.",
        usage: "watcher status [<upstream> ...] [<options>]",
        discussion: """
            Works with and without a running daemon; reads no secrets and works offline. Exits with 1 when an upstream
            is stale: no successful check for a minute and three times the longer of its interval and the usual gap
            between passes.

            At a terminal it is laid out in columns, and with more than 50 upstreams it is a summary; elsewhere each
            upstream has a line of its own.

              watcher status
              watcher status elabftw s6-overlay
              watcher status --failed
              watcher status --json | jq '.jobs[] | select(.status == "failed")'
            """)

    @Argument(
        help: ArgumentHelp("Show these upstreams only, and their jobs.", valueName: "upstream"),
        completion: Completions.upstreams)
    var names: [String] = []
    @OptionGroup var common: CommonOptions
    @Flag(help: "Show only what has failed or is overdue.")
    var failed = false
    @Flag(
        inversion: .prefixedNo,
        help: "Numbers instead of each upstream (default: at a terminal with more than 50 upstreams).")
    var summary: Bool?
    @Flag(help: "Print one JSON document: short for --format json.")
    var json = false
    @Option(help: ArgumentHelp("How to print it: \(Self.formats.joined(separator: ", ")).", valueName: "format"))
    var format = TextStatus.key

    private static let formats = statusFormats.map { $0.key }

    func run() throws {
        let setup = try common.setup()
        let ledger = try AppContext.load(try setup.stateFile(making: false))
        for name in names where setup.config.upstreams[name] == nil {
            let known = CommandLineWords.known(name, setup.config.upstreams.keys)
            throw ValidationError("there is no upstream \(name) in the configuration\(known)")
        }
        var snapshot = StatusSnapshot(setup.config, ledger, at: Clock.now())
        if !names.isEmpty { snapshot = snapshot.filtered(upstreams: Set(names)) }
        if failed { snapshot = snapshot.onlyFailed }
        let key = json ? JSONStatus.key : format
        guard let document = key == TextStatus.key ? text(snapshot) : snapshot.rendered(as: key) else {
            throw ValidationError("unknown format \(format): use \(Self.formats.joined(separator: " or "))")
        }
        Terminal.write(document)
        if !snapshot.stale.isEmpty { throw Terminal.actionRequired }
    }

    private func text(_ snapshot: StatusSnapshot) -> String {
        let isLong = snapshot.upstreams.count >= TextLayout.summaryFrom
        let layout = TextLayout(
            width: Terminal.isInteractive ? Terminal.width ?? Terminal.usualWidth : nil, style: Terminal.style,
            isSummary: summary ?? (Terminal.isInteractive && isLong && names.isEmpty && !failed))
        let text = TextStatus.render(snapshot, layout)
        return text.isEmpty && Terminal.isInteractive ? (failed ? "Nothing has failed.\n" : "Nothing to show.\n") : text
    }
}
