import ArgumentParser
import Curl
import WatcherCore
import WatcherService

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Every candidate release of an upstream, and why it was taken or skipped. Reads, never acts.",
        discussion: """
            An upstream of the configuration, or any repository without one.

              watcher explain s6-overlay
              watcher explain just-containers/s6-overlay
            """)

    @Argument(help: "The name of an upstream, or OWNER/NAME.", completion: Completions.upstreams)
    var upstream: String
    @OptionGroup var common: CommonOptions
    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let subject = try subject()
        let http = try subject.setup.httpClient()
        let client = try subject.setup.githubClient(http)
        let redactor = try subject.setup.tokenRedactor()
        let (outcome, _) = await client.check(subject.upstream.repository, isSweep: true, etag: nil)
        await http.shutdown()
        switch outcome {
        case .failed(let trouble):
            let masked = redactor.mask(trouble)
            Terminal.fail(["\(subject.upstream.repository): \(masked.reason)"], hint: masked.hint)
            throw Terminal.actionRequired
        case .unchanged: break
        case .list(let list):
            let explanation = Explanation(list, subject.upstream, subject.watch, at: Clock.now())
            if json {
                Terminal.say(explanation.json)
            } else {
                explanation.lines.forEach { Terminal.say($0) }
            }
        }
    }

    private struct Subject {
        var setup: AppContext
        var upstream: Config.Upstream
        var watch: UpstreamState
    }

    private func subject() throws -> Subject {
        guard upstream.contains("/") else {
            let setup = try common.setup()
            guard let found = setup.config.upstreams[upstream] else {
                let known = CommandLineWords.known(upstream, setup.config.upstreams.keys)
                throw ValidationError(
                    "there is no upstream \(upstream) in \(setup.path)\(known); OWNER/NAME works for any repository")
            }
            let ledger = try AppContext.load(try setup.stateFile(making: false))
            return Subject(
                setup: readable(setup), upstream: found, watch: ledger.upstreams[upstream] ?? UpstreamState())
        }
        guard Self.isRepository(upstream) else {
            throw ValidationError("\(upstream) is no repository: OWNER/NAME is meant")
        }
        var config = Config()
        // A configuration that is there tells how to reach GitHub; none is needed.
        if let found = try? common.setup() {
            config = found.config
        } else if common.config != nil {
            config = try common.setup().config
        } else if common.environment["GITHUB_TOKEN"] != nil {
            config.github.token = .environment("GITHUB_TOKEN")
        }
        return Subject(
            setup: readable(AppContext(config, environment: common.environment)),
            upstream: Config.Upstream(repository: upstream), watch: UpstreamState())
    }

    /// A public repository can be looked at in a shell that cannot read the service's token.
    private func readable(_ setup: AppContext) -> AppContext {
        guard let token = setup.config.github.token, (try? setup.read(token, "github.token")) == nil else {
            return setup
        }
        var config = setup.config
        config.github.token = nil
        return AppContext(config, environment: common.environment)
    }

    private static func isRepository(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { Tag.isSafe(String($0)) || $0.first == "." || $0.first == "_" }
            && !parts.contains { $0 == "." || $0 == ".." || $0.isEmpty }
    }
}
