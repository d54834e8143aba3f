// What happens when somebody sets the clock.
//
// Intervals run on uptime and do not notice. Deadlines that outlive the process are wall time: within a process a step
// of the wall clock shows against the uptime, and they are moved with it; between two processes nobody can tell, so
// deadlines farther away than any wait of ours are taken back. Nothing is given up by time alone: a look or a try
// comes first.

extension Core {
    /// A step smaller than this is drift, not somebody setting the clock, in milliseconds.
    static let clockTolerance: Int64 = 5000

    mutating func observe(_ now: Instant) {
        defer { lastInstant = now }
        guard let last = lastInstant else {
            if ledger.prune(config, at: now) { changed(.noted) }
            return clampDeadlines(at: now)
        }
        let step = (now.wall - last.wall) - (now.uptime - last.uptime)
        guard abs(step) > Self.clockTolerance else { return }
        // Up, in whole seconds: a wait that was asked for is never cut short.
        let seconds = step > 0 ? (step + 999) / 1000 : step / 1000
        for index in ledger.jobs.indices { ledger.jobs[index].shift(by: seconds) }
        ledger.outbox.shift(by: seconds)
        for name in ledger.quotas.keys {
            withQuota(AccountKey(named: name)) { $0.shift(by: seconds) }
        }
        ledger.upstreams = ledger.upstreams.mapValues { watch in
            var watch = watch
            watch.lastGoodCheck = watch.lastGoodCheck?.adding(seconds)
            watch.lastSweep = watch.lastSweep?.adding(seconds)
            return watch
        }
        survey.forgetTimes()
        ledger.lastHeartbeat = ledger.lastHeartbeat?.adding(seconds)
        changed(.durable)
        say(
            .detail, "the clock was set \(seconds > 0 ? "forward" : "back") by \(Words.elapsed(abs(seconds)))",
            topic: "clock was set", ["seconds": String(seconds)])
    }

    private mutating func clampDeadlines(at now: Instant) {
        for index in ledger.jobs.indices { ledger.jobs[index].clamp(at: now, config) }
        ledger.outbox.clamp(at: now)
    }
}

extension Job {
    mutating func shift(by seconds: Int64) {
        notBefore = notBefore?.adding(seconds)
        begunAt = begunAt?.adding(seconds)
        firstNews = firstNews.adding(seconds)
        switch phase {
        case .lookingUp(let since, let until, let accepted):
            // `since` is by the server's clock, which nobody has set.
            phase = .lookingUp(since: since, until: until.adding(seconds), accepted: accepted)
        case .following(let looks, let missingSince):
            phase = .following(looks: looks, missingSince: missingSince?.adding(seconds))
        case .acting(.find(let until)): phase = .acting(.find(until: until.adding(seconds)))
        case .acting(.follow(let looks, let missingSince)):
            phase = .acting(.follow(looks: looks, missingSince: missingSince?.adding(seconds)))
        case .pending, .dispatching, .asking, .building, .verifying, .moving, .acting(.start), .ended: break
        }
    }

    mutating func clamp(at now: Instant, _ config: Config) {
        let quiet = config.actions[action]?.quietPeriod ?? 0
        if let until = notBefore, until > now.deadline(in: max(quiet, 3600)) { notBefore = nil }
        if let begun = begunAt, begun > now.deadline(in: 0) { begunAt = now.floor }
        if case .lookingUp(let since, let until, let accepted) = phase, until > now.deadline(in: 86_400) {
            phase = .lookingUp(since: since, until: now.floor, accepted: accepted)
        }
        if case .acting(.find(let until)) = phase, until > now.deadline(in: 86_400) {
            phase = .acting(.find(until: now.floor))
        }
    }
}
