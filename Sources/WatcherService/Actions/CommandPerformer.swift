import FoundationEssentials
import Glibc
import WatcherCore

/// Runs the program of a `command` action, in a session of its own, and keeps its output like that of a build.
struct CommandPerformer: ActionPerformer {
    private let settings: CommandAction
    private let parts: ActionParts

    /// Of `sysexits.h`: `EX_TEMPFAIL`.
    static let tryAgain: Int32 = 75
    /// Lines of the end of its output that the reason repeats, and characters of them.
    private static let lineLimit = 8
    private static let lengthLimit = 800
    private static let lineLength = 160

    init(_ settings: CommandAction, _ parts: ActionParts) {
        self.settings = settings
        self.parts = parts
    }

    func perform(_ request: ActionRequest, _ target: CommandTarget) async -> ActionResult {
        let identity = OrphanedBuilds.identity(ofState: parts.statePath)
        _ = await OrphanedBuilds.end(of: identity)
        if Task.isCancelled { return ActionResult(.failed(.cancelled)) }
        if let folder = target.workingDirectory, !DefaultPaths.isFolder(folder) {
            return failed("the working directory \(folder) is not a directory")
        }
        var environment = parts.environment.merging(target.environment) { _, own in own }
        for name in target.secrets {
            guard let value = parts.secrets["environment.\(name)"] else {
                return failed("the secret of the variable \(name) is no longer configured")
            }
            environment[name] = value
        }
        environment.merge(request.variables) { _, own in own }
        environment[OrphanedBuilds.variable] = identity
        environment[OrphanedBuilds.instanceVariable] = OrphanedBuilds.instance
        environment[OrphanedBuilds.jobVariable] = request.job
        let program = ExternalProgram(
            name: target.argv[0], environment: environment, workingDirectory: target.workingDirectory)

        let logs = BuildLogs(statePath: parts.statePath)
        let name = logs.name(job: request.job, attempt: request.attempt)
        let file = await DiskQueue.run { logs.open(name) }
        let log = BuildLog(file: file, redactor: parts.redactor, progress: parts.progress)
        do throws(ExternalProgram.Failure) {
            let status = try await program.follow(
                Array(target.argv.dropFirst()), input: request.body, timeout: .seconds(target.timeout)
            ) { log.take($0) }
            return ActionResult(Self.outcome(status, log.finish()), log: name)
        } catch {
            return ActionResult(Self.outcome(error, target, log.finish()), log: name)
        }
    }

    private func failed(_ reason: String) -> ActionResult {
        ActionResult(.failed(.permanent(reason, hint: nil)))
    }

    // MARK: - What came of it

    private static func outcome(_ status: Int32, _ tail: [String]) -> ActionResult.Outcome {
        switch status {
        case 0: .succeeded
        case tryAgain: .failed(.transient("ended with status \(status)\(words(tail))"))
        default: .failed(.permanent("ended with status \(status)\(words(tail))", hint: nil))
        }
    }

    private static func outcome(
        _ failure: ExternalProgram.Failure, _ target: CommandTarget, _ tail: [String]
    ) -> ActionResult.Outcome {
        switch failure {
        case .cancelled where target.repeatable: .failed(.cancelled)
        case .cancelled: .unknown("cut off when watcher was stopped, and \"repeatable\" is false\(words(tail))")
        case .notFound, .notRunnable: .failed(.permanent("\(failure)", hint: nil))
        case .timedOut:
            .failed(.permanent("did not end within \(Words.duration(target.timeout))\(words(tail))", hint: nil))
        }
    }

    private static func words(_ tail: [String]) -> String {
        let lines = tail.map { $0.cleanedLine(limit: lineLength) }.filter { !$0.isEmpty }
        let text = lines.suffix(lineLimit).joined(separator: "; ").cleanedLine(limit: lengthLimit)
        return text.isEmpty ? "" : ": " + text
    }

    // MARK: - Doctor

    func diagnose() async -> [Diagnostic] {
        let topic = "actions.\(parts.action)"
        guard let program = settings.argv.first, program.upstreams.isEmpty, !program.usesJobID else {
            return [.ok(topic, "which program it runs depends on the release")]
        }
        let name = program.sample
        if let folder = settings.workingDirectory, !DefaultPaths.isFolder(folder) {
            return [.failed(topic, "the working directory \(folder) is not a directory")]
        }
        let places =
            name.contains("/")
            ? [name] : (parts.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
        guard let found = places.first(where: { unsafe access($0, X_OK) == 0 && !DefaultPaths.isFolder($0) }) else {
            let place = name.contains("/") ? name : "\(name) in PATH"
            return [.failed(topic, "there is no executable program \(place)")]
        }
        return [.ok(topic, "runs \(found)")]
    }
}
