// What a person asks for: each returns what was done, or throws why not.

extension Core {
    /// Does what was asked and says so; the answer may be given when the change is on disk.
    package mutating func answer(_ request: ControlRequest, at now: Instant) -> ControlRequest.Reply {
        do throws(ControlError) {
            switch request {
            case .trigger(let action, let releases): return .done("job \(try trigger(action, releases, at: now))")
            case .retry(let id): return .done("job \(try retry(id, at: now)) is pending: the next pass starts it")
            case .forget(let id):
                try forget(id, at: now)
                return .done("\(id) is dropped")
            case .approve(let id):
                try approve(id)
                return .done("job \(id) is approved: it begins as soon as it may")
            case .reject(let id):
                try reject(id, at: now)
                return .done("job \(id) is rejected")
            case .accept(let upstream):
                try accept(upstream)
                schedule.planNow([upstream], at: now)
                return .done("\(upstream) is accepted: the next pass looks at it as for the first time")
            case .checkNow:
                schedule.planNow(config.upstreams.keys.filter { !checking.contains($0) }.sorted(), at: now)
                spread = []
                return .done("checking \(Words.count(config.upstreams.count, "upstream")) now")
            }
        } catch {
            return .refused(error.description, hint: error.hint)
        }
    }

    package enum ControlError: Error, Equatable, Sendable {
        case unknownAction(String)
        case unknownUpstream(String, action: String)
        case invalidRelease(String)
        case notSeenYet(String)
        case unknownJob(String)
        case aMessage(String)
        case notFailed(String, status: String)
        case notWaiting(String, status: String)
        case nothingToAccept(String)

        package var description: String {
            switch self {
            case .unknownAction(let name): "there is no action \(name) in the configuration"
            case .unknownUpstream(let name, let action): "the action \(action) does not depend on an upstream \(name)"
            case .invalidRelease(let name): "the release named for \(name) has a tag or a URL that is never taken"
            case .notSeenYet(let name): "no release of \(name) is known yet"
            case .unknownJob(let id): "there is no job or message \(id)"
            case .aMessage(let id):
                "\(id) is a message: it is retried by itself for a day, and only a job can be put back"
            case .notFailed(let id, let status): "job \(id) is \(status): only a failed one can be put back"
            case .notWaiting(let id, let status): "job \(id) is \(status): it does not wait for approval"
            case .nothingToAccept(let name): "\(name) is not stopped: there is nothing to accept"
            }
        }

        package var hint: String? {
            switch self {
            case .unknownAction, .unknownUpstream: "watcher validate shows what the configuration contains"
            case .notSeenYet: "run watcher once first, or name a tag: UPSTREAM=TAG"
            case .unknownJob, .notFailed, .notWaiting: "watcher status lists them"
            case .aMessage(let id): "watcher forget \(id) drops what has failed of it"
            case .nothingToAccept, .invalidRelease: nil
            }
        }
    }

    /// Puts a job into the outbox for the highest known releases or the given ones. Returns its id.
    package mutating func trigger(
        _ name: String, _ named: [String: ReleaseReference], at now: Instant
    ) throws(ControlError) -> String {
        guard let action = config.actions[name] else { throw .unknownAction(name) }
        for upstream in named.keys.sorted() where !action.upstreams.contains(upstream) {
            throw .unknownUpstream(upstream, action: name)
        }
        // A request comes from outside, like a release: it may say nothing that a release could not.
        for (upstream, release) in named.sorted(by: { $0.key < $1.key }) where !release.isAcceptable {
            throw .invalidRelease(upstream)
        }
        var causes = named
        for upstream in action.upstreams where causes[upstream] == nil {
            guard let highest = ledger.upstreams[upstream]?.lastSeen else { throw .notSeenYet(upstream) }
            causes[upstream] = highest
        }
        return addByHand(name, causes, at: now)
    }

    /// Puts a failed job back, under a new id. Returns it.
    package mutating func retry(_ id: String, at now: Instant) throws(ControlError) -> String {
        if let job = ledger.jobs.first(where: { $0.id == id }) { throw .notFailed(id, status: job.status) }
        guard let index = ledger.history.firstIndex(where: { $0.id == id }) else {
            throw ledger.outbox.knows(id) ? .aMessage(id) : .unknownJob(id)
        }
        let job = ledger.history[index]
        guard job.phase == .ended(.failed) else { throw .notFailed(id, status: job.status) }
        guard config.actions[job.action] != nil else { throw .unknownAction(job.action) }
        ledger.history[index].isSettled = true
        return addByHand(job.action, job.releases ?? job.causes, at: now)
    }

    /// Drops a job, or a message. What GitHub has started goes on; it is only no longer followed.
    package mutating func forget(_ id: String, at now: Instant) throws(ControlError) {
        changed(.durable)
        if let index = ledger.history.firstIndex(where: { $0.id == id }) {
            ledger.history[index].isSettled = true
        } else if var job = ledger.jobs.first(where: { $0.id == id }) {
            if builds.contains(id) || longRunning[id] != nil { followUps.append(.endBuild(job: id)) }
            job.end(.failed, reason: "forgotten on request while it was \(job.status)", at: now)
            job.isSettled = true
            ledger.retire(job)
        } else if !ledger.outbox.forget(id) {
            throw .unknownJob(id)
        }
    }

    /// Takes the repository that now bears the name: it is checked as for the first time.
    package mutating func accept(_ upstream: String) throws(ControlError) {
        guard ledger.upstreams[upstream]?.replacedBy != nil else { throw .nothingToAccept(upstream) }
        ledger.upstreams[upstream] = UpstreamState()
        changed(.durable)
    }

    private mutating func addByHand(_ action: String, _ causes: [String: ReleaseReference], at now: Instant) -> String {
        ledger.generation += 1
        let job = Job(action: action, causes: causes, generation: ledger.generation, created: now.floor)
        add(job, at: now)
        return job.id
    }
}

extension ReleaseReference {
    /// Bytes of a URL.
    private static let urlLimit = 2000

    /// Whether it could have come from upstream.
    fileprivate var isAcceptable: Bool {
        let isAddress = url.isEmpty || url.hasPrefix("https://") || url.hasPrefix("http://")
        return Tag.isSafe(tag) && isAddress && url.utf8.count <= Self.urlLimit
            && url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
