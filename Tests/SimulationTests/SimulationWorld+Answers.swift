import WatcherCore

extension SimulatedWorld {
    /// Performs a command: it has its effect, and what comes back may tell of it or not.
    func perform(_ command: Command) -> Event {
        switch command {
        case .check(let check): .checked(check.target, self.check(check), reading(check.isSweep ? 2 : 1))
        case .identify(let target): .identified(target, identify(target), reading(1))
        case .survey(let query): .surveyed(query, survey(query), reading(1))
        case .dispatch(let dispatch): .dispatched(job: dispatch.job, self.dispatch(dispatch), reading(1))
        case .lookUp(let job, _, let target, let since): .lookedUp(job: job, lookUp(job, target, since), reading(1))
        case .follow(let job, _, let target, let run): .followed(job: job, follow(run, target), reading(1))
        case .deliver(let message, let notifier):
            .delivered(message: message.id, notifier: notifier, deliver(message, notifier))
        case .build(let build): .built(job: build.job, self.build(build))
        case .verify(let verify): .verified(job: verify.job, self.verify(verify))
        case .move(let move): .moved(job: move.job, self.move(move))
        case .run(let request): .ran(job: request.job, ActionResult(run(request)))
        case .endBuild(let job): .buildEnded(job: job)
        case .heartbeat: .heartbeat(isCalm || dice.perMille(900) ? nil : .transient("no answer"))
        case .publish(_, let paths):
            .published(paths.filter { _ in !isCalm && dice.perMille(200) }.mapValues { _ in "no space left" })
        case .wake: .woke
        }
    }

    /// What comes back of a command that is cut off in the middle by a shutdown.
    func cutOff(_ command: Command) -> Event {
        switch command {
        case .check(let check): .checked(check.target, .failed(.cancelled), nil)
        case .identify(let target): .identified(target, .failed(.cancelled), nil)
        case .survey(let query): .surveyed(query, .failed(.cancelled), nil)
        case .dispatch(let dispatch):
            if dice.perMille(500) {
                .dispatched(job: dispatch.job, .refused(.cancelled), nil)
            } else {
                .dispatched(job: dispatch.job, begun(dispatch, .unknown("cut off")), nil)
            }
        case .lookUp(let job, _, _, _): .lookedUp(job: job, .failed(.cancelled), nil)
        case .follow(let job, _, _, _): .followed(job: job, .failed(.cancelled), nil)
        case .deliver(let message, let notifier): .delivered(message: message.id, notifier: notifier, nil)
        case .build(let build): .built(job: build.job, cutOff(build))
        case .verify(let verify): .verified(job: verify.job, .failed(.cancelled))
        case .move(let move): .moved(job: move.job, .failed(.cancelled))
        case .run(let request): .ran(job: request.job, ActionResult(cutOff(request)))
        case .endBuild(let job): .buildEnded(job: job)
        case .heartbeat: .heartbeat(.cancelled)
        case .publish: .published([:])
        case .wake: .woke
        }
    }

    private func reading(_ requests: Int) -> RateLimitReading? {
        guard dice.perMille(950) else { return nil }
        return RateLimitReading(
            limit: 5000, remaining: dice.below(5000), resetIn: dice.between(0, 3600),
            date: Timestamp(seconds: time / 1000), requests: requests)
    }

    private func trouble(_ share: Int) -> RequestFailure? {
        guard !isCalm, dice.perMille(share) else { return nil }
        switch dice.below(10) {
        case 0: return .rateLimited(seconds: dice.between(1, 900), "slow down")
        case 1: return .rateLimited(seconds: nil, "secondary rate limit")
        case 2: return .permanent("not found", hint: nil)
        default: return .transient("bad gateway")
        }
    }

    private func repository(_ target: CheckTarget) -> SimulatedRepository? {
        names[target.source.name].flatMap { repositories[$0] }
    }

    private func check(_ check: Command.Check) -> CheckOutcome {
        if let trouble = trouble(120) { return .failed(trouble) }
        guard let repository = repository(check.target) else { return .failed(.permanent("not found", hint: nil)) }
        var identity: RepositoryIdentity?
        if check.isSweep {
            identity = RepositoryIdentity(
                id: SourceID(repository.id), fullName: repository.fullName, isArchived: repository.isArchived,
                nodeID: Self.nodeID(repository.id))
        }
        if !isCalm, dice.perMille(15) {
            // Half a database: an empty list.
            return .list(
                ReleaseList(
                    releases: [], isComplete: true, isSweep: check.isSweep, etag: check.isSweep ? nil : "empty",
                    identity: identity))
        }
        let lags = !isCalm && dice.perMille(60)
        let all = repository.picture(at: time, lagging: lags, &dice)
        let page = check.isSweep ? all : Array(all.prefix(UpstreamState.firstPage))
        let etag = check.isSweep ? nil : "W/\"\(repository.id)-\(page.hashValue)\""
        if let etag, etag == check.etag { return .unchanged }
        return .list(
            ReleaseList(
                releases: page.shuffled(using: &dice), isComplete: page.count == all.count, isSweep: check.isSweep,
                etag: etag, identity: identity))
    }

    /// Whatever it says or leaves out, the sweep finds what it hides.
    private func survey(_ query: SurveyQuery) -> SurveyOutcome {
        if let trouble = trouble(120) { return .failed(trouble) }
        if !isCalm, dice.perMille(60) { return dice.perMille(700) ? .tooLarge("bad gateway") : .unsupported("404") }
        let observations = query.entries.map { entry -> SurveyObservation in
            let found = repositories.values.first { Self.nodeID($0.id) == entry.nodeID }
            guard let found, isCalm || dice.perMille(980) else { return dice.perMille(500) ? .gone : .unknown }
            let all = found.picture(at: time, lagging: !isCalm && dice.perMille(200), &dice)
            return .repository(
                RepositorySnapshot(
                    repositoryID: found.id, fullName: found.fullName, isArchived: found.isArchived,
                    releaseCount: all.count,
                    releases: all.prefix(5).map { release in
                        let time = (release.publishedAt ?? Timestamp(seconds: 0)).description
                        return RepositorySnapshot.Release(
                            id: release.id.number, tag: release.tag, isDraft: release.isDraft,
                            isPrerelease: release.isPrerelease, publishedAt: time, updatedAt: time)
                    }))
        }
        return .answered(observations, points: 1)
    }

    private static func nodeID(_ id: Int64) -> String { "R_\(id)" }

    private func identify(_ target: CheckTarget) -> Event.Identified {
        if let trouble = trouble(100) { return .failed(trouble) }
        guard let repository = repository(target) else { return .failed(.permanent("not found", hint: nil)) }
        return .known(
            RepositoryIdentity(
                id: SourceID(repository.id), fullName: repository.fullName, isArchived: repository.isArchived,
                nodeID: Self.nodeID(repository.id)))
    }

    /// Starts the run and answers what is given.
    private func begun(_ dispatch: Command.Dispatch, visibleIn: Int64? = nil, _ outcome: DispatchOutcome)
        -> DispatchOutcome
    {
        let visible = time + (visibleIn ?? (isCalm ? 0 : dice.between(0, 60_000)))
        let length = dice.between(5, 1200) * 1000
        add(
            Run(
                id: nextID(), job: dispatch.job, action: dispatch.action, target: dispatch.target,
                inputs: dispatch.inputs, created: time,
                visible: visible, ends: time + length,
                conclusion: isCalm || dice.perMille(900) ? "success" : dice.pick(["failure", "cancelled"])))
        return outcome
    }

    private func dispatch(_ dispatch: Command.Dispatch) -> DispatchOutcome {
        if dispatch.inputs["job"] != dispatch.job { violate("a dispatch whose inputs do not hold the job's id") }
        guard !isCalm else { return named(begun(dispatch, .accepted(nil)), dispatch) }
        switch dice.below(1000) {
        case 0..<450: return named(begun(dispatch, .accepted(nil)), dispatch)
        case 450..<550: return begun(dispatch, .accepted(nil))
        case 550..<680: return begun(dispatch, .unknown("the answer was lost"))
        case 680..<780: return .unknown("the connection broke")
        case 780..<830: return .refused(.rateLimited(seconds: dice.between(1, 300), "slow down"))
        case 830..<850: return .refused(.rateLimited(seconds: nil, "secondary rate limit"))
        case 850..<870:
            // A limit that lies: it was started all the same.
            return begun(dispatch, visibleIn: 0, .refused(.rateLimited(seconds: nil, "secondary rate limit")))
        case 870..<980: return .refused(.transient("connection refused"))
        default: return .refused(.permanent("no such workflow", hint: nil))
        }
    }

    private func named(_ outcome: DispatchOutcome, _ dispatch: Command.Dispatch) -> DispatchOutcome {
        guard let run = runs.last(where: { $0.job == dispatch.job }) else { return outcome }
        return .accepted(WatcherCore.Run(id: run.id, url: "https://example.org/runs/\(run.id)"))
    }

    private func lookUp(_ job: String, _ target: WorkflowTarget, _ since: Timestamp) -> LookupOutcome {
        if let trouble = trouble(100) {
            if case .permanent = trouble { return .failed(.transient("bad gateway")) }
            return .failed(trouble)
        }
        let found = runs.first {
            $0.job == job && $0.target == target && $0.visible <= time && Timestamp(seconds: $0.created / 1000) >= since
        }
        guard let found else { return .absent(others: 0) }
        return .found(WatcherCore.Run(id: found.id, url: "https://example.org/runs/\(found.id)"))
    }

    private func follow(_ run: WatcherCore.Run, _ target: WorkflowTarget) -> FollowOutcome {
        if let trouble = trouble(80) {
            if case .permanent = trouble { return .missing }
            return .failed(trouble)
        }
        guard let found = runs.first(where: { $0.id == run.id && $0.target == target }) else { return .missing }
        if !isCalm, time < found.created + 20_000, dice.perMille(200) { return .missing }
        let title = "build \(found.job)"
        guard time >= found.ends else { return .underway(title: title) }
        return .ended(Conclusion(word: found.conclusion, title: title, url: run.url))
    }

    private func deliver(_ message: Message, _ notifier: String) -> DeliveryOutcome {
        guard !isCalm else {
            receive(message, by: notifier)
            return .delivered
        }
        switch dice.below(1000) {
        case 0..<700:
            receive(message, by: notifier)
            return .delivered
        case 700..<780:
            receive(message, by: notifier)
            return .retry(after: nil, reason: "the answer was lost")
        case 780..<860: return .retry(after: dice.between(0, 4000), reason: "too many requests")
        case 860..<985: return .retry(after: nil, reason: "unavailable")
        default: return .refused(reason: "no such hook")
        }
    }
}
