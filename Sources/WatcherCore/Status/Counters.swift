/// What has happened since counting began, for the metrics; in the state file, so that a restart continues it.
package struct Counters: Sendable, Equatable, Codable {
    /// By `CheckResult.Word`.
    package private(set) var checks: [String: Int] = [:]
    /// Ended ones, by action and status.
    package private(set) var jobs: [String: [String: Int]] = [:]
    /// By action: jobs that were started and have ended.
    package private(set) var durations: [String: Durations] = [:]
    /// Ended ones, by notifier and status.
    package private(set) var deliveries: [String: [String: Int]] = [:]

    package struct Durations: Sendable, Equatable, Codable {
        package var count = 0
        package var seconds: Int64 = 0
    }

    package init() {}

    mutating func count(_ result: CheckResult.Word) { checks[result.rawValue, default: 0] &+= 1 }

    mutating func countDelivery(to notifier: String, succeeded: Bool) {
        let status: StatusSnapshot.Delivery.State = succeeded ? .succeeded : .failed
        deliveries[notifier, default: [:]][status.rawValue, default: 0] &+= 1
    }

    /// A job that has ended.
    mutating func count(_ job: Job) {
        jobs[job.action, default: [:]][job.status, default: 0] &+= 1
        guard job.phase != .ended(.superseded), let begun = job.begunAt, let ended = job.endedAt else { return }
        durations[job.action, default: Durations()].count &+= 1
        durations[job.action, default: Durations()].seconds &+= max(ended.seconds(since: begun), 0)
    }

    /// Drops what is counted for names that are no longer configured.
    mutating func keep(actions: Set<String>, notifiers: Set<String>) {
        jobs = jobs.filter { actions.contains($0.key) }
        durations = durations.filter { actions.contains($0.key) }
        deliveries = deliveries.filter { notifiers.contains($0.key) }
    }
}
