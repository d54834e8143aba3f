import Foundation
import Synchronization
import TestSupport
import Testing

/// One test's world: a GitHub, receivers, a folder with a state and a configuration, and the program run in it.
///
/// The configuration is that of the contract's example, with secrets everywhere. After each run and at the end it is
/// made sure that no secret is where it does not belong.
final class World: Sendable {
    static let elabftw = Fixtures.elabftwName
    static let overlay = Fixtures.s6OverlayName
    static let builder = "OWNER/elab-arm-docker"
    static let workflow = "build-image.yaml"
    /// A whole command with a debug binary takes a tenth of a second.
    static let limit: Duration = .seconds(60)
    /// So many at once: what a test measures is then not the wait for a processor.
    static let turnstile = Turnstile(10)

    let github: GitHubLookalike
    let sink = WebhookSink()
    /// Holds `state/` and `config.json`.
    let folder: String
    let scratch: String
    private let parts: Mutex<Parts>
    private let processes = Mutex<[Running]>([])

    private struct Parts {
        var config: WireJSON = [:]
        var environment: [String: String] = [:]
    }

    fileprivate init(pathPrefix: String) throws {
        github = GitHubLookalike(pathPrefix: pathPrefix)
        let base = FileManager.default.temporaryDirectory.path + "/watcher-test-" + UUID().uuidString
        folder = base + "/world"
        scratch = base + "/scratch"
        for path in [folder + "/state", folder + "/home", scratch] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        parts = Mutex(Parts())
    }

    fileprivate func open() async throws {
        try await github.start()
        try await sink.start()
        github.addToken(Secrets.token)
        for repository in [Self.elabftw, Self.overlay, Self.builder] { github.addRepository(repository) }
        github.addWorkflow(Self.builder, Self.workflow)
        parts.withLock {
            $0.config = Self.config(github: github.url, state: statePath)
            $0.environment = [
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder + "/home",
                "GITHUB_TOKEN": Secrets.token, "ACTION_TOKEN": Secrets.actionToken, "HOOK_SECRET": Secrets.signing,
                "HOOK_URL": "\(sink.url)\(hookPath)?key=\(Secrets.hookQuery)", "HOOK_HEADER": Secrets.hookHeader,
                "SLACK_URL": "\(sink.url)\(slackPath)",
                "HEARTBEAT_URL": "\(sink.url)\(heartbeatPath)",
                // In every configuration, used by none: loopback needs no proxy.
                "PROXY_URL": "http://user:\(Secrets.proxyPassword)@127.0.0.1:9", "no_proxy": "127.0.0.1,localhost",
            ]
        }
    }

    fileprivate func close() async {
        for process in processes.withLock({ $0 }) { process.killGroup() }
        await github.stop()
        await sink.stop()
        try? FileManager.default.removeItem(atPath: (folder as NSString).deletingLastPathComponent)
    }

    // MARK: - Places

    var hookPath: String { "/hook/\(Secrets.hookPath)" }
    var slackPath: String { "/services/T01/B01/\(Secrets.slackPath)" }
    var heartbeatPath: String { "/beat/\(Secrets.heartbeatPath)" }
    var statePath: String { folder + "/state/state.json" }
    var configPath: String { folder + "/config.json" }

    // MARK: - Configuration

    /// Changes a value of the configuration, such as `poll.every`; nil removes it.
    func set(_ path: String, _ value: WireJSON?) {
        parts.withLock { $0.config.set(path.split(separator: ".").map(String.init), value) }
    }

    var config: WireJSON { parts.withLock { $0.config } }

    /// Changes a variable of the program's environment; nil removes it.
    func environ(_ name: String, _ value: String?) { parts.withLock { $0.environment[name] = value } }

    // MARK: - Running

    /// Runs the program with the configuration as it is now, and looks for secrets afterwards.
    @discardableResult
    func run(
        _ arguments: String..., wrapper: [String] = [], isTerminal: Bool = false, columns: UInt16 = 0,
        limit: Duration = limit, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Output {
        let process = try launch(arguments, wrapper: wrapper, isTerminal: isTerminal, columns: columns, limit: limit)
        return try await end(process, sourceLocation: sourceLocation)
    }

    /// Runs the program without any argument.
    func runAlone(isTerminal: Bool) async throws -> Output {
        try await end(
            Running(
                [Self.binary], environment: parts.withLock { $0.environment }, scratch: scratch, isTerminal: isTerminal,
                limit: Self.limit))
    }

    /// Starts the program and comes back at once.
    func start(_ arguments: String..., limit: Duration = limit) throws -> Running {
        try launch(arguments, wrapper: [], isTerminal: false, limit: limit)
    }

    /// Waits for the end of a program, and looks for secrets.
    func end(_ process: Running, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Output {
        let output = try await process.end()
        let shown = Secrets.found(in: output.out + output.err)
        #expect(shown.isEmpty, "in what was printed:\n\(output.out)\(output.err)", sourceLocation: sourceLocation)
        for (path, bytes) in files() {
            #expect(Secrets.found(in: bytes).isEmpty, "in \(path)", sourceLocation: sourceLocation)
        }
        return output
    }

    /// Writes the configuration as it is now; each start of the program does it too.
    func writeConfig() throws { try Data(config.bytes).write(to: URL(filePath: configPath)) }

    func launch(
        _ arguments: [String], wrapper: [String], isTerminal: Bool, columns: UInt16 = 0, limit: Duration
    ) throws -> Running {
        let (config, environment) = parts.withLock { ($0.config, $0.environment) }
        var words = wrapper + [Self.binary] + arguments
        if config != .null, !arguments.contains("--config") {
            try Data(config.bytes).write(to: URL(filePath: configPath))
            words += ["--config", configPath]
        }
        let process = try Running(
            words, environment: environment, scratch: scratch, isTerminal: isTerminal, columns: columns, limit: limit)
        processes.withLock { $0.append(process) }
        return process
    }

    /// `$WATCHER_BINARY`, such as the release binary; else the program that was built beside these tests.
    static let binary: String = {
        if let named = ProcessInfo.processInfo.environment["WATCHER_BINARY"], !named.isEmpty { return named }
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (bundle as NSString).deletingLastPathComponent + "/watcher"
    }()

    // MARK: - What is on disk

    /// All files of the state's folder.
    func files() -> [(path: String, bytes: [UInt8])] {
        let place = folder + "/state"
        let names = (FileManager.default.enumerator(atPath: place)?.allObjects ?? []).compactMap { $0 as? String }
        return names.sorted().compactMap { name in
            (try? Data(contentsOf: URL(filePath: place + "/" + name))).map { (name, Array($0)) }
        }
    }

    var stateBytes: [UInt8]? { (try? Data(contentsOf: URL(filePath: statePath))).map { Array($0) } }

    /// The state, null when there is none.
    var state: WireJSON { stateBytes.flatMap { try? WireJSON(parsing: $0) } ?? .null }

    /// What a script may rely on, and all that must not change when nothing has happened: no times, no counters.
    var stableState: WireJSON {
        let state = state
        let upstreams = (state["upstreams"]?.object ?? [:]).mapValues { watch -> WireJSON in
            [
                "id": watch["repositoryID"] ?? .null, "lastSeen": watch["lastSeen"] ?? .null,
                "seen": watch["seen"] ?? .null, "waiting": watch["waiting"] ?? .null,
                "stopped": watch["replacedBy"] ?? .null,
            ]
        }
        return [
            "version": state["version"] ?? .null, "upstreams": .object(upstreams), "jobs": state["jobs"] ?? .null,
            "history": state["history"] ?? .null, "messages": state["outbox"]?["messages"] ?? .null,
        ]
    }

    func lastSeen(_ upstream: String) -> String? { state["upstreams"]?[upstream]?["lastSeen"]?["tag"]?.string }

    /// Writes the state as if it had come about in another way.
    func editState(_ path: String, _ value: WireJSON?) throws {
        var state = state
        state.set(path.split(separator: ".").map(String.init), value)
        try Data(state.bytes).write(to: URL(filePath: statePath))
    }

    // MARK: - What went out

    /// No secret is anywhere but where it is meant to be.
    fileprivate func checkTraffic(sourceLocation: SourceLocation) {
        for request in github.requests {
            let strayed = request.strayedSecrets(allowed: Secrets.tokens)
            #expect(strayed.isEmpty, "\(request.method) \(request.path)", sourceLocation: sourceLocation)
        }
        for request in sink.messages() {
            let allowed: Set<String> =
                switch request.path {
                case hookPath: [Secrets.hookPath, Secrets.hookQuery, Secrets.hookHeader]
                case slackPath: [Secrets.slackPath]
                case heartbeatPath: [Secrets.heartbeatPath]
                default: []
                }
            let strayed = request.strayedSecrets(allowed: allowed)
            #expect(strayed.isEmpty, "\(request.method) \(request.path)", sourceLocation: sourceLocation)
        }
    }

    /// The messages that the webhook got, in their order, repetitions included.
    var messages: [WireJSON] { sink.messages(hookPath).compactMap(\.json) }

    /// `release 5.6.13`, `succeeded build-image`: what the webhook was told.
    var told: [String] {
        messages.map { message in
            let about =
                message["job"]?["action"]?.string ?? message["releases"]?[0]?["tag"]?.string
                ?? message["upstream"]?.string ?? ""
            return "\(message["type"]?.string ?? "?") \(about)"
        }
    }

    var runs: [GitHubLookalike.Run] { github.runs(Self.builder) }
}

/// Runs a test in a world of its own, which is taken down afterwards, also when it throws.
func withWorld(
    pathPrefix: String = "", in turnstile: Turnstile = World.turnstile,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (World) async throws -> Void
) async throws {
    try await turnstile.pass {
        let world = try World(pathPrefix: pathPrefix)
        do {
            try await world.open()
            try await body(world)
        } catch {
            await world.close()
            throw error
        }
        world.checkTraffic(sourceLocation: sourceLocation)
        await world.close()
    }
}
