/// What `watcher status` shows: the ledger read with the configuration beside it. A pure function of both and the time.
package struct StatusReport: Sendable {
    private let config: Config
    private let ledger: Ledger
    private let now: Instant

    package init(_ config: Config, _ ledger: Ledger, at now: Instant) {
        self.config = config
        self.ledger = ledger
        self.now = now
    }

    /// Upstreams without a good check for three times the longer of their interval and the usual gap between passes.
    package var stale: [String] {
        config.upstreams.keys.sorted().filter { name in
            guard let upstream = config.upstreams[name], let watch = ledger.upstreams[name],
                let since = watch.lastGoodCheck ?? watch.firstCheck
            else { return false }
            let usual = max(Core.interval(of: upstream, in: config), watch.usualGap ?? 0)
            return now.floor.seconds(since: since) > 3 * usual
        }
    }

    // MARK: - JSON

    package var json: JSONValue {
        let stale = Set(stale)
        return .object([
            .init(
                "upstreams", .object(config.upstreams.keys.sorted().map { .init($0, upstream($0, stale.contains($0))) })
            ),
            .init("jobs", .array((ledger.jobs + ledger.history).map(Self.job))),
            .init("deliveries", .array(pendingDeliveries + ledger.outbox.ended.map(Self.delivery))),
            .init(
                "quotas",
                .object(
                    ledger.quotas.keys.sorted().compactMap { name in
                        ledger.quotas[name].map { .init(name, Self.quota($0)) }
                    })),
            .init("stale", .array(stale.sorted().map { .string($0) })),
        ])
    }

    private func upstream(_ name: String, _ isStale: Bool) -> JSONValue {
        let watch = ledger.upstreams[name]
        return .compact([
            ("repository", .string(config.upstreams[name]?.repository ?? "")),
            (
                "lastSeen",
                watch?.lastSeen.map {
                    .compact([
                        ("tag", .string($0.tag)), ("url", .string($0.url)),
                        ("publishedAt", $0.publishedAt.map { .string("\($0)") }),
                    ])
                }
            ),
            ("lastGoodCheck", watch?.lastGoodCheck.map { .string("\($0)") }),
            ("failures", .integer(watch?.failures ?? 0)),
            ("error", watch?.lastError.map { .string($0) }),
            ("stopped", watch?.replacedBy.map { .integer($0) }),
            ("stale", .bool(isStale)),
            (
                "waiting",
                watch.flatMap { watch in
                    watch.waiting.isEmpty
                        ? nil
                        : .array(
                            watch.waiting.map {
                                .compact([
                                    ("tag", .string($0.release.tag)),
                                    ("missing", .array($0.missing.map { .string($0) })),
                                    ("until", $0.until.map { .string("\($0)") }), ("stalled", .bool($0.isStalled)),
                                ])
                            })
                }
            ),
        ])
    }

    /// The same shape in `once` and `status`.
    package static func job(_ job: Job) -> JSONValue {
        .compact([
            ("id", .string(job.id)), ("action", .string(job.action)), ("status", .string(job.status)),
            ("reason", job.reason.map { .string($0) }), ("url", job.run.map { .string($0.url) }),
            (
                "releases",
                .object(
                    (job.releases ?? job.causes).sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value.tag)) }
                )
            ),
            ("attempts", .integer(job.attempts)), ("created", .string("\(job.created)")),
            ("begun", job.begunAt.map { .string("\($0)") }), ("ended", job.endedAt.map { .string("\($0)") }),
            ("next", job.notBefore.map { .string("\($0)") }), ("log", job.log.map { .string($0) }),
            (
                "platforms",
                job.platforms.map { notes in
                    .array(
                        notes.map {
                            .object([.init("platform", .string($0.platform)), .init("digest", .string($0.digest))])
                        })
                }
            ),
        ])
    }

    private var pendingDeliveries: [JSONValue] {
        ledger.outbox.messages.flatMap { outgoing in
            outgoing.notifiers.map { notifier in
                .compact([
                    ("id", .string(outgoing.message.id)), ("notifier", .string(notifier)), ("status", "pending"),
                    (
                        "reason",
                        (ledger.outbox.receivers[notifier]?.reason
                            ?? (config.notifiers[notifier] == nil ? "it is no longer in the configuration" : nil)).map {
                                .string($0)
                            }
                    ),
                    ("type", .string(outgoing.message.type.rawValue)),
                    ("next", ledger.outbox.receivers[notifier]?.notBefore.map { .string("\($0)") }),
                ])
            }
        }
    }

    private static func delivery(_ delivery: Outbox.Delivery) -> JSONValue {
        .compact([
            ("id", .string(delivery.id)), ("notifier", .string(delivery.notifier)),
            ("status", .string(delivery.succeeded ? "succeeded" : "failed")),
            ("reason", delivery.reason.map { .string($0) }), ("type", .string(delivery.type.rawValue)),
            ("at", .string("\(delivery.at)")),
        ])
    }

    private static func quota(_ quota: RateLimit.Record) -> JSONValue {
        .compact([
            ("limit", quota.limit.map { .integer($0) }), ("remaining", quota.remaining.map { .integer($0) }),
            ("resetsAt", quota.resetsAt.map { .string("\($0)") }),
            ("pausedUntil", quota.pausedUntil.map { .string("\($0)") }),
            ("reason", quota.pauseReason.map { .string($0) }),
        ])
    }

    // MARK: - Words

    /// For people, a paragraph for each part that has something in it.
    package var lines: [String] {
        let stale = Set(stale)
        var lines = config.upstreams.keys.sorted().flatMap { upstreamLines($0, stale.contains($0)) }
        func part(_ title: String, _ items: [String]) {
            if !items.isEmpty { lines += ["", title] + items.map { "  " + $0 } }
        }
        part("running", ledger.jobs.filter(\.isRunning).map(line))
        part("pending", ledger.jobs.filter(\.isPending).map(line))
        part(
            "failed, until retry or forget",
            ledger.history.filter { $0.phase == .ended(.failed) && !$0.isSettled }.map(line))
        part("ended lately", ledger.history.filter { $0.phase != .ended(.failed) || $0.isSettled }.suffix(5).map(line))
        part(
            "messages waiting",
            ledger.outbox.messages.map {
                "\($0.message.id) \($0.message.type.rawValue) for \($0.notifiers.map(receiver).joined(separator: ", "))"
            })
        part(
            "messages refused, until forget",
            ledger.outbox.ended.filter { !$0.succeeded }.map {
                "\($0.id) \($0.type.rawValue) for \($0.notifier): \($0.reason ?? "")"
            })
        let quotas = ledger.quotas.sorted { $0.key < $1.key }.compactMap { name, quota in quotaLine(name, quota) }
        part("GitHub", quotas + (PollBudget(config, ledger, at: now).words.map { ["a daemon's " + $0] } ?? []))
        return lines
    }

    private func upstreamLines(_ name: String, _ isStale: Bool) -> [String] {
        let repository = config.upstreams[name]?.repository ?? ""
        guard let watch = ledger.upstreams[name] else { return ["\(name) (\(repository)): never looked at"] }
        let tag = watch.lastSeen.map { "\($0.tag)" } ?? "no release yet"
        let checked = watch.lastGoodCheck.map { "looked at \(ago($0))" } ?? "never looked at with success"
        var lines = ["\(name) (\(repository)): \(tag), \(checked)\(isStale ? ", which is too long ago" : "")"]
        if let other = watch.replacedBy {
            lines.append("  stopped: the name now belongs to repository \(other); watcher accept \(name)")
        }
        if watch.failures > 0 { lines.append("  \(watch.failures) failed checks in a row: \(watch.lastError ?? "")") }
        lines += watch.waiting.map { "  \($0.waitsFor)\($0.isStalled ? " (past its deadline)" : "")" }
        return lines
    }

    private func line(_ job: Job) -> String {
        let when = job.endedAt ?? job.begunAt ?? job.created
        let log = job.log.map { "log: " + $0 }
        let more = [job.run?.url, job.platforms?.map(\.platform).joined(separator: " "), job.reason, log].compactMap {
            $0
        }.joined(separator: ", ")
        return
            "\(job.id) \(job.action) for \(Words.releases(job.releases ?? job.causes)): \(job.status) \(ago(when))\(more.isEmpty ? "" : ", " + more)"
    }

    private func receiver(_ name: String) -> String {
        guard config.notifiers[name] != nil else { return "\(name) (no longer in the configuration)" }
        return ledger.outbox.receivers[name]?.reason.map { "\(name) (\($0))" } ?? name
    }

    private func quotaLine(_ name: String, _ quota: RateLimit.Record) -> String? {
        if let until = quota.pausedUntil, !now.hasReached(until) {
            return "\(name): paused until \(until): \(quota.pauseReason ?? "")"
        }
        guard let limit = quota.limit, let remaining = quota.remaining else { return nil }
        return "\(name): \(remaining) of \(limit) requests left"
            + (quota.resetsAt.map { ", full again at \($0)" } ?? "")
    }

    private func ago(_ time: Timestamp) -> String {
        let seconds = now.floor.seconds(since: time)
        return seconds < 0 ? "at \(time)" : "\(Words.elapsed(seconds)) ago"
    }
}

extension JSONValue {
    /// An object without the members that have no value.
    package static func compact(_ members: [(String, JSONValue?)]) -> JSONValue {
        .object(members.compactMap { name, value in value.map { Member(name, $0) } })
    }
}
