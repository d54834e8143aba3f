// How images are built, proven and moved.

extension Core {
    /// How many times a build may end with the whole program before it is given up: it may be what ends it.
    package static let cutOffLimit = 10

    // MARK: - Before

    /// At the first check: a job for each action that knows its image, begun only where that is missing.
    mutating func enqueueMissing(_ upstream: String, _ release: ReleaseReference, at now: Instant) {
        for (name, action) in config.actions.sorted(by: { $0.key < $1.key })
        where action.upstreams.contains(upstream) && action.namesImage {
            enqueue(name, action, [upstream: release], previous: nil, onlyIfMissing: true, at: now)
        }
    }

    mutating func ask(
        _ job: Job, _ action: Config.Action, _ releases: [String: ReleaseReference], at now: Instant
    ) -> Command? {
        guard let index = ledger.jobs.firstIndex(where: { $0.id == job.id }),
            let verify = verification(job, action, releases, isHighest: areHighest(releases))
        else {
            fail(job, "the action \(job.action) names no image any more", at: now)
            return nil
        }
        ledger.jobs[index].phase = .asking(tries: 0)
        taken(job)
        return .verify(verify)
    }

    mutating func begin(
        _ job: Job, _ build: Config.ImageBuild, _ action: Config.Action, _ releases: [String: ReleaseReference],
        at now: Instant
    ) -> Command? {
        if let other = ledger.jobs.first(where: { $0.phase == .building && $0.id != job.id }) {
            hold(job, "waits for the build of \(other.action) for \(Words.releases(other.releases ?? other.causes))")
            return nil
        }
        guard builds.isEmpty else {
            hold(job, "waits for a deleted job's build to end")
            return nil
        }
        guard let index = ledger.jobs.firstIndex(where: { $0.id == job.id }) else { return nil }
        ledger.jobs[index].begin(releases: releases, isHighest: areHighest(releases), as: .building, at: now)
        return buildCommand(ledger.jobs[index], build, action, at: now)
    }

    /// The command for a job that is `building`; nil when what the templates give is nothing that can be built.
    private mutating func buildCommand(
        _ job: Job, _ build: Config.ImageBuild, _ action: Config.Action, at now: Instant
    ) -> Command? {
        let plan = BuildPlan(job, build, action, config.upstreams, at: now)
        if let objection = plan.objection {
            fail(job, objection, hint: plan.hint, at: now)
            return nil
        }
        if let index = ledger.jobs.firstIndex(where: { $0.id == job.id }) { ledger.jobs[index].build = plan.command }
        taken(job)
        say(
            .news, "\(job.action) is built for \(Words.releases(job.releases ?? job.causes))", topic: "job started",
            ["job": job.id, "action": job.action])
        // Reported once, however often it is begun.
        if job.attempts == 1, job.cutOffs == nil { tellJob(.started, job, at: now) }
        builds.insert(job.id)
        return .build(plan.command)
    }

    // MARK: - On the way

    mutating func driveImage(_ job: Job, _ action: Config.Action, at now: Instant) -> [Command] {
        let isDue = job.notBefore.map(now.hasReached) ?? true
        guard job.notBefore == nil || !lookedAt.contains(job.id) || (isDue && (mode.waits || mode.repeats)) else {
            return []
        }
        switch job.phase {
        case .building: return resume(job, action, at: now).map { [$0] } ?? []
        case .asking, .verifying:
            let releases = job.releases ?? completed(job.causes, action)
            let isHighest = job.isHighest ?? areHighest(releases)
            guard let verify = verification(job, action, releases, isHighest: isHighest) else {
                fail(job, "the action \(job.action) names no image any more", at: now)
                return []
            }
            taken(job)
            return [.verify(verify)]
        case .moving:
            guard case .imageBuild(let build) = action.work, let move = movement(job, build, action) else {
                finishMoving(job, at: now)
                return []
            }
            taken(job)
            return [.move(move)]
        default: return []
        }
    }

    /// Read from disk like this, or interrupted in a way that nobody asked for: it is built again, and that is no attempt.
    private mutating func resume(_ job: Job, _ action: Config.Action, at now: Instant) -> Command? {
        guard case .imageBuild(let build) = action.work, let index = ledger.jobs.firstIndex(where: { $0.id == job.id })
        else {
            fail(job, "the action \(job.action) builds no image any more", at: now)
            return nil
        }
        let cutOffs = (job.cutOffs ?? 0) + 1
        guard cutOffs <= Self.cutOffLimit else {
            fail(job, "given up: the program ended \(cutOffs) times in the middle of this build", at: now)
            return nil
        }
        ledger.jobs[index].cutOffs = cutOffs
        return buildCommand(ledger.jobs[index], build, action, at: now)
    }

    private func completed(
        _ causes: [String: ReleaseReference], _ action: Config.Action
    ) -> [String: ReleaseReference] {
        action.upstreams.reduce(into: causes) { all, name in all[name] = all[name] ?? ledger.upstreams[name]?.lastSeen }
    }

    // MARK: - What came of it

    mutating func built(_ job: inout Job, _ outcome: BuildOutcome, at now: Instant) {
        guard job.phase == .building else { return }
        switch outcome {
        case .built(let digest, let log):
            job.log = log
            job.digest = digest
            prove(&job, at: now)
        case .alreadyThere:
            say(
                .news, "\(job.action): its image is there already, for every platform", topic: "image is there",
                ["job": job.id, "action": job.action])
            prove(&job, at: now)
        case .failed(.cancelled, let log):
            job.log = log ?? job.log
            job.attempts = max(job.attempts - 1, 0)
            job.retry(in: 0, reason: "interrupted", at: now)
        case .failed(.permanent(let reason, let hint), let log):
            job.log = log
            end(&job, reason, hint: hint, at: now)
        case .failed(let failure, let log):
            job.log = log
            // The next attempt takes what is configured then.
            job.build = nil
            again(&job, failure.reason, at: now)
        }
    }

    /// Success is believed when the registry shows it.
    mutating func prove(_ job: inout Job, at now: Instant) {
        guard let action = config.actions[job.action], action.namesImage else { return succeed(&job, at: now) }
        job.notBefore = nil
        job.reason = nil
        job.phase = .verifying(tries: 0)
    }

    mutating func verified(_ job: inout Job, _ outcome: VerifyOutcome, at now: Instant) {
        switch job.phase {
        case .asking(let tries): asked(&job, outcome, tries, at: now)
        case .verifying(let tries): proven(&job, outcome, tries, at: now)
        default: return
        }
    }

    private mutating func asked(_ job: inout Job, _ outcome: VerifyOutcome, _ tries: Int, at now: Instant) {
        switch outcome {
        case .complete:
            job.onlyIfMissing = nil
            job.end(.superseded, reason: "its image is in the registry already, for every platform", at: now)
            say(
                .detail, "\(job.action): the image for \(Words.releases(job.causes)) is there: nothing to do",
                topic: "image is there", ["job": job.id, "action": job.action])
        case .incomplete, .absent:
            job.onlyIfMissing = nil
            job.notBefore = nil
            job.reason = nil
            job.phase = .pending
            for (name, release) in job.causes.sorted(by: { $0.key < $1.key }) {
                let isHighest = ledger.upstreams[name]?.isHighest(release) ?? true
                tell(.release, upstream: name, releases: [note(release, nil, of: name, isHighest: isHighest)], at: now)
                say(
                    .news, "\(name) \(release.tag) has no complete image yet", topic: "image is missing",
                    ["upstream": name, "tag": release.tag])
            }
        case .failed(.cancelled): job.notBefore = nil
        case .failed(let failure):
            // Nothing is failed that nobody has asked for: it is asked until there is an answer.
            job.reason = "it is not known whether its image is there: \(failure.reason)"
            job.notBefore = now.deadline(in: Backoff.registry(after: tries + 1))
            job.phase = .asking(tries: tries + 1)
            say(
                .detail, "\(job.action): \(failure.reason)", hint: failure.hint, topic: "registry does not answer",
                ["job": job.id, "reason": failure.reason])
        }
    }

    private mutating func proven(_ job: inout Job, _ outcome: VerifyOutcome, _ tries: Int, at now: Instant) {
        switch outcome {
        case .complete(let digest, let platforms):
            if let pushed = job.digest, pushed != digest {
                let reason = "the registry has \(digest) in place of \(pushed), which was pushed"
                return end(&job, reason, hint: "does somebody else push the same tag?", at: now)
            }
            job.digest = digest
            job.platforms = platforms
            attendToSameImage(job, at: now)
            if case .imageBuild(let build) = config.actions[job.action]?.work, build.push, !build.movingTags.isEmpty {
                job.notBefore = nil
                job.phase = .moving(tries: 0)
            } else {
                succeed(&job, at: now)
            }
        case .incomplete(let image, let missing):
            end(&job, "\(image) lacks \(missing.joined(separator: ", ")) in the registry", hint: nil, at: now)
        case .absent(let image):
            end(&job, "the registry has no \(image)", hint: nil, at: now)
        case .failed(.cancelled): job.notBefore = nil
        case .failed(.permanent(let reason, let hint)):
            end(&job, "its image cannot be seen: \(reason)", hint: hint, at: now)
        case .failed(let failure):
            later(&job, "its image cannot be seen: \(failure.reason)", tries, at: now) { .verifying(tries: $0) }
        }
    }

    /// A new release whose image is the one of the release before is reported once for each image.
    private mutating func attendToSameImage(_ job: Job, at now: Instant) {
        let releases = job.releases ?? job.causes
        let before = ledger.history.last {
            $0.action == job.action && $0.phase == .ended(.succeeded) && $0.platforms != nil
        }
        guard let before, before.platforms == job.platforms, let digest = job.digest,
            before.releases?.mapValues(\.tag) != releases.mapValues(\.tag)
        else { return }
        attend(
            "image:\(job.action):\(digest)", upstream: nil,
            "\(job.action): the image of \(Words.releases(releases)) is that of "
                + "\(Words.releases(before.releases ?? before.causes)), for every platform: a cache, or a build argument "
                + "that nobody reads, may keep the new version out of it",
            at: now)
    }

    mutating func moved(_ job: inout Job, _ outcome: MoveOutcome, at now: Instant) {
        guard case .moving(let tries) = job.phase else { return }
        switch outcome {
        case .moved: succeed(&job, at: now)
        case .failed(.cancelled): job.notBefore = nil
        case .failed(.permanent(let reason, let hint)):
            end(&job, "its moving tags did not move: \(reason)", hint: hint, at: now)
        case .failed(let failure):
            later(&job, "its moving tags did not move: \(failure.reason)", tries, at: now) { .moving(tries: $0) }
        }
    }

    /// None may move: the job has done what there was to do.
    private mutating func finishMoving(_ job: Job, at now: Instant) {
        var job = job
        succeed(&job, at: now)
        ledger.retire(job)
        report.jobs.insert(job.id)
        changed(.durable)
    }

    private mutating func later(
        _ job: inout Job, _ reason: String, _ tries: Int, at now: Instant, _ phase: (Int) -> Job.Phase
    ) {
        guard tries + 1 < Backoff.registryTries else { return end(&job, reason, hint: nil, at: now) }
        job.reason = reason
        job.notBefore = now.deadline(in: Backoff.registry(after: tries + 1))
        job.phase = phase(tries + 1)
        say(
            .detail, "\(job.action): \(reason); trying again", topic: "registry does not answer",
            ["job": job.id, "reason": reason])
    }
}

extension Config.Action {
    /// Whether there is an image to look for: one that is named, or one that is built and pushed.
    var namesImage: Bool {
        if case .imageBuild(let build) = work { build.push } else { verify != nil }
    }
}
