// How jobs are made, begun, looked up and followed.

extension Core {
    /// Makes the jobs that new releases ask for. "Seen" and "enqueued" are one change of the ledger, so one save.
    mutating func enqueueJobs(
        for upstream: String, _ accepted: [UpstreamState.Accepted], previous: ReleaseReference?, at now: Instant
    ) {
        let levels = UpstreamState.levels(accepted, previous: previous)
        for (name, action) in config.actions.sorted(by: { $0.key < $1.key }) where action.upstreams.contains(upstream) {
            switch action.releases {
            case .newest:
                // An older line starts nothing here: only the highest is built.
                guard let highest = accepted.last(where: \.isHighest) else { continue }
                let level = UpstreamState.level(of: highest.release, previous)
                if let level, !action.levels.contains(level) { continue }
                enqueue(name, action, [upstream: highest.release], previous: previous?.tag, at: now)
            case .each:
                for (item, level) in zip(accepted, levels) where action.levels.contains(level) {
                    enqueue(name, action, [upstream: item.release], previous: nil, at: now)
                }
            }
        }
    }

    mutating func enqueue(
        _ name: String, _ action: Config.Action, _ news: [String: ReleaseReference], previous: String?,
        onlyIfMissing: Bool = false, at now: Instant
    ) {
        var causes = news
        var previous = previous
        var firstNews = now.floor
        var onlyIfMissing = onlyIfMissing
        if action.releases == .newest {
            for old in ledger.jobs where old.action == name && isSupersedable(old) {
                causes.merge(old.causes) { new, _ in new }
                previous = old.previous ?? previous
                firstNews = min(firstNews, old.firstNews)
                // News are news, whatever else the job stands for.
                onlyIfMissing = onlyIfMissing && old.onlyIfMissing == true
                supersede(old, at: now)
            }
        }
        let quiet = action.quietPeriod
        var job = Job(
            action: name, causes: causes,
            repositories: causes.reduce(into: [:]) { all, cause in
                all[cause.key] = ledger.upstreams[cause.key]?.repositoryID
            }, generation: 0, created: now.floor, firstNews: firstNews,
            notBefore: quiet == 0 ? nil : min(now.deadline(in: quiet), firstNews.adding(quiet * 6)))
        job.onlyIfMissing = onlyIfMissing ? true : nil
        if causes.count == 1 { job.previous = previous }
        add(job, at: now)
    }

    /// Not begun, not asked for by a person, and certainly no run of it exists.
    private func isSupersedable(_ job: Job) -> Bool {
        job.isPending && !job.mayHaveStarted && !job.isByHand
    }

    private mutating func supersede(_ job: Job, at now: Instant) {
        // What came and went within one pass never was a job to anybody.
        if fresh.remove(job.id) != nil {
            ledger.jobs.removeAll { $0.id == job.id }
            report.jobs.remove(job.id)
            return
        }
        var job = job
        job.end(.superseded, reason: "newer releases came before it was begun", at: now)
        ledger.retire(job)
        report.jobs.insert(job.id)
    }

    mutating func add(_ job: Job, at now: Instant) {
        guard !ledger.jobs.contains(where: { $0.id == job.id }),
            !ledger.history.contains(where: { $0.id == job.id && $0.phase != .ended(.superseded) })
        else { return }
        ledger.jobs.append(job)
        fresh.insert(job.id)
        report.jobs.insert(job.id)
        changed(.durable)
        let waiting = ledger.jobs.filter { $0.action == job.action && $0.isPending }
        if waiting.count > Ledger.pendingLimit, let oldest = waiting.first {
            fail(oldest, "given up: more than \(Ledger.pendingLimit) jobs of \(job.action) were waiting", at: now)
        }
    }

    // MARK: - What is due

    mutating func dueWork(at now: Instant) -> [Command] {
        var commands: [Command] = []
        for job in ledger.jobs where job.isRunning && !working.contains(job.id) { commands += drive(job, at: now) }
        // Only now: what runs may have ended without a command, and then nothing else would begin the next one.
        var busy: Set<String> = Set(ledger.jobs.filter(\.isRunning).map(\.action))
        for job in ledger.jobs where job.isPending && !working.contains(job.id) && !busy.contains(job.action) {
            if let command = begin(job, at: now) {
                busy.insert(job.action)
                commands.append(command)
            } else if job.attempts > 0, config.actions[job.action]?.releases == .each {
                // Oldest first, also when its first try was refused.
                busy.insert(job.action)
            }
        }
        return commands
    }

    private mutating func begin(_ job: Job, at now: Instant) -> Command? {
        guard let action = config.actions[job.action] else { return nil }
        // News from a look that is under way may belong to the same job.
        guard !action.upstreams.contains(where: { checking.contains($0) || schedule.isQueued($0) }) else { return nil }
        fresh.remove(job.id)
        guard job.notBefore.map(now.hasReached) ?? true else { return nil }
        var releases = job.releases ?? job.causes
        for name in action.upstreams where releases[name] == nil { releases[name] = ledger.upstreams[name]?.lastSeen }
        let unknown = action.upstreams.filter { releases[$0] == nil }
        guard unknown.isEmpty else {
            hold(job, "waits for the first release of \(unknown.joined(separator: ", "))")
            return nil
        }
        if job.onlyIfMissing == true { return ask(job, action, releases, at: now) }
        guard isClear(job, action, at: now) else { return nil }
        switch action.work {
        case .workflowDispatch(let dispatch): return begin(job, dispatch, releases, at: now)
        case .imageBuild(let build): return begin(job, build, action, releases, at: now)
        case .kind(let kind): return begin(job, kind, releases, at: now)
        }
    }

    private mutating func begin(
        _ job: Job, _ dispatch: Config.WorkflowDispatch, _ releases: [String: ReleaseReference], at now: Instant
    ) -> Command? {
        let key = quotaKey(forAction: job.action)
        if isPaused(job, at: now) { return nil }
        guard let index = ledger.jobs.firstIndex(where: { $0.id == job.id }) else { return nil }
        let since = searchStart(key, at: now)
        // Where an earlier attempt may have started a run, the next one stays in the same place.
        let known = job.mayHaveStarted ? job.target : nil
        let target = known ?? WorkflowTarget(dispatch, defaultAPIURL: config.github.apiURL)
        ledger.jobs[index].target = target
        ledger.jobs[index].begin(
            releases: releases, isHighest: areHighest(releases), as: .dispatching(since: since, at: now.floor), at: now)
        let begun = ledger.jobs[index]
        taken(job)
        let inputs = dispatch.inputs.mapValues {
            $0.render(job: job.id, highest: begun.isHighest ?? false, releases: begun.releases ?? releases)
        }
        return .dispatch(Command.Dispatch(job: job.id, action: job.action, target: target, inputs: inputs))
    }

    /// Whether the rate limit of a job's action does not let it begin yet, which is its reason then.
    mutating func isPaused(_ job: Job, at now: Instant) -> Bool {
        let key = quotaKey(forAction: job.action)
        guard let until = pausedUntil(key, at: now) else { return false }
        hold(job, "waits until \(until): \(ledger.quotas[key.name]?.pauseReason ?? "GitHub asked for a pause")")
        return true
    }

    func areHighest(_ releases: [String: ReleaseReference]) -> Bool {
        releases.allSatisfy { ledger.upstreams[$0.key]?.isHighest($0.value) ?? true }
    }

    /// Notes that a command for a job is handed out.
    mutating func taken(_ job: Job) {
        changed(.durable)
        working.insert(job.id)
        lookedAt.insert(job.id)
        report.jobs.insert(job.id)
    }

    /// Says why a job is not begun, without a save of its own.
    mutating func hold(_ job: Job, _ reason: String) {
        guard job.reason != reason, let index = ledger.jobs.firstIndex(where: { $0.id == job.id }) else { return }
        ledger.jobs[index].reason = reason
        changed(.noted)
        say(.detail, "\(job.action) \(reason)", topic: "job waits", ["job": job.id, "reason": reason])
    }

    /// From when on a run of an attempt that begins now can have been created, by the server's clock: with a margin
    /// for its whole seconds, or a whole day where its clock is not known. The job's id in the title decides anyway.
    private mutating func searchStart(_ key: AccountKey, at now: Instant) -> Timestamp {
        let offset = withQuota(key) { $0.clockOffset } ?? withQuota(.github) { $0.clockOffset }
        return offset.map { now.floor.adding($0 - 60) } ?? now.floor.adding(-86_400)
    }

    private mutating func drive(_ job: Job, at now: Instant) -> [Command] {
        guard let action = config.actions[job.action] else { return [] }
        switch job.phase {
        case .asking, .building, .verifying, .moving: return driveImage(job, action, at: now)
        case .dispatching, .lookingUp, .following:
            guard let target = target(of: job) else {
                fail(job, "the action \(job.action) no longer starts a workflow", at: now)
                return []
            }
            return drive(job, target, at: now)
        case .acting(let step): return drive(job, step, at: now)
        case .pending, .ended: return []
        }
    }

    /// Where a job's run is: as it was begun, or for one of an older state file as it is configured.
    func target(of job: Job) -> WorkflowTarget? { job.target ?? config.workflowTarget(of: job.action) }

    private mutating func drive(_ job: Job, _ target: WorkflowTarget, at now: Instant) -> [Command] {
        guard let index = ledger.jobs.firstIndex(where: { $0.id == job.id }) else { return [] }
        if ledger.jobs[index].target == nil { ledger.jobs[index].target = target }
        if case .dispatching(let since, let at) = job.phase {
            // Read from disk like this: the process ended between the intent and the answer. The search counts from
            // then; where the clock was set meanwhile, from now at the most.
            let gone = max(at.map { now.floor.seconds(since: $0) } ?? 0, 0)
            ledger.jobs[index].lookUp(
                since: since, for: max(target.lookup - gone, 0), accepted: false,
                reason: "the answer to the dispatch was never seen",
                at: now)
            changed(.noted)
        }
        // A pass that does not wait has one look at each, whenever that was planned.
        let isFirstLook = !lookedAt.contains(job.id)
        guard isFirstLook || (ledger.jobs[index].notBefore.map(now.hasReached) ?? true && (mode.waits || mode.repeats)),
            pausedUntil(quotaKey(forAction: job.action), at: now) == nil
        else { return [] }
        lookedAt.insert(job.id)
        working.insert(job.id)
        report.jobs.insert(job.id)
        switch ledger.jobs[index].phase {
        case .lookingUp(let since, _, _): return [.lookUp(job: job.id, action: job.action, target, since: since)]
        case .following:
            guard let run = job.run else { return [] }
            return [.follow(job: job.id, action: job.action, target, run: run)]
        default: return []
        }
    }

    /// Whether a job has been begun and is not over: what `--wait` waits for.
    package func isUnderWay(_ job: Job) -> Bool { job.isRunning || (job.isPending && job.releases != nil) }

    func nextTime(of job: Job, at now: Instant) -> Timestamp? {
        guard let action = config.actions[job.action] else { return nil }
        var pause: Timestamp?
        if hasRateLimit(action), !job.isInRegistry {
            pause = ledger.quotas[quotaKey(forAction: job.action).name]?.pausedUntil
        }
        if job.isPending, ledger.jobs.contains(where: { $0.action == job.action && $0.isRunning }) { return nil }
        if job.isPending, action.upstreams.contains(where: { checking.contains($0) }) { return nil }
        let times = [job.notBefore, pause, job.isPending ? job.opensAt : nil].compactMap { $0 }
            .filter { !now.hasReached($0) }
        return times.max()
    }

    /// Ends jobs whose action has gone from the configuration.
    mutating func settleOrphans(at now: Instant) {
        for job in ledger.jobs where config.actions[job.action] == nil && !working.contains(job.id) {
            // What a crash has left of it does not outlive it.
            if job.phase == .acting(.start), job.work?.base.isLong == true { followUps.append(.endBuild(job: job.id)) }
            fail(job, "the action \(job.action) is no longer in the configuration", at: now)
        }
    }
}

extension Job {
    /// Waits for a registry, not for GitHub.
    var isInRegistry: Bool {
        switch phase {
        case .asking, .verifying, .moving: true
        default: false
        }
    }

    /// Asked for by `trigger` or `retry`.
    package var isByHand: Bool { generation > 0 }
}
