// Which upstreams are looked at now, and which have to wait.

extension Core {
    mutating func dueChecks(at now: Instant) -> [Command] {
        var commands: [Command] = []
        while checking.count < config.github.concurrency, let name = schedule.next(at: now) {
            guard let upstream = config.upstreams[name] else { continue }
            if let watch = ledger.upstreams[name], watch.replacedBy != nil, watch.repository != upstream.repository {
                // The configuration has come to name another repository: the look at that one decides.
                ledger.upstreams[name]?.replacedBy = nil
            }
            if let other = ledger.upstreams[name]?.replacedBy {
                stop(name, upstream.repository, replacedBy: other, at: now)
                continue
            }
            switch withQuota(.github, { $0.permission(at: now) }) {
            case .granted:
                if mode.repeats, let until = lowUntil(at: now) {
                    postpone(name, until: until, Self.lowReason, at: now)
                    continue
                }
                withQuota(.github) { $0.spend(at: now) }
                checking.insert(name)
                commands.append(.check(check(name, upstream, now)))
            case .paused(let until):
                postpone(name, until: until, pauseReason, at: now)
            case .busy(let uptime):
                schedule.putBack(until: uptime)
                return commands
            }
        }
        return commands
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
            if let until = pausedUntil(.github, at: now) {
                // Nothing of the look was taken in: the next one finds the same news.
                postpone(name, until: until, pauseReason, at: now)
                return false
            }
            withQuota(.github) { $0.spend(at: now) }
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

    private var pauseReason: String {
        ledger.quotas[AccountKey.github.name]?.pauseReason ?? "GitHub asked for a pause"
    }

    /// When the quota is full again, if so little of it is left that looks have to wait for that.
    private func lowUntil(at now: Instant) -> Timestamp? {
        let quota = ledger.quotas[AccountKey.github.name]
        return PollBudget.isLow(quota, underWay: checking.count, at: now) ? quota?.resetsAt : nil
    }

    private static let lowReason = "the rest of the quota is kept for what has been begun"

    private func check(_ name: String, _ upstream: Config.Upstream, _ now: Instant) -> Command.Check {
        let target = CheckTarget(upstream: name, apiURL: config.github.apiURL, repository: upstream.repository)
        guard let watch = ledger.upstreams[name], let lastSweep = watch.lastSweep else {
            return Command.Check(target: target, isSweep: true, etag: nil)
        }
        let isSweepDue =
            now.hasReached(lastSweep.adding(config.poll.sweep)) || lastSweep > now.floor.adding(config.poll.sweep)
            || watch.waiting.contains { $0.needsSweep(at: now) }
            || watch.repository != upstream.repository
        return Command.Check(target: target, isSweep: isSweepDue, etag: isSweepDue ? nil : watch.etag)
    }
}
