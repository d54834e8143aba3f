import FoundationEssentials
import Glibc
import WatcherCore

extension Doctor {
    private static let shortTime = Duration.seconds(20)
    /// For building an image of some bytes for one platform.
    private static let trialTime = Duration.seconds(60)

    func docker(_ name: String, _ build: Config.ImageBuild) async -> [Diagnostic] {
        let subject = "action \(name)"
        var findings: [Diagnostic] = []
        do throws(AppContext.Failure) { _ = try setup.buildSecrets(name, build) } catch {
            findings.append(.failed(subject, error.lines.joined(separator: "; "), hint: error.hint))
        }
        let docker = ExternalProgram(name: "docker", environment: setup.programEnvironment)
        // A builder of its own may be elsewhere: then no engine is needed here.
        let version =
            build.builder == nil
            ? ["version", "--format", "Docker version {{.Client.Version}}, engine {{.Server.Version}}"] : ["--version"]
        switch await said(docker, version) {
        case .failure(let problem):
            return findings + [
                .failed(subject, problem.text, hint: problem.hint ?? "is docker running, and may this user use it?")
            ]
        case .success(let text): findings.append(.ok(subject, text))
        }
        switch await said(docker, ["buildx", "version"]) {
        case .failure(let problem):
            return findings + [
                .failed(subject, "docker has no buildx: \(problem.text)", hint: "install docker's buildx plugin")
            ]
        case .success(let text): findings.append(.ok(subject, "buildx \(text)"))
        }
        switch await said(docker, ["buildx", "inspect"] + (build.builder.map { ["--", $0] } ?? [])) {
        case .failure(let problem):
            return findings + [.failed(subject, problem.text, hint: "docker buildx ls shows the builders of this user")]
        case .success(let text):
            let driver = text.split(separator: "\n").first { $0.hasPrefix("Driver:") }.map {
                $0.dropFirst(7).trimmingBlanks()
            }
            findings.append(
                .ok(subject, "builder \(build.builder ?? "by default")\(driver.map { ", driver " + $0 } ?? "")"))
        }
        if let problem = context(subject, build) { findings.append(problem) }
        for platform in build.platforms { findings.append(await trial(subject, platform, build, docker)) }
        return findings
    }

    private func context(_ subject: String, _ build: Config.ImageBuild) -> Diagnostic? {
        let sample = build.context.sample
        guard !ImageBuilder.isRemote(sample) else { return nil }
        guard build.context.upstreams.isEmpty else { return nil }
        return DefaultPaths.isFolder(sample)
            ? .ok(subject, "the context \(sample) is a directory")
            : .failed(
                subject, "the context \(sample) is not a directory",
                hint: "a path is taken from where watcher is started")
    }

    /// Runs a program of that platform in a build: the list of a builder leaves out what QEMU does all the same, and
    /// names what it no longer does.
    private func trial(_ subject: String, _ text: String, _ build: Config.ImageBuild, _ docker: ExternalProgram) async
        -> Diagnostic
    {
        guard let platform = Platform(text), let program = TrialProgram.bytes(for: platform) else {
            return .warning(subject, "\(text): not tried, no trial program is known for it")
        }
        // Made by this call, for its owner only: in /tmp a name that can be guessed may be somebody else's. The six X are
        // mkdtemp's: it puts letters in their place.
        var template = Array("/tmp/watcher-doctor-XXXXXX".utf8CString)
        guard let folder = unsafe mkdtemp(&template).map({ unsafe String(cString: $0) }) else {
            return .warning(subject, "\(text): not tried: /tmp: \(unsafe String(cString: strerror(errno)))")
        }
        defer {
            for name in ["trial", "Dockerfile"] { unsafe unlink("\(folder)/\(name)") }
            unsafe rmdir(folder)
        }
        do throws(DurableFile.Failure) {
            try DurableFile.replace(folder + "/trial", with: program)
            _ = try DurableFile.check("chmod", folder) { unsafe chmod(folder + "/trial", 0o755) }
            try DurableFile.replace(
                folder + "/Dockerfile", with: Array("FROM scratch\nCOPY trial /trial\nRUN [\"/trial\"]\n".utf8))
        } catch {
            return .warning(subject, "\(text): not tried: \(error)")
        }
        var arguments = [
            "buildx", "build", "--progress=plain", "--no-cache", "--output=type=cacheonly", "--platform=" + text,
        ]
        if let builder = build.builder { arguments.append("--builder=" + builder) }
        switch await said(docker, arguments + ["--", folder], timeout: Self.trialTime) {
        case .success: return .ok(subject, "\(text) runs")
        case .failure(let problem):
            let isForeign =
                problem.text.contains("exec format error") || problem.text.contains("no such file or directory")
            return .failed(
                subject, "\(text) does not run: \(problem.text)",
                hint: isForeign
                    ? "install QEMU (Debian: qemu-user-static and binfmt-support), or add a node of that architecture to the builder"
                    : nil)
        }
    }

    private struct Problem: Error {
        var text: String
        var hint: String?
    }

    private func said(
        _ docker: ExternalProgram, _ arguments: [String], timeout: Duration = shortTime
    ) async -> Result<String, Problem> {
        do throws(ExternalProgram.Failure) {
            let output = try await docker.run(arguments, timeout: timeout)
            guard output.status == 0 else {
                let lines = (output.text + "\n" + output.errors).split(whereSeparator: \.isNewline).map {
                    String($0).withoutEscapes
                }
                return .failure(Problem(text: BuildFailure.words(lines).cleanedLine(limit: 300)))
            }
            return .success(output.text.trimmingBlanks().cleanedLines(limit: 300, lines: 12))
        } catch {
            let hint: String? = if case .notFound = error { "install docker with its buildx plugin" } else { nil }
            return .failure(Problem(text: error.description, hint: hint))
        }
    }

    // MARK: - Registries

    /// Reachable, readable, and where we push: whether we may.
    func images(_ name: String, _ action: Config.Action) async -> [Diagnostic] {
        guard let registry = try? setup.registryClient(http, setup.generalNetwork()) else { return [] }
        let subject = "action \(name)"
        var findings: [Diagnostic] = []
        var seen: Set<String> = []
        var pushes: [Template] = []
        if case .imageBuild(let build) = action.work, build.push { pushes = build.tags }
        for template in pushes {
            guard let reference = ImageReference(template.sample),
                template.upstreams.isEmpty || !reference.repository.isEmpty,
                seen.insert(reference.registry + "/" + reference.repository).inserted
            else { continue }
            let place = "\(reference.registry)/\(reference.repository)"
            if let failure = await registry.objectionToPush(reference) {
                findings.append(.failed(subject, "\(place) cannot be pushed to: \(failure.reason)", hint: failure.hint))
            } else {
                findings.append(.ok(subject, "\(place) can be pushed to"))
            }
        }
        if let verify = action.verify, let reference = ImageReference(verify.image.sample) {
            switch await registry.image(reference) {
            case .success: findings.append(.ok(subject, "\(reference.registry) answers for \(reference.repository)"))
            case .failure(let failure):
                findings.append(
                    .failed(subject, "\(reference.registry) cannot be read: \(failure.reason)", hint: failure.hint)
                )
            }
        }
        return findings
    }
}
