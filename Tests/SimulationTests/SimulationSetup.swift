@testable import WatcherCore

/// A configuration by chance.
struct SimulatedSetup {
    var config = Config()
    var mayJump = false
    var mayReplace = false
    var mayCrash = true
    /// From how many upstreams on they are surveyed: worlds here are small.
    var surveyHandful = PollPace.handful
    private var prefixes: [String: String] = [:]
    private var removedNotifiers: [String: Config.Notifier] = [:]
    /// Notifiers that were not there for some time: they need not have been notified of everything.
    private(set) var wereRemoved: Set<String> = []
    /// Upstreams that were another repository for some time: what was seen and built of one says nothing of the other.
    private(set) var wereRepointed: Set<String> = []

    init(seed: UInt64) {
        var dice = Dice(seed: seed)
        mayJump = dice.perMille(250)
        mayReplace = dice.perMille(300)
        mayCrash = dice.perMille(850)
        config.poll.every = dice.pick([60, 120, 900])
        config.github.concurrency = dice.pick([1, 2, 16])
        config.github.requestsPerMinute = dice.pick([2, 10, 800])
        config.github.token = .literal("token")
        if dice.perMille(600) { surveyHandful = 0 }
        if dice.perMille(300) { config.heartbeat = .init(url: .literal("https://example.org/")) }
        if dice.perMille(300) {
            config.outputs = Dictionary(uniqueKeysWithValues: outputFormats.map { ($0.key, "/srv/\($0.key)") })
        }
        let names = Array(["one", "two", "three"].prefix(1 + dice.below(3)))
        for name in names {
            var upstream = Config.Upstream(repository: "owner/" + name)
            upstream.prereleases = dice.perMille(150)
            if dice.perMille(500) { upstream.requiredAssets = [Glob("pkg-a.tar"), Glob("pkg-b*.tar")] }
            upstream.minimumAge = dice.pick([0, 600, 7200])
            upstream.assetDeadline = dice.pick([600, 7200])
            upstream.onFirstSight = dice.perMille(300) ? .act : .baseline
            if dice.perMille(200) { upstream.every = 600 }
            config.upstreams[name] = upstream
            prefixes[name] = dice.pick(["", "v", "release-"])
        }
        for name in ["build", "mirror", "deploy"].prefix(1 + dice.below(3)) {
            var wanted = names.filter { _ in dice.perMille(700) }
            if wanted.isEmpty { wanted = names }
            if dice.perMille(350) {
                var action = Config.Action(upstreams: wanted, work: .imageBuild(Self.imageBuild(name, wanted)))
                action.releases = dice.perMille(500) ? .each : .newest
                action.quietPeriod = dice.pick([0, 0, 60, 600])
                action.attempts = 1 + dice.below(3)
                config.actions[name] = action
                continue
            }
            if dice.perMille(400) {
                var action = Config.Action(upstreams: wanted, work: .kind(Self.kind(wanted, &dice)))
                action.releases = dice.perMille(500) ? .each : .newest
                action.quietPeriod = dice.pick([0, 0, 60, 600])
                action.attempts = 1 + dice.below(3)
                config.actions[name] = action
                continue
            }
            var dispatch = Config.WorkflowDispatch(repository: "owner/ci", workflow: "\(name).yaml", ref: "main")
            dispatch.inputs["job"] = Self.template("{{job.id}}", wanted)
            for upstream in wanted { dispatch.inputs[upstream] = Self.template("{{\(upstream).tag}}", wanted) }
            dispatch.follow = dice.perMille(800)
            dispatch.timeout = dice.pick([3600, 21_600])
            if dice.perMille(300) { dispatch.token = .literal("own") }
            var action = Config.Action(upstreams: wanted, work: .workflowDispatch(dispatch))
            action.releases = dice.perMille(500) ? .each : .newest
            action.quietPeriod = dice.pick([0, 0, 60, 600])
            action.attempts = 1 + dice.below(3)
            config.actions[name] = action
        }
        for name in ["chat", "log"].prefix(dice.below(3)) {
            var notifier = Config.Notifier(service: Slack(url: .literal("https://example.org")))
            if dice.perMille(500) { notifier.events = Set(MessageType.allCases) }
            config.notifiers[name] = notifier
        }
        addGates(&dice)
    }

    /// What somebody may write into the configuration: another repository under an old name, a workflow elsewhere, a
    /// notifier fewer or again, another interval.
    mutating func edit(_ dice: inout Dice) {
        switch dice.below(4) {
        case 0:
            let name = dice.pick(config.upstreams.keys.sorted())
            wereRepointed.insert(name)
            let isFork = repositoryName(name).hasSuffix(Self.fork)
            config.upstreams[name]?.source = AnySource(
                GitHubReleases(repository: "owner/" + name + (isFork ? "" : Self.fork)))
        case 1:
            let name = dice.pick(config.actions.keys.sorted())
            guard case .workflowDispatch(var dispatch) = config.actions[name]?.work else { return }
            dispatch.repository = dispatch.repository == "owner/ci" ? "owner/ci" + Self.fork : "owner/ci"
            config.actions[name]?.work = .workflowDispatch(dispatch)
        case 2:
            guard
                let name = (Array(config.notifiers.keys) + removedNotifiers.keys).sorted()
                    .first(where: { _ in dice.perMille(500) })
            else { return }
            wereRemoved.insert(name)
            if let notifier = config.notifiers.removeValue(forKey: name) {
                removedNotifiers[name] = notifier
            } else {
                config.notifiers[name] = removedNotifiers.removeValue(forKey: name)
            }
        default: config.poll.every = dice.pick([60, 120, 900])
        }
    }

    static let fork = "-fork"

    func repositoryName(_ upstream: String) -> String { config.upstreams[upstream]?.repository ?? "" }

    func prefix(_ upstream: String) -> String { prefixes[upstream] ?? "" }

    /// Whose budget an action's requests are on.
    func quota(ofAction name: String) -> String {
        switch config.actions[name]?.work {
        case .workflowDispatch(let dispatch) where dispatch.token != nil: "action:" + name
        case .kind(let kind) where kind.base.account == .own: "action:" + name
        // That of the job alone.
        case .kind(let kind) where kind.base.account == .none: "none:" + name
        default: "github"
        }
    }

    private static func imageBuild(_ name: String, _ upstreams: [String]) -> Config.ImageBuild {
        let tag = upstreams.map { "{{\($0).tag}}" }.joined(separator: "-")
        var build = Config.ImageBuild(
            context: Template(literal: "/srv/\(name)"),
            tags: [template("registry.example/\(name):\(tag)", upstreams)].compactMap { $0 })
        build.platforms = SimulatedRegistry.platforms
        build.movingTags = [Template(literal: "latest"), Template(literal: "stable")]
        for upstream in upstreams { build.buildArgs[upstream] = template("{{\(upstream).tag}}", upstreams) }
        return build
    }

    static func template(_ text: String, _ upstreams: [String]) -> Template? {
        try? Template(text, upstreams: upstreams)
    }
}
