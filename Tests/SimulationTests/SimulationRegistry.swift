import WatcherCore

/// A registry and an engine: images by their tags, and what the moving tags stand for.
struct SimulatedRegistry {
    struct Image {
        var digest: String
        var job: String
        /// Of each upstream, from the labels.
        var releases: [String: String]
        /// Whether every platform is there.
        var isWhole: Bool
    }

    static let platforms = ["linux/amd64", "linux/arm64"]

    fileprivate(set) var tags: [String: Image] = [:]
    fileprivate(set) var images: [String: Image] = [:]

    /// Whether a whole image was ever pushed for a job.
    func hasBuilt(_ job: String) -> Bool { images.values.contains { $0.job == job && $0.isWhole } }
}

extension SimulatedWorld {
    private static let label = "watcher.upstream."

    func build(_ build: Command.Build) -> BuildOutcome {
        if build.labels[Command.Build.jobLabel] != build.job { violate("a build without its job's label") }
        for (name, tag) in build.buildArgs where build.labels[Self.label + name] != tag {
            violate("a build of \(tag) labelled as another")
        }
        let isThere = build.tags.allSatisfy { tag in
            registry.tags[tag].map { $0.job == build.job && $0.isWhole } ?? false
        }
        if isThere {
            if build.mayBeThere { return .alreadyThere }
            if build.attempt > 1 { violate("job \(build.job) is built again although its image is there") }
        }
        let log = "\(build.job).log"
        guard !isCalm else { return push(build) }
        switch dice.below(1000) {
        case 0..<650: return push(build)
        case 650..<700: return push(build, isWhole: false)
        case 700..<780:
            _ = push(build)
            return .failed(.transient("the answer to the push was lost"), log: log)
        case 780..<970: return .failed(.transient("a mirror is away"), log: log)
        default: return .failed(.permanent("the Dockerfile is wrong", hint: nil), log: log)
        }
    }

    func cutOff(_ build: Command.Build) -> BuildOutcome {
        if dice.perMille(300) { _ = push(build) }
        return .failed(.cancelled, log: dice.perMille(500) ? "\(build.job).log" : nil)
    }

    private func push(_ build: Command.Build, isWhole: Bool = true) -> BuildOutcome {
        let number = String(nextID(), radix: 16)
        let digest = "sha256:" + String(repeating: "0", count: 64 - number.count) + number
        let releases = build.labels.filter { $0.key.hasPrefix(Self.label) }
        let image = SimulatedRegistry.Image(
            digest: digest, job: build.job,
            releases: Dictionary(
                uniqueKeysWithValues: releases.map { (String($0.key.dropFirst(Self.label.count)), $0.value) }),
            isWhole: isWhole)
        registry.images[digest] = image
        for tag in build.tags { registry.tags[tag] = image }
        return .built(digest: isCalm || dice.perMille(900) ? digest : nil, log: "\(build.job).log")
    }

    func verify(_ verify: Command.Verify) -> VerifyOutcome {
        if !isCalm, dice.perMille(120) { return .failed(.transient("the registry is away")) }
        if !isCalm, dice.perMille(10) { return .failed(.permanent("not allowed", hint: nil)) }
        for text in verify.images {
            guard let image = registry.tags[text] else { return .absent(image: text) }
            guard image.isWhole else { return .incomplete(image: text, missing: [SimulatedRegistry.platforms[1]]) }
        }
        guard let image = verify.images.first.flatMap({ registry.tags[$0] }) else { return .absent(image: "none") }
        return .complete(
            digest: image.digest,
            SimulatedRegistry.platforms.map { PlatformDigest(platform: $0, digest: image.digest) })
    }

    func move(_ move: Command.Move) -> MoveOutcome {
        let fails = !isCalm && dice.perMille(150)
        // It may have moved although nobody heard of it, or only some of them.
        let count = fails ? dice.below(move.steps.count + 1) : move.steps.count
        for step in move.steps.prefix(count) { self.move(step, to: move.digest) }
        return fails ? .failed(.transient("the registry is away")) : .moved
    }

    /// Promise 5: never half an image, never backwards.
    private func move(_ step: Command.Move.Step, to digest: String) {
        guard let image = registry.images[digest], step.from.hasSuffix("@" + digest) else {
            return violate("\(step.to) moves to \(digest), which nobody has pushed")
        }
        if !image.isWhole { violate("\(step.to) moves to half an image") }
        if let old = registry.tags[step.to], !wasReplaced {
            for (name, tag) in image.releases where !setup.wereRepointed.contains(name) {
                if let before = old.releases[name], isLower(tag, than: before) {
                    violate("\(step.to) moves back from \(before) to \(tag)")
                }
            }
        }
        registry.tags[step.to] = image
    }
}

extension SimulatedOracle {
    /// What is built is on disk as being built, alone, and in its order.
    func startedBuild(_ build: Command.Build, _ world: SimulatedWorld) {
        guard let onDisk = disk.jobs.first(where: { $0.id == build.job }), onDisk.phase == .building else {
            return world.violate("a build for \(build.job) that is not on disk")
        }
        for (name, release) in onDisk.releases ?? [:] where build.buildArgs[name] != release.tag {
            world.violate("a build argument that is not \(release.tag)")
        }
        if disk.jobs.count(where: { $0.phase == .building }) != 1 { world.violate("two builds at once") }
        let earlier = disk.jobs.prefix { $0.id != build.job }.first { job in
            job.action == build.action && job.isPending && job.attempts > 0
        }
        if earlier != nil, world.setup.config.actions[build.action]?.releases == .each {
            world.violate("\(build.job) overtakes an older release")
        }
    }

    /// A success has a whole image; and where one is of the highest releases, `latest` stands for these.
    func checkImages(of name: String, _ action: Config.Action, _ world: SimulatedWorld) {
        guard world.setup.wereRepointed.isDisjoint(with: action.upstreams) else { return }
        guard case .imageBuild = action.work else { return }
        let succeeded = jobs.values.filter { $0.action == name && $0.phase == .ended(.succeeded) }
        for job in succeeded where !world.registry.hasBuilt(job.id) {
            world.violate("job \(job.id) succeeded without a whole image")
        }
        guard !world.wasReplaced else { return }
        let highest = action.upstreams.reduce(into: [String: String]()) { all, upstream in
            all[upstream] = disk.upstreams[upstream]?.lastSeen?.tag
        }
        if succeeded.contains(where: { $0.releases?.mapValues(\.tag) == highest }),
            world.registry.tags["registry.example/\(name):latest"]?.releases != highest
        {
            world.violate("\(name): latest does not stand for \(highest)")
        }
    }
}
