// What becomes of a job when its command comes back.

extension Core {
    /// How many jobs that have ended may be remembered as followed before they are forgotten together.
    private static let lookedAtSlack = 100

    /// Runs a transition of a job that is known. Of an event for one that was forgotten meanwhile, only what it says
    /// about the account's limits counts.
    mutating func withJob(
        _ id: String, _ reading: RateLimitReading? = nil, _ failure: RequestFailure? = nil, at now: Instant,
        _ body: (inout Core, inout Job) -> Void
    ) {
        working.remove(id)
        if lookedAt.count > ledger.jobs.count + Self.lookedAtSlack {
            lookedAt.formIntersection(ledger.jobs.map(\.id))
        }
        let known = ledger.jobs.first { $0.id == id }
        if let action = (known ?? ledger.history.last { $0.id == id })?.action {
            keepLimits(ofAction: action, reading, failure, at: now)
        }
        guard var job = known else {
            return say(.detail, "job \(id) is gone; what came of it is ignored", topic: "job is gone", ["job": id])
        }
        body(&self, &job)
        changed(.durable)
        if case .ended = job.phase {
            ledger.retire(job)
        } else if let index = ledger.jobs.firstIndex(where: { $0.id == id }) {
            ledger.jobs[index] = job
        }
    }

    /// Nobody of an account with a limit that is known asks before the time that its server names.
    private mutating func keepLimits(
        ofAction name: String, _ reading: RateLimitReading?, _ failure: RequestFailure?, at now: Instant
    ) {
        guard let action = config.actions[name], hasRateLimit(action) else { return }
        note(reading, of: quotaKey(forAction: name), at: now)
        if case .rateLimited(let seconds, let reason) = failure {
            pause(quotaKey(forAction: name), seconds: seconds, reason, at: now)
        }
    }

    mutating func dispatched(_ job: inout Job, _ outcome: DispatchOutcome, at now: Instant) {
        guard case .dispatching(let since, _) = job.phase, let target = target(of: job) else { return }
        switch outcome {
        case .accepted(let run?):
            started(&job, run, target, at: now)
        case .accepted(nil) where !target.follow, .acceptedForGood:
            tellJob(.started, job, at: now)
            succeed(&job, at: now)
        case .accepted(nil):
            job.lookUp(
                since: since, for: target.lookup, accepted: true, reason: "accepted; looking for its run", at: now)
        case .unknown(let reason):
            job.lookUp(since: since, for: target.lookup, accepted: false, reason: reason, at: now)
            say(
                .detail, "\(job.action): \(reason); looking for the run before it is repeated",
                topic: "dispatch unanswered", ["job": job.id, "reason": reason])
        case .refused(.cancelled):
            job.attempts = max(job.attempts - 1, 0)
            job.retry(in: 0, reason: "interrupted", at: now)
        case .refused(.permanent(let reason, let hint)):
            end(&job, reason, hint: hint, at: now)
        case .refused(.rateLimited(_, let reason)):
            // Nothing was started, and it is no fault of the job's: the attempt does not count. A limit can be a lie
            // reported after the fact, though, so the run is looked for before the next try.
            job.attempts = max(job.attempts - 1, 0)
            job.lookUp(since: since, for: 0, accepted: false, reason: reason, at: now)
        case .refused(.transient(let reason)):
            again(&job, reason, at: now)
        }
    }

    mutating func lookedUp(_ job: inout Job, _ outcome: LookupOutcome, at now: Instant) {
        guard case .lookingUp(_, let until, let accepted) = job.phase, let target = target(of: job) else { return }
        switch outcome {
        case .found(let run): started(&job, run, target, at: now)
        case .failed(.cancelled), .failed(.rateLimited): break
        case .failed(.permanent(let reason, let hint)):
            end(&job, "its run cannot be looked for: \(reason)", hint: hint, at: now)
        case .failed(.transient(let reason)):
            job.notBefore = now.deadline(in: Backoff.start(after: 1))
            say(
                .detail, "\(job.action): looking for the run: \(reason)", topic: "look for the run failed",
                ["job": job.id, "reason": reason])
        case .absent where !now.hasReached(until):
            job.notBefore = now.deadline(in: Backoff.lookup)
        case .absent(let others) where accepted && others > 0:
            end(
                &job, "the dispatch was accepted, but no run has the job's id", hint: Self.runNameHint, at: now)
        case .absent:
            again(&job, job.reason ?? "no run was started", wait: 0, at: now)
        }
    }

    mutating func followed(_ job: inout Job, _ outcome: FollowOutcome, at now: Instant) {
        guard case .following(let looks, let missingSince) = job.phase, let target = target(of: job) else { return }
        func next(_ looks: Int, missingSince: Timestamp?) {
            job.notBefore = now.deadline(in: Backoff.follow(after: looks))
            job.phase = .following(looks: looks, missingSince: missingSince)
        }
        switch outcome {
        case .underway(let title):
            checkTitle(job, title, at: now)
            // Judged after a look, never before one: the run may have ended while nobody looked.
            if let begun = job.begunAt, now.hasReached(begun.adding(target.timeout)) {
                let reason = "no end after \(Words.duration(target.timeout)); it may still be running"
                return end(&job, reason, hint: "read \(job.run?.url ?? "")", at: now)
            }
            next(min(looks + 1, 10), missingSince: nil)
        case .ended(let conclusion):
            checkTitle(job, conclusion.title, at: now)
            job.run?.url = conclusion.url
            if conclusion.word == "success" { return prove(&job, at: now) }
            let failed = conclusion.failedJobs.isEmpty ? "" : ": " + conclusion.failedJobs.joined(separator: ", ")
            end(&job, "the run ended with \(conclusion.word)\(failed)", hint: "read \(conclusion.url)", at: now)
        case .missing:
            let since = missingSince ?? now.floor
            if now.hasReached(since.adding(Backoff.missingRun)) {
                end(&job, "run \(job.run?.id ?? 0) is not there (404)", hint: "was it deleted?", at: now)
            } else {
                next(min(looks + 1, 3), missingSince: since)
            }
        case .failed(.cancelled), .failed(.rateLimited): break
        case .failed(.permanent(let reason, let hint)):
            end(&job, "its run cannot be followed: \(reason)", hint: hint, at: now)
        case .failed(.transient(let reason)):
            say(
                .detail, "\(job.action): looking at run \(job.run?.id ?? 0): \(reason)",
                topic: "look at the run failed",
                ["job": job.id, "reason": reason])
            next(max(looks + 1, 4), missingSince: missingSince)
        }
    }

    // MARK: - Ends and repetitions

    private mutating func started(_ job: inout Job, _ run: Run, _ target: WorkflowTarget, at now: Instant) {
        job.follow(run, at: now)
        say(
            .news, "\(job.action) started for \(Words.releases(job.releases ?? job.causes)): \(run.url)",
            topic: "job started", ["job": job.id, "action": job.action, "url": run.url])
        tellJob(.started, job, at: now)
        if !target.follow { succeed(&job, at: now) }
    }

    /// Another try, as long as there are some left.
    mutating func again(_ job: inout Job, _ reason: String, wait: Int64? = nil, at now: Instant) {
        let limit = config.actions[job.action]?.attempts ?? 1
        guard job.attempts < limit else {
            return end(&job, "\(reason) (after \(job.attempts) attempts)", hint: nil, at: now)
        }
        job.retry(in: wait ?? Backoff.start(after: job.attempts), reason: reason, at: now)
        say(
            .detail, "\(job.action): \(reason); trying again", topic: "job will be tried again",
            ["job": job.id, "reason": reason])
    }

    mutating func succeed(_ job: inout Job, at now: Instant) {
        job.end(.succeeded, reason: nil, at: now)
        let words = successWords(job, at: now)
        say(
            .news, words,
            topic: "job succeeded", ["job": job.id, "action": job.action])
        tellJob(.succeeded, job, at: now)
    }

    mutating func end(_ job: inout Job, _ reason: String, hint: String?, at now: Instant) {
        let bounded = String(reason.prefix(Self.reasonLimit))
        job.end(.failed, reason: bounded, at: now)
        say(
            .failure, "\(job.action) failed for \(Words.releases(job.releases ?? job.causes)): \(bounded)",
            hint: hint ?? "when it is fixed: watcher retry \(job.id)", topic: "job failed",
            ["job": job.id, "action": job.action, "reason": bounded])
        tellJob(.failed, job, at: now)
    }

    /// The longest reason that the state file keeps, in characters.
    package static let reasonLimit = 1000

    private static let runNameHint = "give the workflow a run-name that contains the input with {{job.id}}"

    /// Fails a job outside of any command.
    mutating func fail(_ job: Job, _ reason: String, hint: String? = nil, at now: Instant) {
        var job = job
        end(&job, reason, hint: hint, at: now)
        ledger.retire(job)
        report.jobs.insert(job.id)
        changed(.durable)
    }

    /// Promise 4 holds for workflows whose run-name has the job's id: says so once for one that does not.
    private mutating func checkTitle(_ job: Job, _ title: String, at now: Instant) {
        let thing = "run-name:\(job.action)"
        guard !title.contains(job.id) else {
            if ledger.told.removeValue(forKey: thing) != nil { changed(.noted) }
            return
        }
        attend(
            thing, upstream: nil,
            "the runs of \(job.action) do not bear the job's id in their title, so one whose answer is lost may be started twice: \(Self.runNameHint)",
            at: now)
    }
}
