/// A build with everything filled in, judged before anything of it can reach docker.
struct BuildPlan {
    private(set) var command: Command.Build
    /// Why it cannot be built; nil when it can.
    private(set) var objection: String?
    private(set) var hint: String?

    /// The longest value of an argument or a label, in characters.
    private static let valueLimit = TextRule.lengthLimit

    init(
        _ job: Job, _ build: Config.ImageBuild, _ action: Config.Action, _ upstreams: [String: Config.Upstream],
        at now: Instant
    ) {
        let releases = job.releases ?? job.causes
        func render(_ template: Template) -> String {
            template.render(job: job.id, highest: job.isHighest ?? false, releases: releases)
        }
        var labels = Self.ownLabels(job, releases, action, upstreams, at: now)
        labels.merge(build.labels.mapValues(render)) { _, own in own }
        command = Command.Build(
            job: job.id, action: job.action, attempt: job.attempts + (job.cutOffs ?? 0), context: render(build.context),
            platforms: build.platforms, buildArgs: build.buildArgs.mapValues(render), tags: build.tags.map(render),
            labels: labels, mayBeThere: build.push && !(job.isByHand && job.attempts <= 1 && job.cutOffs == nil))
        command.dockerfile = build.dockerfile
        command.builder = build.builder
        command.push = build.push
        command.timeout = build.timeout
        // Begun before: with the same inputs, whatever the configuration has come to say since.
        if var begun = job.build {
            begun.attempt = command.attempt
            begun.mayBeThere = command.mayBeThere && begun.push
            command = begun
        }
        let image =
            command.tags.lazy.compactMap { ImageReference.Objection(to: $0) }.first
            ?? build.movingTags.lazy.compactMap { ImageReference.Objection(to: render($0), orTag: true) }.first
        objection = image?.reason ?? Self.objection(to: command)
        hint = image?.hint
    }

    /// Who made it and of what: `watcher.` for us, and the labels that everybody reads.
    private static func ownLabels(
        _ job: Job, _ releases: [String: ReleaseReference], _ action: Config.Action,
        _ upstreams: [String: Config.Upstream], at now: Instant
    ) -> [String: String] {
        var labels = [
            Command.Build.jobLabel: job.id, "org.opencontainers.image.created": "\(job.begunAt ?? now.floor)",
        ]
        for (name, release) in releases { labels["watcher.upstream.\(name)"] = release.tag }
        if let first = action.upstreams.first, let release = releases[first] {
            labels["org.opencontainers.image.version"] = release.version
            if !release.url.isEmpty { labels["org.opencontainers.image.url"] = release.url }
            if let page = upstreams[first]?.source.base.webURL { labels["org.opencontainers.image.source"] = page }
        }
        return labels
    }

    /// The configuration was judged with an ordinary version in each place; this is what a real one made of it.
    private static func objection(to command: Command.Build) -> String? {
        if !TextRule.context.accepts(command.context) {
            return "the context \(Redaction.text(command.context)) is none that can be built"
        }
        let values = command.buildArgs.merging(command.labels) { first, _ in first }
        if let name = values.keys.sorted().first(where: { !TextRule.line.accepts(values[$0] ?? "") }) {
            return "the value of \(name) is longer than \(valueLimit) characters, or not one line"
        }
        return nil
    }
}

extension Core {
    /// What is to be looked for in the registry; nil where there is nothing.
    func verification(
        _ job: Job, _ action: Config.Action, _ releases: [String: ReleaseReference], isHighest: Bool
    ) -> Command.Verify? {
        func render(_ template: Template) -> String {
            template.render(job: job.id, highest: isHighest, releases: releases)
        }
        if let verify = action.verify {
            return Command.Verify(
                job: job.id, action: job.action, images: [render(verify.image)], platforms: verify.platforms)
        }
        if let build = job.build {
            return build.push
                ? Command.Verify(job: job.id, action: job.action, images: build.tags, platforms: build.platforms) : nil
        }
        guard case .imageBuild(let build) = action.work, build.push else { return nil }
        return Command.Verify(
            job: job.id, action: job.action, images: build.tags.map(render), platforms: build.platforms)
    }
}
