/// One action for certain releases, from the decision to its end.
///
///     pending ──▶ dispatching ──▶ following ──▶ ended
///        ▲            │  ▲            │
///        │            ▼  │            └ the run's conclusion, or its time-out
///        └──────── lookingUp
///
///     pending ──▶ building ──▶ verifying ──▶ moving ──▶ ended
///
/// A workflow whose image is to be proven goes through `verifying`, too. `asking` is before all: whether anything is
/// missing at all. The kinds in `actionKinds` have one phase, `acting`, with a step that is on disk before it is taken.
///
/// `dispatching` is on disk before the request goes out, so a crash in it means: the run may exist. It is looked up
/// before anything is repeated.
package struct Job: Sendable, Equatable, Codable {
    /// `w-` and 12 characters, from the action, the releases with their repositories and a generation: a duplicate has
    /// the same id, and the same tag of another repository under the same name has another.
    package let id: String
    package let action: String
    /// The releases that started it, by upstream.
    package let causes: [String: ReleaseReference]
    /// One for each upstream of the action, fixed when the job begins.
    package var releases: [String: ReleaseReference]?
    /// Whether each of them was its upstream's highest then.
    package var isHighest: Bool?
    /// 0 for what the watch decided; higher for `trigger` and `retry`.
    package let generation: Int
    package let created: Timestamp
    /// When the first of the news came that it stands for: a quiet period counts from here at most six times.
    package var firstNews: Timestamp
    package var notBefore: Timestamp?
    /// For a job of one upstream: the tag that was its highest before the news.
    package var previous: String?
    /// Why it is not begun, or what went wrong last.
    package var reason: String?
    /// How often it was tried to start.
    package var attempts = 0
    /// Whether an earlier attempt may have started a run.
    package var mayHaveStarted = false
    package var begunAt: Timestamp?
    /// Where its run is started, from its beginning on; nil for a job that starts none.
    package var target: WorkflowTarget?
    /// What it does, from its beginning on; nil for a workflow and a build.
    package var work: AnyActionTarget?
    /// What docker is asked for, from its beginning on; nil for a job that builds nothing.
    package var build: Command.Build?
    package var run: Run?
    package var phase = Phase.pending
    package var endedAt: Timestamp?
    /// A person has taken note of the failure, or later work made it moot.
    package var isSettled = false
    /// Made at the first check: it is begun only when the registry lacks its image.
    package var onlyIfMissing: Bool?
    /// How often the program ended in the middle of the build without having been asked to.
    package var cutOffs: Int?
    /// The file with the output of its build, beside the state.
    package var log: String?
    /// Of an action that asks for approval: whether somebody has given it. Nil: nobody was asked yet.
    package var approval: Approval?
    /// When the window opens that it waits for.
    package var opensAt: Timestamp?
    /// What was proven to be in the registry.
    package var platforms: [PlatformDigest]?
    /// Of the image that was pushed or proven.
    package var digest: String?

    package enum Phase: Sendable, Equatable, Codable {
        case pending
        /// Since when, by the server's clock where it is known, and by ours.
        case dispatching(since: Timestamp, at: Timestamp? = nil)
        /// Looking for the run: until when, and whether the server had accepted the dispatch (without naming a run).
        case lookingUp(since: Timestamp, until: Timestamp, accepted: Bool)
        case following(looks: Int, missingSince: Timestamp?)
        /// Looking whether the image is there already, before anything is begun.
        case asking(tries: Int)
        /// On disk before the build begins, so a crash in it means: what is left of it is ended, and it is built again.
        case building
        /// Looking whether the image has every platform.
        case verifying(tries: Int)
        case moving(tries: Int)
        /// Of a job of the kinds in `actionKinds`.
        case acting(ActionStep)
        case ended(Ending)
    }

    package enum Approval: String, Sendable, Equatable, Codable { case waiting, given }

    package enum Ending: String, Sendable, Equatable, Codable { case succeeded, failed, superseded }

    /// `repositories` holds the id of each cause's repository, by upstream, where it is known.
    package init(
        action: String, causes: [String: ReleaseReference], repositories: [String: SourceID] = [:], generation: Int,
        created: Timestamp, firstNews: Timestamp? = nil, notBefore: Timestamp? = nil
    ) {
        var hash = StableHash(action, String(generation))
        for (upstream, release) in causes.sorted(by: { $0.key < $1.key }) {
            hash.combine(upstream)
            hash.combine(release.tag)
            if let digest = release.digest { hash.combine(digest) }
            if let id = repositories[upstream] { hash.combine(id.text) }
        }
        self.id = "w-" + hash.name
        self.action = action
        self.causes = causes
        self.generation = generation
        self.created = created
        self.firstNews = firstNews ?? created
        self.notBefore = notBefore
    }

    /// Whether a text holds the id of any job.
    package static func isNamed(in text: String) -> Bool {
        var rest = text.utf8[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "w")) {
            rest = rest[rest.index(after: start)...]
            guard rest.first == UInt8(ascii: "-") else { continue }
            let id = rest.dropFirst().prefix(12)
            if id.count == 12, id.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }) {
                return true
            }
        }
        return false
    }

    /// The contract's word.
    package var status: String {
        switch phase {
        case .pending: "pending"
        case .dispatching, .lookingUp, .following, .asking, .building, .verifying, .moving, .acting: "running"
        case .ended(let ending): ending.rawValue
        }
    }

    package var waitsForApproval: Bool { isPending && approval == .waiting }
    package var isRunning: Bool { status == "running" }
    package var isPending: Bool { phase == .pending }

    // MARK: - Transitions

    /// Fixes the releases and notes the intent: it may be acted on as soon as this is on disk.
    package mutating func begin(
        releases: [String: ReleaseReference], isHighest: Bool, as phase: Phase, at now: Instant
    ) {
        if self.releases == nil {
            self.releases = releases
            self.isHighest = isHighest
        }
        attempts += 1
        opensAt = nil
        begunAt = begunAt ?? now.floor
        notBefore = nil
        reason = nil
        self.phase = phase
    }

    /// The run is known: stay with it.
    package mutating func follow(_ run: Run, at now: Instant) {
        self.run = run
        reason = nil
        notBefore = now.deadline(in: Backoff.follow(after: 0))
        phase = .following(looks: 0, missingSince: nil)
    }

    /// The answer was lost, or names no run: look for it before anything is repeated.
    package mutating func lookUp(
        since: Timestamp, for seconds: Int64, accepted: Bool, reason: String, at now: Instant
    ) {
        mayHaveStarted = true
        self.reason = reason
        notBefore = now.deadline(in: Backoff.lookup)
        phase = .lookingUp(since: since, until: now.deadline(in: seconds), accepted: accepted)
    }

    /// Not started, for sure: again later.
    package mutating func retry(in seconds: Int64, reason: String, at now: Instant) {
        self.reason = reason
        notBefore = seconds == 0 ? nil : now.deadline(in: seconds)
        phase = .pending
    }

    package mutating func end(_ ending: Ending, reason: String?, at now: Instant) {
        self.reason = reason
        endedAt = now.floor
        notBefore = nil
        phase = .ended(ending)
    }
}
