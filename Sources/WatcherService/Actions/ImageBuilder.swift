import FoundationEssentials
import Glibc
import WatcherCore

/// Builds, proves and moves the images of one action, with docker's own program and the registry's own word.
package struct ImageBuilder: Sendable {
    let build: Config.ImageBuild
    let registry: RegistryClient
    let logs: BuildLogs
    let redactor: Redactor
    /// With the build's secrets in it, under names that only `--secret` knows.
    let environment: [String: String]
    /// `id=…,env=…` or `id=…,src=…`.
    let secrets: [String]
    /// Of the state, as in the environment of what a build starts.
    let stateIdentity: String
    let progress: @Sendable (String) -> Void

    /// How long moving one tag may take.
    private static let moveTimeout = Duration.seconds(120)
    /// What a program may say that is kept in memory, in bytes.
    private static let outputLimit = 1 << 20

    /// One attempt. Cut off by cancellation it is `interrupted`, with nothing of it left behind.
    func build(_ command: Command.Build) async -> BuildOutcome {
        let left = await OrphanedBuilds.end(of: stateIdentity)
        if left > 0 { progress("ended \(left) build\(left == 1 ? "" : "s") that a killed parent had left behind") }
        if command.mayBeThere, await isThere(command) { return .alreadyThere }
        if Task.isCancelled { return .failed(.cancelled, log: nil) }
        if let objection = objection(to: command.context) { return .failed(objection, log: nil) }

        let name = logs.name(job: command.job, attempt: command.attempt)
        let file = await DiskQueue.run { [logs] in logs.open(name) }
        let log = BuildLog(file: file, redactor: redactor, progress: progress)
        let metadata = "\(logs.folder)/\(command.job).json"
        defer { unsafe unlink(metadata) }
        do throws(ExternalProgram.Failure) {
            let arguments = BuildCommand.build(command, secrets: secrets, metadata: metadata)
            let status = try await docker(for: command.job).follow(arguments, timeout: .seconds(command.timeout)) {
                log.take($0)
            }
            let tail = log.finish()
            guard status == 0 else { return .failed(BuildFailure.failure(status: status, tail), log: name) }
            return .built(digest: await DiskQueue.run { Self.digest(metadata) }, log: name)
        } catch {
            let tail = log.finish()
            return .failed(failure(error, tail), log: name)
        }
    }

    func move(_ command: Command.Move) async -> MoveOutcome {
        for step in command.steps {
            do throws(ExternalProgram.Failure) {
                let output = try await docker(for: command.job).run(
                    BuildCommand.move(step, build), limit: Self.outputLimit, timeout: Self.moveTimeout)
                guard output.status == 0 else {
                    let lines = (output.text + output.errors).split(whereSeparator: \.isNewline).map {
                        redactor.mask(String($0).withoutEscapes)
                    }
                    return .failed(BuildFailure.failure(status: output.status, lines))
                }
            } catch {
                return .failed(failure(error, []))
            }
        }
        return .moved
    }

    // MARK: - Before

    private func docker(for job: String) -> ExternalProgram {
        var environment = environment
        environment[OrphanedBuilds.jobVariable] = job
        return ExternalProgram(name: "docker", environment: environment)
    }

    /// Whether every tag has an image of this job for every platform. Where nobody knows, it is built.
    private func isThere(_ command: Command.Build) async -> Bool {
        for tag in command.tags {
            guard let reference = ImageReference(tag), case .success(let image?) = await registry.image(reference)
            else {
                return false
            }
            for text in command.platforms {
                guard let platform = Platform(text),
                    let manifest = image.manifests.first(where: { $0.platform == platform }),
                    case .success(let labels) = await registry.labels(reference, manifest),
                    labels[Command.Build.jobLabel] == command.job
                else { return false }
            }
        }
        return true
    }

    /// A folder that is not there is said in our words, before docker is asked.
    private func objection(to context: String) -> RequestFailure? {
        guard !Self.isRemote(context), !DefaultPaths.isFolder(context) else { return nil }
        return .permanent(
            "the context \(context) is not a directory", hint: "a path is taken from where watcher is started")
    }

    /// What buildx fetches itself.
    static func isRemote(_ context: String) -> Bool {
        context.contains("://") || context.hasPrefix("git@") || context.hasPrefix("github.com/")
    }

    // MARK: - After

    private func failure(_ failure: ExternalProgram.Failure, _ tail: [String]) -> RequestFailure {
        switch failure {
        case .cancelled: .cancelled
        case .notFound:
            .permanent("\(failure)", hint: "install docker with its buildx plugin; watcher doctor looks for both")
        case .notRunnable: .permanent("\(failure)", hint: nil)
        case .timedOut(_, let after):
            .transient(
                "the build did not end within \(Words.duration(after.components.seconds)): "
                    + BuildFailure.words(tail))
        }
    }

    /// `containerimage.digest` of what buildx wrote; nil where it wrote none.
    private static func digest(_ path: String) -> String? {
        guard let bytes = try? DurableFile.read(path), let value = try? JSONReader.read(bytes).value,
            let digest = value["containerimage.digest"]?.text, ImageIndex.isDigest(digest)
        else { return nil }
        return digest
    }
}
