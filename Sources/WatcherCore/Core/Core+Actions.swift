// How jobs of the kinds in `actionKinds` are begun, recovered and followed: the same for all of them.

extension Core {
    mutating func begin(
        _ job: Job, _ kind: AnyActionKind, _ releases: [String: ReleaseReference], at now: Instant
    ) -> Command? {
        guard !longRunning.values.contains(job.action) else {
            hold(job, "waits for a deleted job's \(kind.key) to end")
            return nil
        }
        if kind.base.account != .none, isPaused(job, at: now) { return nil }
        guard let index = ledger.jobs.firstIndex(where: { $0.id == job.id }) else { return nil }
        // Where an earlier attempt may have started something, the next one stays in the same place.
        var target = job.mayHaveStarted ? job.work : nil
        if target == nil {
            let contents = JobContents(
                id: job.id, isHighest: job.isHighest ?? areHighest(releases), releases: job.releases ?? releases,
                gitHubAPI: config.github.apiURL)
            do throws(ActionObjection) {
                target = try kind.target(for: contents)
            } catch {
                fail(job, error.reason, at: now)
                return nil
            }
        }
        guard let target else { return nil }
        ledger.jobs[index].work = target
        ledger.jobs[index].begin(
            releases: releases, isHighest: areHighest(releases), as: .acting(.start), at: now)
        return start(ledger.jobs[index], target, at: now)
    }

    private mutating func start(_ job: Job, _ target: AnyActionTarget, at now: Instant) -> Command {
        taken(job)
        guard target.base.isLong else { return .run(request(job, target, .start, at: now)) }
        say(
            .news, "\(job.action) is run for \(Words.releases(job.releases ?? job.causes))", topic: "job started",
            ["job": job.id, "action": job.action])
        // Reported once, however often it is begun.
        if job.attempts == 1, job.cutOffs == nil { tellJob(.started, job, at: now) }
        longRunning[job.id] = job.action
        return .run(request(job, target, .start, at: now))
    }

    private func request(
        _ job: Job, _ target: AnyActionTarget, _ step: ActionStep, at now: Instant
    ) -> ActionRequest {
        var message = jobMessage(.started, job, id: job.id, at: now)
        message.job?.status = "running"
        return ActionRequest(
            job: job.id, action: job.action, attempt: job.attempts + (job.cutOffs ?? 0), target: target, step: step,
            run: job.run, message: message)
    }

    // MARK: - On the way

    /// A job whose command is not under way: read from disk like this, or due for the next look.
    mutating func drive(_ job: Job, _ step: ActionStep, at now: Instant) -> [Command] {
        guard let target = job.work, let index = ledger.jobs.firstIndex(where: { $0.id == job.id }) else {
            fail(job, "the state does not say what this job does", at: now)
            return []
        }
        switch step {
        case .start: return recover(job, index, target, at: now)
        case .find, .follow:
            // A pass that does not wait has one look at each, whenever that was planned.
            let isDue = job.notBefore.map(now.hasReached) ?? true
            guard !lookedAt.contains(job.id) || (isDue && (mode.waits || mode.repeats)), !isLimited(job, at: now)
            else { return [] }
            taken(job)
            return [.run(request(job, target, step, at: now))]
        }
    }

    /// The program ended between the intent and the answer.
    private mutating func recover(
        _ job: Job, _ index: Int, _ target: AnyActionTarget, at now: Instant
    ) -> [Command] {
        switch target.base.recovery {
        case .repeated:
            guard !isLimited(job, at: now) else { return [] }
            let cutOffs = (job.cutOffs ?? 0) + 1
            guard cutOffs <= Self.cutOffLimit else {
                fail(job, "given up: the program ended \(cutOffs) times in the middle of this job", at: now)
                return endsOrphans(target) ? [.endBuild(job: job.id)] : []
            }
            ledger.jobs[index].cutOffs = cutOffs
            return [start(ledger.jobs[index], target, at: now)]
        case .failed:
            fail(job, "cut off when the program ended, and \"repeatable\" is false", at: now)
            return endsOrphans(target) ? [.endBuild(job: job.id)] : []
        case .lookedUp:
            ledger.jobs[index].find(for: target.base.lookup, reason: "the response was never seen", at: now)
            changed(.durable)
            return drive(ledger.jobs[index], .find(until: now.deadline(in: target.base.lookup)), at: now)
        }
    }

    /// Whether the server of a job's action has asked for a pause that is not over.
    private mutating func isLimited(_ job: Job, at now: Instant) -> Bool {
        guard let action = config.actions[job.action], hasRateLimit(action) else { return false }
        return pausedUntil(quotaKey(forAction: job.action), at: now) != nil
    }

    private func endsOrphans(_ target: AnyActionTarget) -> Bool { target.base.isLong }

    // MARK: - What came of it

    mutating func ran(_ job: inout Job, _ result: ActionResult, at now: Instant) {
        guard case .acting(let step) = job.phase, let target = job.work?.base else { return }
        job.log = result.log ?? job.log
        switch step {
        case .start: started(&job, result.outcome, target, at: now)
        case .find(let until): found(&job, result.outcome, target, until: until, at: now)
        case .follow(let looks, let missingSince):
            looked(&job, result.outcome, target, looks, missingSince: missingSince, at: now)
        }
    }

    private mutating func started(
        _ job: inout Job, _ outcome: ActionResult.Outcome, _ target: any ActionTarget, at now: Instant
    ) {
        switch outcome {
        case .succeeded: prove(&job, at: now)
        case .started(let run): follow(&job, run, target, at: now)
        case .unknown(let reason): unknown(&job, reason, target, at: now)
        case .underway, .absent: again(&job, "the response makes no sense", at: now)
        case .failed(.cancelled):
            job.attempts = max(job.attempts - 1, 0)
            job.retry(in: 0, reason: "interrupted", at: now)
        case .failed(.permanent(let reason, let hint)): end(&job, reason, hint: hint, at: now)
        case .failed(.rateLimited(let seconds, let reason)):
            // Nothing was done, and it is no fault of the job's: the attempt does not count.
            job.attempts = max(job.attempts - 1, 0)
            if target.recovery == .lookedUp {
                // A limit can be reported after the fact.
                job.find(for: 0, reason: reason, at: now)
            } else {
                job.retry(in: 0, reason: reason, at: now)
            }
            wait(&job, seconds, at: now)
        case .failed(.transient(let reason)): again(&job, reason, at: now)
        }
    }

    private mutating func unknown(
        _ job: inout Job, _ reason: String, _ target: any ActionTarget, at now: Instant
    ) {
        switch target.recovery {
        case .repeated: again(&job, reason, at: now)
        case .failed: end(&job, reason, hint: nil, at: now)
        case .lookedUp:
            job.find(for: target.lookup, reason: reason, at: now)
            say(
                .detail, "\(job.action): \(reason); looking for it before it is repeated",
                topic: "start unanswered", ["job": job.id, "reason": reason])
        }
    }

    private mutating func follow(_ job: inout Job, _ run: Run, _ target: any ActionTarget, at now: Instant) {
        job.run = run
        job.reason = nil
        job.notBefore = now.deadline(in: Backoff.follow(after: 0))
        job.phase = .acting(.follow(looks: 0, missingSince: nil))
        say(
            .news, "\(job.action) started for \(Words.releases(job.releases ?? job.causes)): \(run.url)",
            topic: "job started", ["job": job.id, "action": job.action, "url": run.url])
        tellJob(.started, job, at: now)
        if !target.follows { prove(&job, at: now) }
    }

    private mutating func found(
        _ job: inout Job, _ outcome: ActionResult.Outcome, _ target: any ActionTarget, until: Timestamp,
        at now: Instant
    ) {
        switch outcome {
        case .succeeded: prove(&job, at: now)
        case .started(let run): follow(&job, run, target, at: now)
        case .absent where now.hasReached(until):
            again(&job, job.reason ?? "nothing was started", wait: 0, at: now)
        case .absent, .underway: job.notBefore = now.deadline(in: Backoff.lookup)
        case .failed(.cancelled): break
        case .failed(.permanent(let reason, let hint)):
            end(&job, "what it started cannot be looked for: \(reason)", hint: hint, at: now)
        case .failed(.rateLimited(let seconds, _)): wait(&job, seconds, at: now)
        case .failed(.transient(let reason)), .unknown(let reason):
            job.notBefore = now.deadline(in: Backoff.start(after: 1))
            say(
                .detail, "\(job.action): looking for what it started: \(reason)", topic: "look for the run failed",
                ["job": job.id, "reason": reason])
        }
    }

    private mutating func looked(
        _ job: inout Job, _ outcome: ActionResult.Outcome, _ target: any ActionTarget, _ looks: Int,
        missingSince: Timestamp?, at now: Instant
    ) {
        func next(_ looks: Int, missingSince: Timestamp?) {
            job.notBefore = now.deadline(in: Backoff.follow(after: looks))
            job.phase = .acting(.follow(looks: looks, missingSince: missingSince))
        }
        switch outcome {
        case .succeeded: prove(&job, at: now)
        case .underway, .started:
            // Judged after a look, never before one: it may have ended while nobody looked.
            if let begun = job.begunAt, now.hasReached(begun.adding(target.timeout)) {
                let reason = "no end after \(Words.duration(target.timeout)); it may still be running"
                return end(&job, reason, hint: "read \(job.run?.url ?? "")", at: now)
            }
            next(min(looks + 1, 10), missingSince: nil)
        case .absent:
            let since = missingSince ?? now.floor
            guard !now.hasReached(since.adding(Backoff.missingRun)) else {
                return end(&job, "\(job.run?.url ?? "it") is not there (404)", hint: "was it deleted?", at: now)
            }
            next(min(looks + 1, 3), missingSince: since)
        case .failed(.cancelled): break
        case .failed(.permanent(let reason, let hint)): end(&job, reason, hint: hint, at: now)
        case .failed(.rateLimited(let seconds, _)): wait(&job, seconds, at: now)
        case .failed(.transient(let reason)), .unknown(let reason):
            say(
                .detail, "\(job.action): looking at \(job.run?.url ?? "it"): \(reason)",
                topic: "look at the run failed", ["job": job.id, "reason": reason])
            next(max(looks + 1, 4), missingSince: missingSince)
        }
    }

    /// Where no limit of the account is known, this job alone waits until the time that the server names.
    private func wait(_ job: inout Job, _ seconds: Int64?, at now: Instant) {
        if let action = config.actions[job.action], !hasRateLimit(action) {
            job.notBefore = now.deadline(in: Self.pause(seconds))
        }
    }

    /// How long to wait where a server asks for less, in seconds.
    private static func pause(_ seconds: Int64?) -> Int64 {
        min(max(seconds ?? Backoff.unnamedLimit(after: 1), 1), Backoff.longestPause)
    }
}

extension Job {
    /// The response was lost: what it may have started is looked for before anything is repeated.
    mutating func find(for seconds: Int64, reason: String, at now: Instant) {
        mayHaveStarted = true
        self.reason = reason
        notBefore = nil
        phase = .acting(.find(until: now.deadline(in: seconds)))
    }
}
