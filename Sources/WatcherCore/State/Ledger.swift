/// The durable state, whole: what the state file holds.
///
/// Only `Core` changes it. `version` and `upstreams.NAME.lastSeen.tag` are stable for scripts.
package struct Ledger: Sendable, Equatable, Codable {
    /// The format that this program writes.
    package static let currentVersion = 1
    /// How many ended jobs are kept, those that need a person not counted.
    package static let historyLimit = 50
    /// How many failures that need a person are kept.
    package static let unsettledLimit = 100
    /// How many jobs of one action may wait; beyond it the oldest is failed, in the open.
    package static let pendingLimit = 1000
    /// How many things `attention` remembers to have reported.
    package static let toldLimit = 1000

    package var version = Ledger.currentVersion
    package var upstreams: [String: UpstreamState] = [:]
    /// Pending and running, in the order in which they were decided.
    package var jobs: [Job] = []
    /// Ended, newest last.
    package var history: [Job] = []
    package var outbox = Outbox()
    /// By token: `github`, or `action:NAME` for an action with its own.
    package var quotas: [String: RateLimit.Record] = [:]
    /// What `attention` has reported, and when.
    package var told: [String: Timestamp] = [:]
    /// Raised by `trigger` and `retry`, so that their jobs get new ids.
    package var generation = 0
    package var lastHeartbeat: Timestamp?
    /// Nil where no metrics are written.
    package var counters: Counters?
    /// Nil where no feed is written.
    package var events: EventLog?
    /// Nil where no page is written.
    package var recent: ReleaseLog?
    /// Why outputs could not be written at the last attempt, by their keys.
    package var outputFailures: [String: String]?

    package init() {}

    /// Jobs and messages that have failed for good and upstreams that are stopped: action required. What is no longer
    /// configured needs nobody; a job that waits for approval is as it should be.
    package func needsPerson(_ config: Config) -> Bool {
        history.contains { $0.phase == .ended(.failed) && !$0.isSettled }
            || outbox.ended.contains { !$0.succeeded }
            || config.upstreams.keys.contains { upstreams[$0]?.needsPerson ?? false }
    }

    /// How long what was seen of an upstream is kept after it has left the configuration, in seconds: nothing is new
    /// when it comes back within that time.
    package static let formerUpstreamLifetime: Int64 = 366 * 86_400

    /// Drops upstreams that have not been in the configuration for longer than that. Returns whether there were any.
    package mutating func prune(_ config: Config, at now: Instant) -> Bool {
        let old = upstreams.filter { name, state in
            guard config.upstreams[name] == nil, let last = state.lastCheck ?? state.firstCheck else { return false }
            return now.floor.seconds(since: last) > Self.formerUpstreamLifetime
        }
        for name in old.keys { upstreams[name] = nil }
        return !old.isEmpty
    }

    /// Moves a job that has ended to the history. A success settles the failures of the same action before it.
    package mutating func retire(_ job: Job) {
        jobs.removeAll { $0.id == job.id }
        counters?.count(job)
        if job.phase == .ended(.succeeded) {
            for index in history.indices where history[index].action == job.action { history[index].isSettled = true }
        }
        history.append(job)
        func trim(_ limit: Int, _ isOfKind: (Job) -> Bool) {
            for _ in 0..<max(history.count(where: isOfKind) - limit, 0) {
                if let index = history.firstIndex(where: isOfKind) { history.remove(at: index) }
            }
        }
        let needsPerson: (Job) -> Bool = { $0.phase == .ended(.failed) && !$0.isSettled }
        trim(Self.historyLimit) { !needsPerson($0) }
        trim(Self.unsettledLimit, needsPerson)
    }

    /// Whether something is reported for the first time; remembers it.
    package mutating func tellOnce(_ thing: String, at now: Instant) -> Bool {
        guard told[thing] == nil else { return false }
        told[thing] = now.floor
        if told.count > Self.toldLimit, let oldest = told.min(by: { $0.value < $1.value })?.key { told[oldest] = nil }
        return true
    }
}
