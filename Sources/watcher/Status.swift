import ArgumentParser
import WatcherCore
import WatcherService

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What has been seen, what is pending, running, done and failed.",
        discussion: """
            Works beside a running instance; reads no secret and no network. Status 1 when an upstream had no good
            check for three times the longer of its interval and the usual gap between passes.

              watcher status
              watcher status --json | jq '.jobs[] | select(.status == "failed")'
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        let setup = try common.setup()
        let report = StatusReport(
            setup.config, try AppContext.load(try setup.stateFile(making: false)), at: Clock.now())
        if json {
            Terminal.say(report.json)
        } else {
            report.lines.forEach { Terminal.say($0) }
        }
        if !report.stale.isEmpty { throw Terminal.personNeeded }
    }
}
