// Which upstreams are checked now, and which have to wait for their account's limits.

extension Core {
    mutating func dueChecks(at now: Instant) -> [Command] {
        var commands: [Command] = []
        while let (name, account) = nextDue(at: now) {
            guard let upstream = config.upstreams[name] else { continue }
            if let watch = ledger.upstreams[name], watch.replacedBy != nil, watch.repository != upstream.repository {
                // The configuration has come to name another repository: the look at that one decides.
                ledger.upstreams[name]?.replacedBy = nil
            }
            if let other = ledger.upstreams[name]?.replacedBy {
                stop(name, upstream.repository, replacedBy: other, at: now)
                continue
            }
            switch withQuota(account, { $0.permission(at: now) }) {
            case .granted:
                if mode.repeats, let until = lowUntil(account, at: now) {
                    postpone(name, until: until, Self.lowReason, at: now)
                    continue
                }
                withQuota(account) { $0.spend(at: now) }
                checking.insert(name)
                survey.checkBegan(name, at: now)
                if case .server = account { checkingElsewhere[name] = account }
                commands.append(.check(check(name, upstream, now)))
            case .paused(let until):
                postpone(name, until: until, pauseReason(account), at: now)
            case .busy(let uptime): schedule.putBack(name, account, until: uptime)
            }
        }
        return commands
    }

    /// Checks of one server that may be under way at once, but for GitHub, where that can be configured.
    package static let serverConcurrency = 4

    private mutating func nextDue(at now: Instant) -> (name: String, account: AccountKey)? {
        let free = freeAccounts
        return schedule.next(config, isFree: free, at: now)
    }

    /// Whether an account has a place for another check.
    var freeAccounts: (AccountKey) -> Bool {
        let (elsewhere, underWay, limit) = (checkingElsewhere, checking.count, config.github.concurrency)
        return { account in
            guard case .server = account else { return underWay - elsewhere.count < limit }
            return elsewhere.count(where: { $0.value == account }) < Self.serverConcurrency
        }
    }

    /// The second half of looks that brought news: who the repository is, or all pages.
    mutating func dueFollowUps(at now: Instant) -> [Command] {
        defer { followUps = [] }
        return followUps.filter { command in
            let target: CheckTarget
            switch command {
            case .check(let check): target = check.target
            case .identify(let known): target = known
            default: return true
            }
            let name = target.upstream
            guard config.checkTarget(of: name) == target else {
                abandon(name, at: now)
                return false
            }
            let account = AccountKey(target.source)
            if let until = pausedUntil(account, at: now) {
                // Nothing of the check was taken in: the next one finds the same news.
                postpone(name, until: until, pauseReason(account), at: now)
                return false
            }
            withQuota(account) { $0.spend(at: now) }
            return true
        }
    }

    /// A pause is not the upstream's fault: it counts as no look at all. Afterwards each has a place of its own again.
    private mutating func postpone(_ name: String, until: Timestamp, _ reason: String, at now: Instant) {
        finish(name, .waiting, detail: "paused until \(until): \(reason)", isLook: false, at: now)
        guard mode.repeats else { return }
        schedule.plan(name, in: max(1000, until.seconds * 1000 - now.wall), at: now)
        spread.remove(name)
    }

    private func pauseReason(_ account: AccountKey) -> String {
        ledger.quotas[account.name]?.pauseReason ?? "the server asked for a pause"
    }

    /// When the quota is full again, if so little of it is left that looks have to wait for that.
    private func lowUntil(_ account: AccountKey, at now: Instant) -> Timestamp? {
        let quota = ledger.quotas[account.name]
        return PollBudget.isLow(quota, underWay: checking.count, at: now) ? quota?.resetsAt : nil
    }

    private static let lowReason = "the remaining rate limit is kept for jobs in progress"

    private mutating func check(_ name: String, _ upstream: Config.Upstream, _ now: Instant) -> Command.Check {
        let target = CheckTarget(upstream: name, apiURL: config.github.apiURL, source: upstream.source)
        guard let watch = ledger.upstreams[name], let lastSweep = watch.lastSweep else {
            return Command.Check(target: target, isSweep: true, etag: nil)
        }
        let isSweepDue =
            wantsSweep(name, upstream, watch, at: now)
            || now.hasReached(lastSweep.adding(config.poll.sweep)) || lastSweep > now.floor.adding(config.poll.sweep)
            || watch.waiting.contains { $0.needsSweep(at: now) }
            || watch.repository != upstream.repository
        return Command.Check(target: target, isSweep: isSweepDue, etag: isSweepDue ? nil : watch.etag)
    }
}
