/// `watcher status --json`, and the parts of it that other documents have too. The keys are stable.
package enum JSONStatus: StatusFormat {
    package static let key = "json"
    package static let summary = "The status as one JSON document."

    package static func render(_ snapshot: StatusSnapshot) -> String { document(snapshot).text(.pretty) }

    private static func document(_ snapshot: StatusSnapshot) -> JSONValue {
        .object([
            .init("upstreams", .object(snapshot.upstreams.map { .init($0.name, upstream($0)) })),
            .init("jobs", .array(snapshot.jobs.map(job))),
            .init("deliveries", .array(snapshot.deliveries.map(delivery))),
            .init("quotas", .object(snapshot.rateLimits.map { .init($0.account, rateLimit($0)) })),
            .init("stale", .array(snapshot.stale.map { .string($0) })),
        ])
    }

    private static func upstream(_ upstream: StatusSnapshot.Upstream) -> JSONValue {
        .compact([
            ("repository", .string(upstream.repository)), ("lastSeen", upstream.lastSeen.map(release)),
            ("lastGoodCheck", time(upstream.lastGoodCheck)), ("failures", .integer(upstream.failures)),
            ("error", string(upstream.error)), ("stopped", upstream.replacedBy.map(\.json)),
            ("stale", .bool(upstream.isStale)),
            ("waiting", upstream.waiting.isEmpty ? nil : .array(upstream.waiting.map(waiting))),
        ])
    }

    private static func release(_ release: ReleaseReference) -> JSONValue {
        .compact([
            ("tag", .string(release.tag)), ("url", .string(release.url)), ("publishedAt", time(release.publishedAt)),
        ])
    }

    private static func waiting(_ waiting: StatusSnapshot.Waiting) -> JSONValue {
        .compact([
            ("tag", .string(waiting.tag)), ("missing", .array(waiting.missing.map { .string($0) })),
            ("until", time(waiting.until)), ("stalled", .bool(waiting.isStalled)),
        ])
    }

    /// The same in `once` and `status`.
    package static func job(_ job: StatusSnapshot.Job) -> JSONValue {
        .compact([
            ("id", .string(job.id)), ("action", .string(job.action)), ("status", .string(job.state.rawValue)),
            ("reason", string(job.reason)), ("url", string(job.url)),
            ("releases", .object(job.releases.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
            ("attempts", .integer(job.attempts)), ("created", time(job.created)), ("begun", time(job.begun)),
            ("ended", time(job.ended)), ("next", time(job.next)), ("log", string(job.log)),
            (
                "platforms",
                job.platforms.map { platforms in
                    .array(platforms.map { ["platform": .string($0.platform), "digest": .string($0.digest)] })
                }
            ),
        ])
    }

    private static func delivery(_ delivery: StatusSnapshot.Delivery) -> JSONValue {
        .compact([
            ("id", .string(delivery.id)), ("notifier", .string(delivery.notifier)),
            ("status", .string(delivery.state.rawValue)), ("reason", string(delivery.reason)),
            ("type", .string(delivery.type.rawValue)), ("next", time(delivery.next)), ("at", time(delivery.ended)),
        ])
    }

    private static func rateLimit(_ limit: StatusSnapshot.RateLimit) -> JSONValue {
        .compact([
            ("limit", limit.limit.map { .integer($0) }), ("remaining", limit.remaining.map { .integer($0) }),
            ("resetsAt", time(limit.resetsAt)), ("pausedUntil", time(limit.pausedUntil)),
            ("reason", string(limit.reason)),
        ])
    }

    private static func string(_ text: String?) -> JSONValue? { text.map { .string($0) } }
    private static func time(_ time: Timestamp?) -> JSONValue? { time.map { .string("\($0)") } }
}

extension JSONValue {
    /// An object without the members that have no value.
    package static func compact(_ members: [(String, JSONValue?)]) -> JSONValue {
        .object(members.compactMap { name, value in value.map { Member(name, $0) } })
    }
}
