// Surveys of the upstreams on GitHub: when they are made, and what follows from their answers.

extension Core {
    /// For so many usual intervals, and at least so many milliseconds, an upstream may go unanswered by surveys until it is
    /// checked by REST as often as without them.
    static let surveyLapse = (intervals: Int64(4), atLeast: Int64(180_000))

    /// When a survey is to be made, or goes on; nil when none is, or the end of a question brings the next.
    var nextSurvey: Int64? { mode.repeats && pace.isSurveyed ? survey.nextUptime : nil }

    mutating func dueSurveys(at now: Instant) -> [Command] {
        guard mode.repeats, pace.isSurveyed, survey.isDue(at: now) else { return [] }
        var commands: [Command] = []
        if survey.isRoundOver {
            replan(survey.memory.lapse(before: now.uptime - surveyLapseLimit), at: now)
            survey.begin(surveyEntries(), nextIn: surveyInterval(at: now), at: now)
        }
        while survey.hasQueue, survey.hasPlace {
            if PollBudget.isLow(ledger.quotas[AccountKey.graphql.name], underWay: 0, at: now) {
                let resetsAt = ledger.quotas[AccountKey.graphql.name]?.resetsAt ?? now.floor
                standDown(until: resetsAt, at: now)
                break
            }
            let permission = withQuota(.graphql) { $0.permission(at: now) }
            guard case .granted = permission else {
                switch permission {
                case .busy(let uptime): survey.wait(until: uptime)
                case .paused(let until): standDown(until: until, at: now)
                case .granted: break
                }
                break
            }
            withQuota(.graphql) { $0.spend(at: now) }
            commands.append(.survey(survey.next(config.github.apiURL)))
        }
        return commands
    }

    /// The upstreams that can be asked for, in a fixed order.
    private func surveyEntries() -> [SurveyQuery.Entry] {
        config.upstreams.keys.sorted().compactMap { name in
            nodeID(of: name).map { SurveyQuery.Entry(upstream: name, nodeID: $0) }
        }
    }

    /// The id by which an upstream is asked for: once its repository has been seen, and while it is the same.
    private func nodeID(of name: String) -> String? {
        guard let upstream = config.upstreams[name], pace.surveys(upstream), let state = ledger.upstreams[name],
            !state.isFirstSight, state.replacedBy == nil, state.repository == upstream.repository
        else { return nil }
        return state.nodeID
    }

    /// Milliseconds between two surveys: as the configuration says, and longer where the points would not last.
    private func surveyInterval(at now: Instant) -> Int64 {
        let seconds = Double(pace.surveyInterval)
        let (points, limit, usual) = surveyDemand
        guard let record = ledger.quotas[AccountKey.graphql.name], let remaining = record.remaining,
            let resetsAt = record.resetsAt, !now.hasReached(resetsAt)
        else { return Int64(seconds * 1000 * usual) }
        // Others may spend from the same points: what is left has to last until the reset.
        let untilReset = Double(min(max(resetsAt.seconds(since: now.floor), 1), 3600))
        let left = max(Double(remaining) - limit * PollBudget.reserve, 1)
        let current = max(usual, points * untilReset / 3600 / left)
        return Int64(min(seconds * current, max(untilReset, seconds * usual)) * 1000)
    }

    /// The points that surveys would take in an hour, of how many, and by how much intervals stretch for that.
    private var surveyDemand: (points: Double, limit: Double, usual: Double) {
        let limit = ledger.quotas[AccountKey.graphql.name]?.limit.flatMap { $0 > 0 ? $0 : nil }
        let known = Double(limit ?? PollBudget.limits.token)
        let questions = (pace.count + survey.batchSize - 1) / survey.batchSize
        let points = Double(questions * survey.points) * 3600 / Double(max(pace.surveyInterval, 1))
        let share = config.poll.every == nil ? PollBudget.shareOfSurveys : PollBudget.shareAsked
        return (points, known, max(points / (known * share), 1))
    }

    /// In milliseconds; see `surveyLapse`.
    private var surveyLapseLimit: Int64 {
        let usual = Int64(Double(pace.surveyInterval) * surveyDemand.usual * 1000)
        return max(usual * Self.surveyLapse.intervals, Self.surveyLapse.atLeast)
    }

    /// Makes no survey until then. Where that is long, each upstream is checked as without surveys.
    private mutating func standDown(until: Timestamp, at now: Instant) {
        let wait = max(until.seconds * 1000 - now.wall, 1000)
        survey.giveUp(until: now.uptime + wait)
        if wait > surveyLapseLimit { replan(survey.memory.lapse(), at: now) }
    }

    // MARK: - Answers

    mutating func surveyed(_ query: SurveyQuery, _ outcome: SurveyOutcome, at now: Instant) {
        survey.ended()
        switch outcome {
        case .answered(let observations, let points) where observations.count == query.entries.count:
            survey.points = min(max(points, 1), Survey.pointsLimit)
            withQuota(.graphql) { $0.recover() }
            if survey.answered() {
                say(.news, "GitHub's GraphQL API works again: surveys are made", topic: "survey works again")
            }
            if query.apiURL == config.github.apiURL {
                for (entry, observation) in zip(query.entries, observations) { take(entry, observation, at: now) }
            }
        case .answered(let observations, _):
            let reason = "\(observations.count) answers to \(query.entries.count) questions"
            surveyFailed(.transient(reason), at: now)
        case .tooLarge(let reason):
            if survey.shrink(query) {
                say(
                    .detail, "survey of \(query.entries.count) repositories: \(reason): asking about fewer at once",
                    topic: "survey too large", ["reason": reason])
            } else {
                surveyFailed(.transient(reason), at: now)
            }
        case .unsupported(let reason): turnOffSurveys(reason, at: now)
        case .failed(let failure): surveyFailed(failure, at: now)
        }
        guard survey.isRoundOver, survey.unsupported == nil else { return }
        if survey.endRound() { heartbeatDue = true }
        // With few points left the next survey is far away.
        if surveyInterval(at: now) > surveyLapseLimit { replan(survey.memory.lapse(), at: now) }
    }

    private mutating func surveyFailed(_ failure: RequestFailure, at now: Instant) {
        if case .rateLimited(let seconds, let reason) = failure {
            pause(.graphql, seconds: seconds, reason, at: now)
        }
        survey.failed(interval: pace.surveyInterval * 1000, at: now)
        guard failure != .cancelled else { return }
        say(
            .detail, "survey: \(failure.reason)", hint: failure.hint, topic: "survey failed",
            ["reason": failure.reason])
    }

    /// Falls back to checking each upstream by REST, and says so once.
    private mutating func turnOffSurveys(_ reason: String, at now: Instant) {
        if survey.turnOff(reason, at: now) {
            say(
                .news, "GitHub's GraphQL API cannot be used (\(reason)): each repository is polled by REST",
                hint: "tried again daily; \"survey\": \"off\" in \"github\" ends that", topic: "survey unsupported",
                ["reason": reason])
        }
        replan(survey.memory.lapse(), at: now)
    }

    /// What a survey says of one upstream.
    private mutating func take(_ entry: SurveyQuery.Entry, _ observation: SurveyObservation, at now: Instant) {
        let name = entry.upstream
        // It may have been pointed to another repository meanwhile.
        guard nodeID(of: name) == entry.nodeID, var state = ledger.upstreams[name] else { return }
        let wasCovered = survey.isCovered(name)
        let offset = withQuota(.github) { $0.clockOffset }
        let verdict = survey.memory.take(name, observation, state, offset: offset, at: now)
        if verdict == .same, state.failures == 0, !checking.contains(name) {
            state.lastCheck = now.floor
            state.noteGoodCheck(at: now)
            ledger.upstreams[name] = state
            changed(.noted)
        }
        if verdict == .changed, !checking.contains(name) {
            schedule.planNow([name], at: now)
        } else if wasCovered != survey.isCovered(name) {
            replan([name], at: now)
        }
    }

    /// Gives upstreams another time for their next check: what answers for them has changed.
    private mutating func replan(_ names: [String], at now: Instant) {
        lastBudget = nil
        for name in names where !checking.contains(name) && !schedule.isQueued(name) {
            guard let upstream = config.upstreams[name] else { continue }
            schedule.plan(name, in: nextCheckDelay(name, upstream, at: now), at: now)
        }
    }

    // MARK: - Checks by REST

    /// Milliseconds until the next check of an upstream for which surveys answer; nil for any other.
    mutating func surveyedDelay(_ name: String, _ state: UpstreamState, at now: Instant) -> Int64? {
        guard survey.isCovered(name), state.failures == 0, state.replacedBy == nil, !state.isIncomplete,
            let lastSweep = state.lastSweep
        else { return nil }
        if let doubt = survey.memory.doubt(name) {
            // What was seen while a check was under way is checked at once; what one did not find, a little later.
            return doubt.tries == 0 ? 0 : min(pace.surveyInterval, Self.attentiveInterval) * 1000
        }
        // Each sweep in a place of its own: the first in the second half of the time, and then always at its end.
        let left = min(max(lastSweep.adding(config.poll.sweep).seconds(since: now.floor), 1), config.poll.sweep)
        let place = Double(StableHash(name).value % 1000) / 1000
        let share = survey.memory.place(name) ? 1 - place / 100 : 0.5 + place / 2
        return min(Int64(Double(left) * 1000 * share), untilRipe(state, at: now))
    }

    /// Whether a check is to read all pages because of surveys: its time in the day has come, more was published than
    /// the newest releases show, or the id by which they ask is not known.
    mutating func wantsSweep(_ name: String, _ upstream: Config.Upstream, _ state: UpstreamState, at now: Instant)
        -> Bool
    {
        guard mode.repeats, pace.surveys(upstream) else { return false }
        if state.nodeID == nil { return survey.memory.asksForID(name) }
        guard survey.isCovered(name) else { return false }
        if let doubt = survey.memory.doubt(name) { return doubt.isFarDown }
        let age = state.lastSweep.map { now.floor.seconds(since: $0) } ?? 0
        return !state.isIncomplete && state.failures == 0 && age >= config.poll.sweep / 2
    }
}
