/// Which repositories are asked about together, and when.
///
/// A round asks about all of them, in batches. What an answer means for each is kept in `memory`.
struct Survey: Sendable {
    /// The most repositories in one question: as many ids as GitHub takes.
    static let batchLimit = 100
    /// No question is made smaller than this when the server gives up.
    static let batchFloor = 10
    /// Rounds without a question that was too large, after which questions are made larger again.
    static let roundsUntilLarger = 20
    /// What a question may cost at most, whatever the server says: an hour's points.
    static let pointsLimit = PollBudget.limits.token
    /// Questions under way at once.
    static let concurrency = 4
    /// Questions that have failed in a row, after which the rest of a round is given up.
    static let failuresUntilGivenUp = 3
    /// The longest wait for another try, in milliseconds.
    static let longestBackoff: Int64 = 300_000
    /// How long a server without GraphQL is not asked again, in milliseconds.
    static let unsupportedFor: Int64 = 86_400_000

    var memory = SurveyMemory()
    /// Of how many repositories the next questions are.
    private(set) var batchSize = batchLimit
    /// What a question cost.
    var points = 1
    /// What is left to ask in this round.
    private var queue: [SurveyQuery.Entry] = []
    private var underWay = 0
    /// Whether all answers of this round were good so far.
    private var isGood = true
    private var goodRounds = 0
    private var failures = 0
    /// Uptime in milliseconds of the next round, or of the next question of this one.
    private var nextAt: Int64?
    /// Uptime in milliseconds of the next round, when all goes well.
    private var nextRoundAt: Int64 = 0
    /// The reason for which the server is not asked at all, and until which uptime.
    private(set) var unsupported: (reason: String, until: Int64)?

    /// Whether surveys answer for an upstream, so that it need not be checked by REST but once in `poll.sweep`.
    func isCovered(_ upstream: String) -> Bool { memory.isCovered(upstream) }

    var isRoundOver: Bool { queue.isEmpty && underWay == 0 }
    var hasPlace: Bool { underWay < Self.concurrency }
    var hasQueue: Bool { !queue.isEmpty }

    /// When to come back; nil while the end of a question is what brings the next.
    var nextUptime: Int64? {
        if queue.isEmpty { return underWay == 0 ? max(nextAt ?? 0, unsupported?.until ?? 0) : nil }
        return hasPlace ? nextAt ?? 0 : nil
    }

    func isDue(at now: Instant) -> Bool { now.uptime >= max(nextAt ?? 0, unsupported?.until ?? 0) }

    mutating func begin(_ entries: [SurveyQuery.Entry], nextIn milliseconds: Int64, at now: Instant) {
        queue = entries
        isGood = true
        nextRoundAt = now.uptime + milliseconds
        nextAt = entries.isEmpty ? nextRoundAt : nil
    }

    /// The next question of this round.
    mutating func next(_ apiURL: String) -> SurveyQuery {
        let entries = Array(queue.prefix(batchSize))
        queue.removeFirst(entries.count)
        underWay += 1
        return SurveyQuery(apiURL: apiURL, entries: entries)
    }

    /// Asks nothing before this uptime.
    mutating func wait(until uptime: Int64) { nextAt = uptime }

    /// Gives up what is left of a round until this uptime.
    mutating func giveUp(until uptime: Int64) {
        queue = []
        nextAt = uptime
    }

    // MARK: - Answers

    /// One question has ended, however it went.
    mutating func ended() { underWay = max(underWay - 1, 0) }

    /// Returns whether GraphQL works again here.
    mutating func answered() -> Bool {
        failures = 0
        defer { unsupported = nil }
        return unsupported != nil
    }

    /// Asks again about fewer at once; returns whether that is possible.
    mutating func shrink(_ query: SurveyQuery) -> Bool {
        goodRounds = 0
        batchSize = min(batchSize, max(query.entries.count / 2, Self.batchFloor))
        guard query.entries.count > batchSize else { return false }
        queue = query.entries + queue
        return true
    }

    /// Notes a failure; `interval` is that of surveys, in milliseconds.
    mutating func failed(interval: Int64, at now: Instant) {
        failures += 1
        goodRounds = 0
        isGood = false
        guard failures >= Self.failuresUntilGivenUp || queue.isEmpty else { return }
        giveUp(until: now.uptime + min(interval << min(Int64(failures), 6), max(Self.longestBackoff, interval)))
    }

    /// Returns whether this is to be said: it was not known, or for another reason.
    mutating func turnOff(_ reason: String, at now: Instant) -> Bool {
        let isNew = unsupported?.reason != reason
        unsupported = (reason, now.uptime + Self.unsupportedFor)
        giveUp(until: 0)
        return isNew
    }

    /// Ends a round whose last answer has come. Returns whether everything was answered.
    mutating func endRound() -> Bool {
        nextAt = isGood ? nextRoundAt : max(nextAt ?? 0, nextRoundAt)
        guard isGood else { return false }
        goodRounds += 1
        if goodRounds >= Self.roundsUntilLarger {
            goodRounds = 0
            batchSize = min(batchSize * 2, Self.batchLimit)
        }
        return true
    }

    /// Another configuration: what is known of these upstreams is known no longer, and everything is asked anew.
    mutating func reconfigure(dropping upstreams: some Sequence<String>) {
        for upstream in upstreams { memory.drop(upstream) }
        queue = []
        nextAt = nil
        unsupported = nil
        failures = 0
    }

    mutating func checkBegan(_ upstream: String, at now: Instant) { memory.checkBegan(upstream, at: now) }
    mutating func checkSucceeded(_ upstream: String, _ state: UpstreamState) {
        memory.checkSucceeded(upstream, state)
    }
    mutating func checkFailed(_ upstream: String) { memory.checkFailed(upstream) }
    mutating func forgetTimes() { memory.forgetTimes() }
}
