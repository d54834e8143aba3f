// Who is notified of what, and how deliveries go.

extension Core {
    /// Puts a message into the outbox of every notifier that wants it.
    mutating func tell(
        _ type: MessageType, upstream: String?, previous: String? = nil, releases: [ReleaseSummary]? = nil,
        levels: Set<Version.Level>? = nil, job: JobSummary? = nil, missing: [String]? = nil, detail: String? = nil,
        about upstreams: Set<String>? = nil,
        except receiver: String? = nil, at now: Instant
    ) {
        let concerned = upstreams ?? upstream.map { [$0] }
        let notifiers = config.notifiers.filter { name, notifier in
            guard name != receiver, notifier.events.contains(type) else { return false }
            if let levels, notifier.levels.isDisjoint(with: levels) { return false }
            guard let wanted = notifier.upstreams, let concerned else { return true }
            return !wanted.isDisjoint(with: concerned)
        }
        let repository = upstream.flatMap { config.upstreams[$0]?.repository }
        let message = { (id: String) in
            Message(
                id: id, type: type, time: now.floor, upstream: upstream, repository: repository, previous: previous,
                releases: releases, job: job, missing: missing, detail: detail)
        }
        let overflow = ledger.outbox.add(message, to: Array(notifiers.keys), at: now)
        openEventLog(at: now)
        if ledger.events != nil {
            let sent = notifiers.isEmpty ? nil : ledger.outbox.messages.last?.message
            ledger.events?.add(sent ?? message(ledger.outbox.nextID(at: now)))
        }
        changed(.durable)
        for delivery in overflow { lost(delivery, at: now) }
    }

    /// Tells once that something will break unless somebody acts. `hint` is the command to type.
    mutating func attend(
        _ thing: String, upstream: String?, _ detail: String, hint: String? = nil, except: String? = nil,
        at now: Instant
    ) {
        guard ledger.tellOnce(thing, at: now) else { return }
        changed(.durable)
        let about = upstream.map { "\($0): " } ?? ""
        say(.news, "attention: \(about)\(detail)", hint: hint, topic: "attention", ["detail": detail])
        tell(
            .attention, upstream: upstream, detail: detail + (hint.map { "\nhint: \($0)" } ?? ""), except: except,
            at: now)
    }

    /// Warns before a token expires or an API version is retired.
    mutating func attendToToken(_ reading: RateLimitReading, _ key: AccountKey, at now: Instant) {
        if let expires = reading.tokenExpiresAt, expires <= now.floor.adding(Self.expiryNotice) {
            attend(
                "token:\(key.name):\(expires)", upstream: nil,
                "the token of \(key.name) expires at \(expires): make a new one", at: now)
        }
        if let retirement = reading.retirement {
            attend("retirement:\(key.name):\(retirement)", upstream: nil, retirement, at: now)
        }
    }

    /// How long before its end a token is reported, in seconds.
    package static let expiryNotice: Int64 = 7 * 86_400

    func note(_ release: ReleaseReference, _ name: String?, of upstream: String, isHighest: Bool) -> ReleaseSummary {
        ReleaseSummary(
            upstream: upstream, tag: release.tag, version: release.version, name: name == release.tag ? nil : name,
            url: release.url, publishedAt: release.publishedAt,
            prerelease: release.prerelease || release.digest == nil && release.reading?.isPrerelease ?? false,
            highest: isHighest)
    }

    mutating func tellJob(_ type: MessageType, _ job: Job, at now: Instant) {
        let message = jobMessage(type, job, id: "", at: now)
        tell(
            type, upstream: message.upstream, previous: message.previous, releases: message.releases, job: message.job,
            about: Set(job.causes.keys), at: now)
    }

    /// What there is to say of a job, the releases in the order of their upstreams' names.
    func jobMessage(_ type: MessageType, _ job: Job, id: String, at now: Instant) -> Message {
        let releases = (job.releases ?? job.causes).sorted { $0.key < $1.key }
        let upstream = job.causes.count == 1 ? job.causes.keys.first : nil
        return Message(
            id: id, type: type, time: now.floor, upstream: upstream,
            repository: upstream.flatMap { config.upstreams[$0]?.repository }, previous: job.previous,
            releases: releases.map { name, release in
                note(
                    release, nil, of: name,
                    isHighest: job.isHighest == true || ledger.upstreams[name]?.isHighest(release) ?? true)
            },
            job: JobSummary(
                id: job.id, action: job.action, status: job.status, attempt: max(job.attempts, 1), url: job.run?.url,
                reason: job.reason, platforms: job.platforms, log: job.log,
                seconds: job.endedAt.flatMap { end in job.begunAt.map { end.seconds(since: $0) } }))
    }

    // MARK: - Deliveries

    mutating func dueDeliveries(at now: Instant) -> [Command] {
        guard !ledger.outbox.messages.isEmpty else { return [] }
        var commands: [Command] = []
        for name in config.notifiers.keys.sorted() where !sending.contains(name) {
            guard let message = ledger.outbox.next(for: name, at: now) else { continue }
            sending.insert(name)
            commands.append(.deliver(message, notifier: name))
        }
        return commands
    }

    mutating func delivered(_ id: String, _ notifier: String, _ outcome: DeliveryOutcome?, at now: Instant) {
        sending.remove(notifier)
        guard let outcome else { return }
        let end = ledger.outbox.record(outcome, message: id, notifier: notifier, at: now)
        changed(.durable)
        switch outcome {
        case .delivered:
            ledger.counters?.countDelivery(to: notifier, succeeded: true)
            reportDelivery(id, notifier, "succeeded", nil)
            ledger.told[Self.refusedThing(notifier)] = nil
        case .retry(_, let reason, _) where end == nil:
            reportDelivery(id, notifier, "pending", reason)
            say(
                .detail, "message \(id) to \(notifier): \(reason); trying again later",
                topic: "message not delivered yet",
                ["message": id, "notifier": notifier, "reason": reason])
        case .retry, .refused: break
        }
        if let end { lost(end, at: now) }
    }

    mutating func expireMessages(at now: Instant) {
        for delivery in ledger.outbox.expire(known: config.notifiers.keys, at: now) {
            changed(.durable)
            lost(delivery, at: now)
        }
    }

    /// Notifies the others once, but never of an `attention` that is lost.
    private mutating func lost(_ delivery: Outbox.Delivery, at now: Instant) {
        let (id, notifier, reason) = (delivery.id, delivery.notifier, delivery.reason ?? "given up")
        ledger.counters?.countDelivery(to: notifier, succeeded: false)
        reportDelivery(id, notifier, "failed", reason)
        say(
            .failure, "message \(id) to \(notifier): \(reason)",
            hint: "watcher notify \(notifier) tries it; watcher forget \(id) drops it", topic: "message refused",
            ["message": id, "notifier": notifier, "reason": reason])
        guard delivery.type != .attention else { return }
        attend(
            Self.refusedThing(notifier), upstream: nil, "the receiver \(notifier) refuses messages: \(reason)",
            except: notifier, at: now)
    }

    private static func refusedThing(_ notifier: String) -> String { "refused:\(notifier)" }

    private mutating func reportDelivery(_ id: String, _ notifier: String, _ status: String, _ reason: String?) {
        report.deliveries.removeAll { $0.id == id && $0.notifier == notifier }
        report.deliveries.append(Report.Delivery(id: id, notifier: notifier, status: status, reason: reason))
    }

    // MARK: - Heartbeat

    /// At most once a minute, and only when the latest look at every upstream was good.
    mutating func dueHeartbeat(at now: Instant) -> [Command] {
        guard heartbeatDue, config.heartbeat != nil, checking.isEmpty, !schedule.hasQueue else { return [] }
        heartbeatDue = false
        let allGood = config.upstreams.keys.allSatisfy {
            guard let watch = ledger.upstreams[$0] else { return false }
            return watch.failures == 0 && watch.lastGoodCheck != nil && watch.replacedBy == nil
        }
        if let last = ledger.lastHeartbeat, last <= now.floor, !now.hasReached(last.adding(60)) { return [] }
        guard allGood else { return [] }
        ledger.lastHeartbeat = now.floor
        changed(.noted)
        return [.heartbeat]
    }
}
