import ArgumentParser
import Curl
import WatcherCore
import WatcherService

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Every candidate release of an upstream, and why it was taken or skipped. Reads, never acts.",
        discussion: """
            An upstream of the configuration, or any source without one: OWNER/NAME on GitHub, git:URL, forgejo:URL,
            gitlab:URL, image:NAME[:TAG], or the address of a repository's page.

              watcher explain s6-overlay
              watcher explain just-containers/s6-overlay
              watcher explain https://codeberg.org/forgejo/forgejo
              watcher explain image:docker.io/library/alpine:3.22
            """)

    @Argument(
        help: "The name of an upstream, or a source such as OWNER/NAME or git:URL.",
        completion: Completions.upstreams)
    var upstream: String
    @OptionGroup var common: CommonOptions
    @OptionGroup var recording: RecordOption
    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let subject = try subject()
        let http = try subject.setup.httpClient(recordingTo: recording.record)
        let outcomes = try await outcomes(subject, http)
        await http.shutdown()
        for case (let source, .list(let list)) in outcomes {
            let explanation = Explanation(list, source, subject.watch, at: Clock.now())
            if json {
                Terminal.say(explanation.json)
            } else {
                explanation.lines(isAligned: Terminal.isInteractive).forEach { Terminal.say($0) }
            }
            return
        }
        for case (let source, .failed(let failure)) in outcomes {
            Terminal.fail(["\(source.source.key): \(source.repository): \(failure.reason)"], hint: failure.hint)
        }
        throw Terminal.actionRequired
    }

    /// What the sources say that may be meant, up to the first with a list; secrets are masked.
    private func outcomes(
        _ subject: Subject, _ http: HTTPClient
    ) async throws -> [(source: Config.Upstream, CheckOutcome)] {
        let github = try subject.setup.githubClient(http)
        let registry = subject.setup.registryClient(http, try subject.setup.generalNetwork())
        var found: [(source: Config.Upstream, CheckOutcome)] = []
        for source in subject.sources {
            var redactor = try subject.setup.tokenRedactor()
            let (client, masks) = try subject.setup.sourceClient(upstream, source.source.base, http, github, registry)
            for secret in masks { redactor.add(secret) }
            switch await client.check(isSweep: true, etag: nil).0 {
            case .failed(let failure): found.append((source, .failed(redactor.mask(failure))))
            case let outcome: return [(source, outcome)]
            }
        }
        return found
    }

    private struct Subject {
        var setup: AppContext
        /// What may be meant, in the order in which to try.
        var sources: [Config.Upstream]
        var watch: UpstreamState
    }

    private func subject() throws -> Subject {
        guard SourceArgument.isSource(upstream) else {
            let setup = try common.setup()
            guard let found = setup.config.upstreams[upstream] else {
                let known = CommandLineWords.known(upstream, setup.config.upstreams.keys)
                throw ValidationError(
                    "there is no upstream \(upstream) in \(setup.path)\(known); OWNER/NAME works for any repository")
            }
            let ledger = try AppContext.load(try setup.stateFile(making: false))
            return Subject(
                setup: readable(setup), sources: [found], watch: ledger.upstreams[upstream] ?? UpstreamState())
        }
        let sources = SourceArgument.upstreams(upstream)
        guard !sources.isEmpty else {
            throw ValidationError(
                "\(upstream) is no source: OWNER/NAME, git:URL, forgejo:URL, gitlab:URL, image:NAME[:TAG] or the "
                    + "address of a repository's page")
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
            sources: sources, watch: UpstreamState())
    }

    /// A public repository can be read in a shell that cannot read the service's token or key.
    private func readable(_ setup: AppContext) -> AppContext {
        guard setup.config.github.isAuthorised, !setup.canReadLogin else { return setup }
        var config = setup.config
        config.github.token = nil
        config.github.app = nil
        return AppContext(config, environment: common.environment)
    }
}
