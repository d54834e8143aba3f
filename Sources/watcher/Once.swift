import ArgumentParser
import WatcherCore
import WatcherService

struct Once: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "once",
        abstract: "One pass: check every upstream, start what is due, deliver what is due, exit.",
        // With all of them it is longer than a line.
        usage: "watcher once [<options>]",
        discussion: """
            For cron. Without a terminal it prints nothing unless there is a new release or action is required. At a
            terminal it shows how far it is, and with many upstreams only what is new.

              */15 * * * *  watcher once
              watcher once --dry-run --verbose
              watcher once --only elabftw --wait
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var recording: RecordOption
    @Flag(help: "Print what would be done; make no changes.")
    var dryRun = false
    @Option(
        help: ArgumentHelp("Check only this upstream. Repeatable.", valueName: "upstream"),
        completion: Completions.upstreams)
    var only: [String] = []
    @Flag(help: "Stay until every started job has ended.")
    var wait = false
    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let setup = try common.setup()
        for name in only where setup.config.upstreams[name] == nil {
            let known = CommandLineWords.known(name, setup.config.upstreams.keys)
            throw ValidationError("there is no upstream \(name) in the configuration\(known)")
        }
        let mode = Core.Mode(upstreams: only.isEmpty ? nil : Set(only), waits: wait && !dryRun, acts: !dryRun)
        let count = only.isEmpty ? setup.config.upstreams.count : Set(only).count
        let voice = voice(for: count)
        let begun = Clock.now()
        let pass = try await Pass.run(setup, mode: mode, voice: voice, recording: recording.record) { _, _ in }
        if json {
            Terminal.say(document(pass))
        } else if dryRun {
            plan(pass, setup).forEach { Terminal.say($0) }
        } else if Terminal.isInteractive {
            Terminal.say(pass.report.summary(seconds: (Clock.now().uptime - begun.uptime) / 1000))
        }
        if pass.ledger.needsPerson(setup.config) { throw Terminal.actionRequired }
    }

    /// With more upstreams than this a terminal gets no line for each that has not changed.
    private static let briefFrom = 11

    private func voice(for count: Int) -> Console {
        var voice = Console(isVerbose: common.verbose, isSilent: json || dryRun)
        voice.isBrief = count >= Self.briefFrom && !common.verbose
        voice.showsProgress = !json
        return voice
    }

    private func document(_ pass: Pass.Result) -> JSONValue {
        let jobs = (pass.ledger.jobs + pass.ledger.history).filter {
            pass.report.jobs.contains($0.id) || dryRun && $0.isPending
        }
        return .object([
            .init(
                "upstreams",
                .object(
                    pass.report.upstreams.sorted { $0.key < $1.key }.map { name, result in
                        .init(
                            name,
                            .compact([
                                ("result", .string(result.word.rawValue)), ("tag", result.tag.map { .string($0) }),
                                ("error", result.word == .failed ? result.detail.map { .string($0) } : nil),
                                ("detail", result.word == .failed ? nil : result.detail.map { .string($0) }),
                            ]))
                    })),
            .init("jobs", .array(jobs.map { JSONStatus.job(StatusSnapshot.Job($0)) })),
            .init(
                "deliveries",
                .array(
                    deliveries(pass).map {
                        .compact([
                            ("id", .string($0.id)), ("notifier", .string($0.notifier)), ("status", .string($0.status)),
                            ("reason", $0.reason.map { .string($0) }),
                        ])
                    })),
        ])
    }

    /// What became of each message, or for a dry run what would be sent.
    private func deliveries(_ pass: Pass.Result) -> [Report.Delivery] {
        guard dryRun else { return pass.report.deliveries }
        return pass.ledger.outbox.messages.flatMap { outgoing in
            outgoing.notifiers.map { Report.Delivery(id: outgoing.message.id, notifier: $0, status: "pending") }
        }
    }

    private func plan(_ pass: Pass.Result, _ setup: AppContext) -> [String] {
        var lines = pass.report.upstreams.sorted { $0.key < $1.key }.map { name, result in
            "\(name): \(result.word.rawValue)\(result.tag.map { ", \($0)" } ?? "")\(result.detail.map { ": " + $0 } ?? "")"
        }
        let core = Core(setup.config, mode: Core.Mode(acts: false), ledger: pass.ledger)
        let now = Clock.now()
        lines += pass.ledger.jobs.filter(\.isPending).map { job in
            let what = "\(job.action) for \(Words.releases(job.causes)) (job \(job.id))"
            return core.waitingReason(job, at: now).map { "would add \(what): \($0)" } ?? "would start \(what)"
        }
        lines += pass.ledger.jobs.filter(\.isRunning).map { "would check \($0.action) \($0.id), which is running" }
        lines += pass.ledger.outbox.messages.map {
            "would notify \($0.notifiers.joined(separator: ", ")): \($0.message.wording.title)"
        }
        return lines
    }
}
