import ArgumentParser
import Curl
import WatcherCore
import WatcherService

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check that everything is set up: token, workflows, docker and its platforms, registry, notifiers.",
        discussion: """
            Each line is ok, warning or failed, with a hint. Makes no changes; sends nothing without --send. Exits with 1
            when a check failed. Run it as the user that watcher runs as; in a root shell it finds the credentials of the
            installed unit.

              watcher doctor
              watcher doctor --send
              watcher doctor --json | jq '.findings[] | select(.verdict != "ok")'
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var recording: RecordOption
    @Flag(help: "Send every notifier a test message.")
    var send = false
    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let setup = try common.setup()
        let http = try setup.httpClient(recordingTo: recording.record)
        var findings: [Diagnostic] = []
        await Doctor(setup, http, sends: send).examine { finding in
            findings.append(finding)
            if !json { show(finding) }
        }
        await http.shutdown()
        let failed = findings.count { $0.verdict == .failed }
        if json {
            Terminal.say(
                .object([.init("ok", .bool(failed == 0)), .init("findings", .array(findings.map(\.json)))]))
        } else {
            let warned = findings.count { $0.verdict == .warning }
            Terminal.say(
                "\(findings.count - failed - warned) ok, \(warned) warning\(warned == 1 ? "" : "s"), \(failed) failed")
        }
        if failed > 0 { throw Terminal.actionRequired }
    }

    private func show(_ finding: Diagnostic) {
        let word = finding.verdict.rawValue
        let tone: TextStyle.Tone =
            switch finding.verdict {
            case .ok: .good
            case .warning: .warning
            case .failed: .alarm
            }
        let blanks = String(repeating: " ", count: 8 - word.count)
        Terminal.say("\(word)\(blanks) \(finding.subject): \(finding.text)", tone, toned: word.count)
        if finding.verdict != .ok, let hint = finding.hint { Terminal.say("         hint: \(hint)") }
    }
}
