import Curl
import WatcherCore
import WatcherService

/// One run of the engine under the lock: what `once` and `trigger` share.
enum Pass {
    struct Result: Sendable {
        var ledger: Ledger
        var report: Report
    }

    /// Reads everything that will be needed, takes the lock, and runs until nothing is left to do.
    ///
    /// `prepare` may ask the core for something first, such as a job by hand. A dry run takes no lock: it changes
    /// nothing, and may be made beside a running instance.
    static func run(
        _ setup: AppContext, mode: Core.Mode, voice: Console, recording: String? = nil,
        prepare: (inout Core, Instant) throws -> Void
    ) async throws -> Result {
        let file = try setup.stateFile(making: mode.acts)
        let http = try setup.httpClient(recordingTo: recording)
        let executor = try setup.executor(http, progress: voice.progress)
        if mode.acts {
            let lock = try AppContext.lock(file, as: .once)
            return try await locked(file, lock)
        }
        return try await unlocked(file, nil)

        func locked(_ file: StateFile, _ lock: consuming StateLock) async throws -> Result {
            let result = try await unlocked(file, lock.identity)
            _ = consume lock
            return result
        }

        func unlocked(_ file: StateFile, _ lock: StateLock.Identity?) async throws -> Result {
            var mode = mode
            mode.tellsDetails = voice.tellsDetails
            var core = Core(setup.config, mode: mode, ledger: try AppContext.load(file))
            try prepare(&core, Clock.now())
            let watch = PassWatch(voice, waits: mode.waits, paces: setup.paces)
            async let _: Void = watch.draw()
            let engine = Engine(
                perform: executor.perform,
                save: { (ledger) throws(DurableFile.Failure) in
                    try lock?.verify()
                    try file.save(ledger)
                },
                observe: voice.tell, stepped: watch.stepped)
            defer { watch.end() }
            do throws(DurableFile.Failure) {
                let stops = await Signals.stops()
                try await withTaskExecutorPreference(http.executor) { () async throws(DurableFile.Failure) in
                    try await engine.run(&core, sources: [stops])
                }
            } catch {
                throw AppContext.Failure.disk(error)
            }
            await http.shutdown()
            return Result(ledger: core.ledger, report: core.report)
        }
    }
}

/// Who is listening decides what is said: a person at a terminal everything, cron only what a person should know.
struct Console: Sendable {
    var isVerbose = false
    /// One line for the whole in place of one for each upstream.
    var isBrief = false
    /// Whether it has any use for what is as it should be.
    var tellsDetails: Bool { isVerbose || !isSilent && !isBrief && Terminal.isInteractive }
    /// Whether a line at the end of the terminal shows how far it is.
    var showsProgress = true
    /// Standard output belongs to a document or a plan.
    var isSilent = false

    /// What a build says, line by line: for a person at a terminal, a line for each step of each platform.
    var progress: @Sendable (String) -> Void {
        guard Terminal.isInteractive, !isSilent else { return { _ in } }
        return { line in
            if let step = BuildProgress.step(line) { Terminal.say("  " + step) }
        }
    }

    func tell(_ note: LogEvent) {
        switch note.level {
        case .failure: Terminal.fail([note.text], hint: note.hint)
        case .news where !isSilent: Terminal.say(note.text)
        case .detail where !isSilent && !isBrief && Terminal.isInteractive: Terminal.say(note.text)
        case .news, .detail:
            if isVerbose {
                Terminal.log(note.text)
                if let hint = note.hint { Terminal.log("hint: " + hint) }
            }
        }
    }
}
