// What a job that is due waits for before it begins.

extension Core {
    /// Whether a job may begin. One that a person has asked for, or that has begun before, waits for nothing more.
    mutating func isClear(_ job: Job, _ action: Config.Action, at now: Instant) -> Bool {
        guard !job.isByHand, job.attempts == 0 else { return true }
        return isApproved(job, action, at: now) && followsSuccess(job, action, at: now)
            && isInWindow(job, action, at: now)
    }

    /// What keeps a pending job from beginning, in words: what a pass that acts would wait for. Nil when it may begin.
    package func waitingReason(_ job: Job, at now: Instant) -> String? {
        guard let action = config.actions[job.action], !job.isByHand, job.attempts == 0 else { return job.reason }
        let missing = action.upstreams.sorted().filter {
            job.causes[$0] == nil && ledger.upstreams[$0]?.lastSeen == nil
        }
        if !missing.isEmpty { return "waits for the first release of \(missing.joined(separator: ", "))" }
        if let until = job.notBefore, !now.hasReached(until) { return job.reason ?? "waits until \(until)" }
        if action.approval, job.approval != .given { return "waits for approval" }
        if let after = action.after, let before = predecessor(of: job, after), before.phase != .ended(.succeeded) {
            return "waits for \(after): job \(before.id) is \(before.status)"
        }
        if let window = action.window, !window.isOpen(at: now.floor) {
            let opens = window.nextOpening(after: now.floor)
            return "waits for its window, which opens \(opens.map { "at \($0)" } ?? "in more than two weeks")"
        }
        return nil
    }

    // MARK: - After

    /// Whether the latest job of the action before for the same releases has succeeded, or there is none. One that was
    /// rejected or superseded will never succeed: the job ends like it.
    private mutating func followsSuccess(_ job: Job, _ action: Config.Action, at now: Instant) -> Bool {
        guard let after = action.after, let latest = predecessor(of: job, after),
            latest.phase != .ended(.succeeded)
        else { return true }
        guard latest.phase == .ended(.superseded) else {
            hold(job, "waits for \(after): job \(latest.id) is \(latest.status)")
            return false
        }
        var job = job
        job.end(.superseded, reason: "\(after) was not done: \(latest.reason ?? "superseded")", at: now)
        ledger.retire(job)
        report.jobs.insert(job.id)
        changed(.durable)
        return false
    }

    /// The latest job of an action for one of the releases that a job is for.
    private func predecessor(of job: Job, _ action: String) -> Job? {
        (ledger.history + ledger.jobs).last { other in
            other.action == action
                && job.causes.contains { name, release in
                    (other.releases?[name] ?? other.causes[name])?.tag == release.tag
                }
        }
    }

    // MARK: - Window

    private mutating func isInWindow(_ job: Job, _ action: Config.Action, at now: Instant) -> Bool {
        guard let window = action.window, !window.isOpen(at: now.floor) else { return true }
        guard job.opensAt.map(now.hasReached) ?? true, let index = ledger.jobs.firstIndex(where: { $0.id == job.id })
        else { return false }
        let opens = window.nextOpening(after: now.floor)
        ledger.jobs[index].opensAt = opens
        ledger.jobs[index].reason = nil
        hold(
            ledger.jobs[index],
            "waits for its window, which opens \(opens.map { "at \($0)" } ?? "in more than two weeks")")
        changed(.noted)
        return false
    }

    /// The windows of another configuration open at other times.
    mutating func forgetOpenings() {
        for index in ledger.jobs.indices { ledger.jobs[index].opensAt = nil }
    }

    // MARK: - Approval

    /// Asks once for each job.
    private mutating func isApproved(_ job: Job, _ action: Config.Action, at now: Instant) -> Bool {
        guard action.approval, job.approval != .given else { return true }
        guard job.approval == nil, let index = ledger.jobs.firstIndex(where: { $0.id == job.id }) else { return false }
        ledger.jobs[index].approval = .waiting
        ledger.jobs[index].reason = "waits for approval"
        report.jobs.insert(job.id)
        say(
            .news, "\(job.action) waits for approval for \(Words.releases(job.causes))",
            hint: "watcher approve \(job.id) starts it, watcher reject \(job.id) ends it",
            topic: "job waits for approval",
            ["job": job.id, "action": job.action])
        tellJob(.approval, ledger.jobs[index], at: now)
        return false
    }

    mutating func approve(_ id: String) throws(ControlError) {
        let index = try waiting(id)
        ledger.jobs[index].approval = .given
        ledger.jobs[index].reason = nil
        changed(.durable)
    }

    /// Sends no message: somebody has decided it.
    mutating func reject(_ id: String, at now: Instant) throws(ControlError) {
        var job = ledger.jobs[try waiting(id)]
        job.end(.superseded, reason: "rejected on request", at: now)
        ledger.retire(job)
        report.jobs.insert(id)
        changed(.durable)
    }

    private func waiting(_ id: String) throws(ControlError) -> Int {
        guard let index = ledger.jobs.firstIndex(where: { $0.id == id }) else {
            if let job = ledger.history.first(where: { $0.id == id }) { throw .notWaiting(id, status: job.status) }
            throw .unknownJob(id)
        }
        guard ledger.jobs[index].waitsForApproval else { throw .notWaiting(id, status: ledger.jobs[index].status) }
        return index
    }
}
