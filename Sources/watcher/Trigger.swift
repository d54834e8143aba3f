import ArgumentParser
import Curl
import WatcherCore
import WatcherService

struct Trigger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Start an action now: to test a new set-up, or to rebuild.",
        discussion: """
            For the highest known releases, or the named ones, which must exist.

              watcher trigger build-image
              watcher trigger build-image elabftw=5.6.12 s6-overlay=v3.2.3.2 --wait
            """)

    @Argument(help: "The name of an action.", completion: Completions.actions)
    var action: String
    @Argument(help: ArgumentHelp("Releases to use instead of the highest known.", valueName: "upstream=tag"))
    var releases: [String] = []
    @Flag(help: "Stay until the job has ended, also where a running daemon has it.")
    var wait = false
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let setup = try common.setup()
        guard let found = setup.config.actions[action] else {
            let known = CommandLineWords.known(action, setup.config.actions.keys)
            throw ValidationError("there is no action \(action) in the configuration\(known)")
        }
        var named: [String: ReleaseReference] = [:]
        for text in releases {
            guard let equals = text.firstIndex(of: "=") else { throw ValidationError("\(text): UPSTREAM=TAG is meant") }
            let (name, tag) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
            guard let upstream = setup.config.upstreams[name], found.upstreams.contains(name) else {
                let known = CommandLineWords.known(name, found.upstreams)
                throw ValidationError("the action \(action) does not depend on an upstream \(name)\(known)")
            }
            guard Tag.isSafe(tag) else { throw ValidationError("\(tag) is no tag that can be taken") }
            named[name] = try await release(setup, upstream.repository, tag)
        }
        let file = try setup.stateFile(making: true)
        if try Requests.isDaemonRunning(on: file) {
            let words = try Requests.askDaemon(.trigger(action: action, releases: named), file)
            if wait, let job = words.split(separator: " ").last { try await DaemonJob(String(job), file).follow() }
            return
        }
        let known = Set(try AppContext.load(file).history.map(\.id))
        let pass = try await Pass.run(
            setup, mode: Core.Mode(upstreams: [], waits: wait), voice: Console(isVerbose: true)
        ) { core, now in
            switch core.answer(.trigger(action: action, releases: named), at: now) {
            case .done(let words): Terminal.say(words)
            case .refused(let words, let hint):
                Terminal.fail([words], hint: hint)
                throw Terminal.actionRequired
            }
        }
        // Of this job alone: what has failed before is not what was asked for.
        let failed = pass.ledger.history.contains {
            $0.action == action && $0.phase == .ended(.failed) && !known.contains($0.id)
        }
        if failed { throw Terminal.actionRequired }
    }

    /// A mistyped tag is found before anything is started.
    private func release(_ setup: AppContext, _ repository: String, _ tag: String) async throws -> ReleaseReference {
        let http = try setup.httpClient()
        let result = await (try setup.githubClient(http)).release(repository, tag: tag)
        await http.shutdown()
        switch result {
        case .success(let release) where release.tag == tag: return ReleaseReference(release)
        case .success(let release):
            Terminal.fail(["\(repository) \(tag): GitHub names another release, \(release.tag)"])
        case .failure(let failure):
            let masked = try setup.tokenRedactor().mask(failure)
            Terminal.fail(
                ["\(repository) \(tag): \(masked.reason)"], hint: "watcher explain \(repository) lists its releases")
        }
        throw Terminal.actionRequired
    }
}
