// What a job that is due waits for before it begins.

extension Core {
    /// Whether a job may begin. One that a person has asked for, or that has begun before, waits for nothing more.
    mutating func isClear(_ job: Job, _ action: Config.Action, at now: Instant) -> Bool {
        guard !job.isByHand, job.attempts == 0 else { return true }
        return isApproved(job, action, at: now)
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

    /// Nobody has to be told: a person has decided it.
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
