/// The status at one moment, as values: what every output shows. A format renders it and knows nothing of the core.
package struct StatusSnapshot: Sendable, Equatable {
    package var time: Timestamp
    /// By name.
    package var upstreams: [Upstream]
    /// Pending and running ones, then those that have ended, the newest last.
    package var jobs: [Job]
    /// Pending ones, then those that have ended, the newest last.
    package var deliveries: [Delivery]
    /// By account.
    package var rateLimits: [RateLimit]
    /// By how much a daemon multiplies the intervals to stay within the rate limit; nil where it does not.
    package var slowdown: Double?
    /// The names of the configured ones, in order.
    package var actions: [String] = []
    /// By name.
    package var notifiers: [Notifier] = []
    /// All zero where no metrics are written.
    package var counters = Counters()
    /// Why outputs could not be written at the last attempt, by their keys.
    package var outputFailures: [String: String] = [:]
    /// Nil where no feed is written.
    package var events: EventLog?

    package struct Upstream: Sendable, Equatable {
        package var name: String
        package var repository: String
        /// The key that says what kind of source it is.
        package var source = "github"
        package var isChecked: Bool
        package var lastSeen: ReleaseReference?
        package var lastGoodCheck: Timestamp?
        /// When the next check is expected, as far as the last ones tell.
        package var nextCheck: Timestamp?
        package var failures = 0
        package var error: String?
        /// Whether the last check failed in a way that does not pass by itself.
        package var isBlocked = false
        /// The id of the repository that has taken the name: checks are stopped until it is accepted.
        package var replacedBy: SourceID?
        /// No good check for longer than its interval and the usual gap between passes explain.
        package var isStale = false
        package var waiting: [Waiting] = []
        /// How many globs `requiredAssets` has.
        package var requiredAssets = 0
        /// Releases of the last weeks, the oldest first; empty where no page is written.
        package var recent: [ReleaseLog.Entry] = []

        /// Whether it goes on only when a person does something.
        package var needsPerson: Bool { failures >= Core.failuresUntilTold || isBlocked || replacedBy != nil }
    }

    /// A release that cannot be taken yet.
    package struct Waiting: Sendable, Equatable {
        package var tag: String
        package var missing: [String]
        package var until: Timestamp?
        package var isStalled: Bool
        package var published: Timestamp?
    }

    package struct Job: Sendable, Equatable {
        package enum State: String, Sendable { case pending, running, succeeded, failed, superseded }

        package var id: String
        package var action: String
        package var state: State
        package var reason: String?
        package var url: String?
        /// Tags by upstream.
        package var releases: [String: String]
        package var attempts: Int
        package var created: Timestamp
        package var begun: Timestamp?
        package var ended: Timestamp?
        /// When it goes on, where it waits for a time.
        package var next: Timestamp?
        package var log: String?
        package var platforms: [PlatformDigest]?
        /// Failed, and neither retried, forgotten nor followed by a success.
        package var isActionRequired: Bool
        package var waitsForApproval = false
    }

    package struct Delivery: Sendable, Equatable {
        package enum State: String, Sendable { case pending, succeeded, failed }

        package var id: String
        package var notifier: String
        package var type: MessageType
        package var state: State
        package var reason: String?
        /// Of a pending one: when it is sent again, where that is not at once.
        package var next: Timestamp?
        package var ended: Timestamp?
    }

    package struct Notifier: Sendable, Equatable {
        package var name: String
        /// Messages that have not been delivered yet.
        package var waiting = 0
        package var lastDelivered: Timestamp?
        /// Why the latest attempt failed; nil when it did not.
        package var reason: String?
    }

    package struct RateLimit: Sendable, Equatable {
        package var account: String
        package var limit: Int?
        package var remaining: Int?
        package var resetsAt: Timestamp?
        /// Nil when no pause is in effect or the time of it is over.
        package var pausedUntil: Timestamp?
        package var reason: String?
    }

    package var stale: [String] { upstreams.filter(\.isStale).map(\.name) }
}
