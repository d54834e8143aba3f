/// `outputs.metrics`: what the textfile collector of Prometheus' node_exporter reads.
///
/// The names are stable; what each means is in `docs/outputs.md`. Times are Unix seconds.
package enum PrometheusText: StatusFormat {
    package static let key = "metrics"
    package static let summary =
        "Metrics for the textfile collector of Prometheus' node_exporter; the name ends in .prom."

    package static func render(_ snapshot: StatusSnapshot) -> String {
        var metrics = MetricsText()
        program(snapshot, &metrics)
        upstreams(snapshot.upstreams, &metrics)
        checks(snapshot.counters, &metrics)
        jobs(snapshot, &metrics)
        deliveries(snapshot, &metrics)
        rateLimits(snapshot.rateLimits, &metrics)
        return metrics.text
    }

    private static func program(_ snapshot: StatusSnapshot, _ metrics: inout MetricsText) {
        metrics.family("watcher_build_info", .gauge, "The version of watcher; always 1.")
        metrics.sample("watcher_build_info", [("version", ProgramVersion.text)], 1)
        metrics.family("watcher_last_write_timestamp_seconds", .gauge, "When these metrics were written.")
        metrics.sample("watcher_last_write_timestamp_seconds", [], snapshot.time.seconds)
        metrics.family("watcher_action_required", .gauge, "Things that need action: watcher status lists them.")
        metrics.sample("watcher_action_required", [], snapshot.actionRequired.count)
    }

    private static func upstreams(_ upstreams: [StatusSnapshot.Upstream], _ metrics: inout MetricsText) {
        let labels = upstreams.map { MetricsText.RenderedLabels([("upstream", $0.name)]) }
        func family(_ name: String, _ help: String, _ value: (StatusSnapshot.Upstream) -> Int64?) {
            var isBegun = false
            for index in upstreams.indices {
                guard let value = value(upstreams[index]) else { continue }
                if !isBegun { metrics.family(name, .gauge, help) }
                isBegun = true
                metrics.sample(name, labels[index], value)
            }
        }
        if !upstreams.isEmpty {
            let name = "watcher_upstream_info"
            metrics.family(name, .gauge, "The highest release of an upstream that was accepted; always 1.")
            for upstream in upstreams {
                metrics.sample(
                    name,
                    [
                        ("upstream", upstream.name), ("source", upstream.source), ("repository", upstream.repository),
                        ("version", upstream.lastSeen?.version ?? ""), ("tag", upstream.lastSeen?.tag ?? ""),
                    ], 1)
            }
        }
        family("watcher_upstream_last_success_timestamp_seconds", "When an upstream was last checked successfully.") {
            $0.lastGoodCheck?.seconds
        }
        family("watcher_upstream_failed_checks", "Checks of an upstream that have failed in a row.") {
            Int64($0.failures)
        }
        family(
            "watcher_upstream_stale",
            "1 when an upstream had no successful check for three times its usual interval, else 0."
        ) { $0.isStale ? 1 : 0 }
        family("watcher_upstream_stopped", "1 when an upstream was replaced by another repository, else 0.") {
            $0.replacedBy == nil ? 0 : 1
        }
        family("watcher_upstream_waiting_releases", "Releases that are incomplete or not old enough.") {
            Int64($0.waiting.count)
        }
        family("watcher_upstream_stalled_releases", "Releases whose assets are missing past the deadline.") {
            Int64($0.waiting.count(where: \.isStalled))
        }
        family("watcher_release_published_timestamp_seconds", "When the highest accepted release was published.") {
            $0.lastSeen?.publishedAt?.seconds
        }
    }

    private static func checks(_ counters: Counters, _ metrics: inout MetricsText) {
        metrics.family("watcher_checks_total", .counter, "Checks of upstreams, by result.")
        for result in CheckResult.Word.allCases {
            metrics.sample(
                "watcher_checks_total", [("result", result.rawValue)], counters.checks[result.rawValue] ?? 0)
        }
    }

    private static func jobs(_ snapshot: StatusSnapshot, _ metrics: inout MetricsText) {
        typealias State = StatusSnapshot.Job.State
        guard !snapshot.actions.isEmpty else { return }
        metrics.family("watcher_jobs", .gauge, "Jobs that are pending or running now.")
        for action in snapshot.actions {
            for state in [State.pending, .running] {
                let count = snapshot.jobs.count { $0.action == action && $0.state == state }
                metrics.sample("watcher_jobs", [("action", action), ("status", state.rawValue)], count)
            }
        }
        metrics.family("watcher_jobs_total", .counter, "Jobs that have ended, by status.")
        for action in snapshot.actions {
            for state in [State.succeeded, .failed, .superseded] {
                let count = snapshot.counters.jobs[action]?[state.rawValue] ?? 0
                metrics.sample("watcher_jobs_total", [("action", action), ("status", state.rawValue)], count)
            }
        }
        metrics.family("watcher_job_duration_seconds", .summary, "Time from the start of a job to its end.")
        for action in snapshot.actions {
            let durations = snapshot.counters.durations[action] ?? Counters.Durations()
            metrics.sample("watcher_job_duration_seconds_sum", [("action", action)], durations.seconds)
            metrics.sample("watcher_job_duration_seconds_count", [("action", action)], durations.count)
        }
    }

    private static func deliveries(_ snapshot: StatusSnapshot, _ metrics: inout MetricsText) {
        metrics.family("watcher_outbox_messages", .gauge, "Messages that have not been delivered yet.")
        metrics.sample("watcher_outbox_messages", [], snapshot.deliveries.count { $0.state == .pending })
        guard !snapshot.notifiers.isEmpty else { return }
        metrics.family("watcher_deliveries_total", .counter, "Messages that were delivered or given up, by status.")
        for notifier in snapshot.notifiers {
            for state in [StatusSnapshot.Delivery.State.succeeded, .failed] {
                let count = snapshot.counters.deliveries[notifier.name]?[state.rawValue] ?? 0
                metrics.sample(
                    "watcher_deliveries_total", [("notifier", notifier.name), ("status", state.rawValue)], count)
            }
        }
        let dated = snapshot.notifiers.filter { $0.lastDelivered != nil }
        guard !dated.isEmpty else { return }
        let name = "watcher_notifier_last_success_timestamp_seconds"
        metrics.family(name, .gauge, "When a notifier last took a message.")
        for notifier in dated {
            metrics.sample(name, [("notifier", notifier.name)], notifier.lastDelivered?.seconds ?? 0)
        }
    }

    private static func rateLimits(_ limits: [StatusSnapshot.RateLimit], _ metrics: inout MetricsText) {
        func family(_ name: String, _ help: String, _ value: (StatusSnapshot.RateLimit) -> Int64?) {
            let samples = limits.compactMap { limit in value(limit).map { (limit.account, $0) } }
            guard !samples.isEmpty else { return }
            metrics.family(name, .gauge, help)
            for (account, value) in samples { metrics.sample(name, [("account", account)], value) }
        }
        family("watcher_ratelimit_limit", "Requests that an account may make.") { $0.limit.map(Int64.init) }
        family("watcher_ratelimit_remaining", "Requests that are left until the limit is reset.") {
            $0.remaining.map(Int64.init)
        }
        family("watcher_ratelimit_reset_timestamp_seconds", "When the limit is reset.") { $0.resetsAt?.seconds }
        family("watcher_ratelimit_paused_until_timestamp_seconds", "The end of a pause that the server asked for.") {
            $0.pausedUntil?.seconds
        }
    }
}
