extension StatusSnapshot {
    /// Seconds: no upstream is stale before, because a daemon saves its latest checks only now and then.
    static let shortestStaleTime: Int64 = 60

    package init(_ config: Config, _ ledger: Ledger, at now: Instant) {
        time = now.floor
        let pace = PollPace(config)
        let recent = Dictionary(grouping: ledger.recent?.entries ?? [], by: \.upstream)
        upstreams = config.upstreams.sorted { $0.key < $1.key }.map { name, upstream in
            var one = Upstream(name, upstream, ledger.upstreams[name], pace, at: now)
            one.recent = recent[name] ?? []
            return one
        }
        jobs = (ledger.jobs + ledger.history).map(Job.init)
        deliveries = Self.pending(config, ledger.outbox) + ledger.outbox.ended.map(Delivery.init)
        rateLimits = ledger.quotas.sorted { $0.key < $1.key }.map { RateLimit($0.key, $0.value) }
        let budget = PollBudget(config, ledger, pace, at: now)
        actions = config.actions.keys.sorted()
        notifiers = config.notifiers.keys.sorted().map { Notifier($0, ledger.outbox) }
        counters = ledger.counters ?? Counters()
        events = ledger.events
        outputFailures = ledger.outputFailures ?? [:]
        slowdown = budget.current >= PollBudget.reportedFrom ? budget.current : nil
    }

    private static func pending(_ config: Config, _ outbox: Outbox) -> [Delivery] {
        outbox.messages.flatMap { outgoing in
            outgoing.notifiers.map { name in
                let unknown = config.notifiers[name] == nil ? "no longer in the configuration" : nil
                return Delivery(
                    id: outgoing.message.id, notifier: name, type: outgoing.message.type, state: .pending,
                    reason: outbox.receivers[name]?.reason ?? unknown, next: outbox.receivers[name]?.notBefore)
            }
        }
    }
}

extension StatusSnapshot.Upstream {
    init(_ name: String, _ upstream: Config.Upstream, _ state: UpstreamState?, _ pace: PollPace, at now: Instant) {
        self.init(name: name, repository: upstream.repository, isChecked: state != nil)
        source = upstream.source.key
        requiredAssets = upstream.requiredAssets.count
        guard let state else { return }
        lastSeen = state.lastSeen
        lastGoodCheck = state.lastGoodCheck
        failures = state.failures
        error = state.lastError
        isBlocked = state.isBlocked
        replacedBy = state.replacedBy
        waiting = state.waiting.map {
            StatusSnapshot.Waiting(
                tag: $0.release.tag, missing: $0.missing, until: $0.until, isStalled: $0.isStalled,
                published: $0.release.publishedAt)
        }
        nextCheck = (state.lastCheck ?? state.lastGoodCheck)?
            .adding(state.usualGap ?? pace.interval(of: upstream))
        guard let since = state.lastGoodCheck ?? state.firstCheck else { return }
        let usual = max(pace.longestInterval(of: upstream), state.usualGap ?? 0)
        isStale = now.floor.seconds(since: since) > max(3 * usual, StatusSnapshot.shortestStaleTime)
    }
}

extension StatusSnapshot.Job {
    package init(_ job: WatcherCore.Job) {
        self.init(
            id: job.id, action: job.action, state: State(rawValue: job.status) ?? .running, reason: job.reason,
            url: job.run?.url, releases: (job.releases ?? job.causes).mapValues(\.tag), attempts: job.attempts,
            created: job.created, begun: job.begunAt, ended: job.endedAt, next: job.opensAt ?? job.notBefore,
            log: job.log,
            platforms: job.platforms, isActionRequired: job.phase == .ended(.failed) && !job.isSettled,
            waitsForApproval: job.waitsForApproval)
    }
}

extension StatusSnapshot.Delivery {
    init(_ delivery: Outbox.Delivery) {
        self.init(
            id: delivery.id, notifier: delivery.notifier, type: delivery.type,
            state: delivery.succeeded ? .succeeded : .failed, reason: delivery.reason, ended: delivery.at)
    }
}

extension StatusSnapshot.Notifier {
    init(_ name: String, _ outbox: Outbox) {
        self.init(
            name: name, waiting: outbox.messages.count { $0.notifiers.contains(name) },
            lastDelivered: outbox.ended.last { $0.notifier == name && $0.succeeded }?.at,
            reason: outbox.receivers[name]?.reason)
    }
}

extension StatusSnapshot.RateLimit {
    init(_ account: String, _ record: WatcherCore.RateLimit.Record) {
        self.init(
            account: account, limit: record.limit, remaining: record.remaining, resetsAt: record.resetsAt,
            pausedUntil: record.pausedUntil, reason: record.pauseReason)
    }
}
