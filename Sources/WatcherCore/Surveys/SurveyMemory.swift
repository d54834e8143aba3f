/// What surveys have seen of each upstream, as far as a check by REST has confirmed it.
///
/// An upstream that looks as it did when it was last checked by REST is left alone. Any other is checked, and counts as
/// confirmed once a check that began after the survey has succeeded and knows every release that the survey saw.
struct SurveyMemory: Sendable {
    /// Checks by REST that do not find what the survey saw, after which its word is no longer taken.
    static let doubtLimit = 5
    /// How much older than a check a release must be to count as seen by it, in seconds: two servers' clocks.
    static let clockSlack: Int64 = 120

    /// What looks different from what was confirmed.
    struct Doubt: Sendable {
        var fingerprint: UInt64
        /// The releases that are published, by the survey.
        var published: [SourceID]
        var count: Int
        /// There are more releases than before and none of those that the survey names is new: it is further down.
        var isFarDown = false
        /// A check has begun since.
        var isBegun = false
        /// Checks that did not find it.
        var tries = 0
    }

    private struct Record: Sendable {
        var confirmed: UInt64?
        /// How many releases there were then.
        var count = 0
        var doubt: Doubt?
        /// When the check under way, and the last good one, began.
        var begunAt: Timestamp?
        var checkedAt: Timestamp?
        /// The uptime of the last answer that said something about it; nil where nothing answers for it now.
        var seenAt: Int64?
        /// Whether a sweep was made for the id by which surveys ask.
        var wasAskedForID = false
        /// Whether its sweep has a place of its own in the day.
        var isPlaced = false
    }

    private var records: [String: Record] = [:]

    enum Verdict: Sendable, Equatable {
        /// It is as it was: that counts as a look.
        case same
        /// It is to be checked by REST.
        case changed
        /// Nothing was said.
        case nothing
    }

    func isCovered(_ upstream: String) -> Bool { records[upstream]?.seenAt != nil }

    func doubt(_ upstream: String) -> Doubt? { records[upstream]?.doubt }

    /// Whether the upstream has its place in the day; gives it one.
    mutating func place(_ upstream: String) -> Bool {
        defer { records[upstream, default: Record()].isPlaced = true }
        return records[upstream]?.isPlaced ?? false
    }

    /// Whether the id of an upstream is still to be asked for: once, because a server may have none.
    mutating func asksForID(_ upstream: String) -> Bool {
        defer { records[upstream, default: Record()].wasAskedForID = true }
        return !(records[upstream]?.wasAskedForID ?? false)
    }

    /// Takes in what a survey says. `offset`: the server's clock less ours, in seconds.
    mutating func take(
        _ upstream: String, _ observation: SurveyObservation, _ state: UpstreamState, offset: Int64?, at now: Instant
    ) -> Verdict {
        var record = records.removeValue(forKey: upstream) ?? Record()
        defer { records[upstream] = record }
        let fingerprint: UInt64
        var published: [SourceID] = []
        var count = 0
        switch observation {
        case .unknown:
            record.seenAt = nil
            return .nothing
        case .gone: fingerprint = 0
        case .repository(let snapshot):
            fingerprint = snapshot.fingerprint
            published = snapshot.releases.compactMap { $0.isDraft ? nil : $0.id.map { SourceID($0) } }
            count = snapshot.releaseCount
            if record.confirmed == nil, record.doubt == nil,
                Self.isKnown(snapshot, published, state, checkedAt: record.checkedAt, offset: offset)
            {
                record.confirmed = fingerprint
                record.count = count
            }
        }
        record.seenAt = now.uptime
        if fingerprint == record.confirmed {
            record.doubt = nil
            record.count = count
            return .same
        }
        guard record.doubt?.fingerprint != fingerprint else { return .nothing }
        var doubt = Doubt(fingerprint: fingerprint, published: published, count: count)
        doubt.isFarDown = record.confirmed != nil && count > record.count && Self.knows(published, state)
        record.doubt = doubt
        return .changed
    }

    /// Whether the last good check saw at least as much as this: then there is no need for another.
    private static func isKnown(
        _ snapshot: RepositorySnapshot, _ published: [SourceID], _ state: UpstreamState, checkedAt: Timestamp?,
        offset: Int64?
    ) -> Bool {
        guard let checkedAt, let offset, let id = snapshot.repositoryID, SourceID(id) == state.repositoryID,
            snapshot.fullName.lowercased() == state.repository?.lowercased(), !snapshot.isArchived
        else { return false }
        let limit = checkedAt.adding(offset - clockSlack)
        let isOld = snapshot.releases.allSatisfy { release in
            release.id != nil && Timestamp(release.updatedAt).map { $0 < limit } ?? false
                && (release.publishedAt.map { Timestamp($0).map { $0 < limit } ?? false } ?? true)
        }
        return isOld && knows(published, state)
    }

    private static func knows(_ published: [SourceID], _ state: UpstreamState) -> Bool {
        let known = state.seen.index()
        return published.allSatisfy { id in known[id] != nil || state.waiting.contains { $0.id == id } }
    }

    // MARK: - Checks by REST

    mutating func checkBegan(_ upstream: String, at now: Instant) {
        records[upstream, default: Record()].begunAt = now.floor
        records[upstream]?.doubt?.isBegun = true
    }

    mutating func checkSucceeded(_ upstream: String, _ state: UpstreamState) {
        guard var record = records[upstream] else { return }
        record.checkedAt = record.begunAt
        if var doubt = record.doubt, doubt.isBegun {
            doubt.isBegun = false
            doubt.tries += 1
            let isConfirmed = Self.knows(doubt.published, state) || doubt.tries >= Self.doubtLimit
            record.doubt = isConfirmed ? nil : doubt
            if isConfirmed {
                record.confirmed = doubt.fingerprint
                record.count = doubt.count
            }
        }
        records[upstream] = record
    }

    mutating func checkFailed(_ upstream: String) { records[upstream]?.doubt?.isBegun = false }

    // MARK: - Forgetting

    /// The upstreams of which no survey has said anything since this uptime: nothing answers for them any longer.
    mutating func lapse(before uptime: Int64 = .max) -> [String] {
        let lapsed = records.filter { $0.value.seenAt.map { $0 < uptime } ?? false }.keys.sorted()
        for upstream in lapsed { records[upstream]?.seenAt = nil }
        return lapsed
    }

    mutating func drop(_ upstream: String) { records[upstream] = nil }

    /// The clock was set: what was seen when is not known any longer.
    mutating func forgetTimes() {
        for upstream in records.keys {
            records[upstream]?.begunAt = nil
            records[upstream]?.checkedAt = nil
        }
    }
}
