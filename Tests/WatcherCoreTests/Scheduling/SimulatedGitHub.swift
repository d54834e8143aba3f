import WatcherCore

/// GitHub as the schedule meets it: releases that come when they come, an hourly quota, and every answer a 200.
struct SimulatedGitHub {
    struct Publication: Sendable {
        var id: Int64
        var tag: String
        /// Milliseconds of uptime.
        var publishedAt: Int64
        /// When its last asset is there.
        var completeAt: Int64
    }

    /// By upstream, oldest first.
    var publications: [String: [Publication]] = [:]
    var limit: Int
    private(set) var used = 0
    private var resetsAt: Int64 = 0
    /// Requests by hour, all of them and those of looks at upstreams alone.
    private(set) var hours: [Int] = []
    private(set) var looks: [Int] = []
    /// Points of GraphQL by hour.
    private(set) var points: [Int] = []
    private var pointsUsed = 0
    private var pointsResetAt: Int64 = 0
    var hasGraphQL = true
    /// Since then surveys say what was true at that moment; milliseconds of uptime.
    var liesSince: Int64?
    /// Requests by minute.
    private(set) var minutes: [Int] = []
    /// Requests that were refused because the quota was used up.
    private(set) var refusals = 0
    /// Refuses everything until then, as a secondary limit does; milliseconds of uptime.
    var refusesUntil: Int64 = 0
    /// When each run ends.
    private var runs: [Int64: Int64] = [:]
    /// When the job for each tag of each upstream was started, as `upstream tag`.
    private(set) var started: [String: Int64] = [:]
    /// How often something was started that had been started before.
    private(set) var repetitions = 0

    /// How long an answer takes, in milliseconds.
    static let latency: Int64 = 200
    static let surveyLatency: Int64 = 700
    static let runLength: Int64 = 20 * 60_000

    init(limit: Int) { self.limit = limit }

    /// What comes back, and after how many milliseconds.
    mutating func perform(_ command: Command, at now: Instant) -> (Int64, Event) {
        switch command {
        case .check(let check):
            let (isAllowed, reading) = spend(check.isSweep ? 2 : 1, now, isLook: true)
            guard isAllowed else {
                return (Self.latency, .checked(check.target, .failed(limited(now)), reading))
            }
            return (Self.latency, .checked(check.target, .list(list(check, now)), reading))
        case .identify(let target):
            let (isAllowed, reading) = spend(1, now, isLook: true)
            return (
                Self.latency,
                .identified(
                    target, isAllowed ? .known(identity(target.upstream)) : .failed(limited(now)), reading)
            )
        case .survey(let query):
            let (isAllowed, reading) = spendPoint(now)
            guard isAllowed else {
                let wait = (pointsResetAt - now.uptime) / 1000 + 1
                return (
                    Self.latency, .surveyed(query, .failed(.rateLimited(seconds: wait, "limit exceeded")), reading)
                )
            }
            guard hasGraphQL else { return (Self.latency, .surveyed(query, .unsupported("GitHub answered 404"), nil)) }
            let observations = query.entries.map { snapshot($0, now) }
            return (Self.surveyLatency, .surveyed(query, .answered(observations, points: 1), reading))
        case .dispatch(let dispatch):
            let (isAllowed, reading) = spend(1, now)
            guard isAllowed else {
                return (Self.latency, .dispatched(job: dispatch.job, .refused(limited(now)), reading))
            }
            let thing = "\(dispatch.action) \(dispatch.inputs["tag"] ?? "")"
            if started[thing] != nil { repetitions += 1 }
            started[thing] = now.uptime
            let run = Int64(runs.count + 1)
            runs[run] = now.uptime + Self.runLength
            return (
                Self.latency, .dispatched(job: dispatch.job, .accepted(Run(id: run, url: "https://x/\(run)")), reading)
            )
        case .run(let request): return (Self.latency, .ran(job: request.job, ActionResult(.succeeded)))
        case .lookUp(let job, _, _, _):
            let (_, reading) = spend(1, now)
            return (Self.latency, .lookedUp(job: job, .absent(others: 0), reading))
        case .follow(let job, _, _, let run):
            let (isAllowed, reading) = spend(1, now)
            guard isAllowed else { return (Self.latency, .followed(job: job, .failed(limited(now)), reading)) }
            let isOver = (runs[run.id] ?? 0) <= now.uptime
            return (
                Self.latency,
                .followed(
                    job: job,
                    isOver ? .ended(Conclusion(word: "success", title: job, url: run.url)) : .underway(title: job),
                    reading)
            )
        case .deliver(let message, let notifier):
            return (Self.latency, .delivered(message: message.id, notifier: notifier, .delivered))
        case .build(let build):
            return (
                Self.latency, .built(job: build.job, .failed(.permanent("there is no docker", hint: nil), log: nil))
            )
        case .verify(let verify):
            return (Self.latency, .verified(job: verify.job, .failed(.permanent("there is no registry", hint: nil))))
        case .move(let move):
            return (Self.latency, .moved(job: move.job, .failed(.permanent("there is no registry", hint: nil))))
        case .endBuild(let job): return (Self.latency, .buildEnded(job: job))
        case .heartbeat: return (Self.latency, .heartbeat(nil))
        case .publish: return (Self.latency, .published([:]))
        case .wake(let milliseconds): return (milliseconds, .woke)
        }
    }

    private func snapshot(_ entry: SurveyQuery.Entry, _ now: Instant) -> SurveyObservation {
        let seen = liesSince.map { min($0, now.uptime) } ?? now.uptime
        let published = (publications[entry.upstream] ?? []).filter { $0.publishedAt <= seen }
        return .repository(
            RepositorySnapshot(
                repositoryID: identity(entry.upstream).id.number, fullName: identity(entry.upstream).fullName,
                releaseCount: published.count,
                releases: published.suffix(5).reversed().map { item in
                    let time = now.floor.adding((item.publishedAt - now.uptime) / 1000).description
                    return RepositorySnapshot.Release(id: item.id, tag: item.tag, publishedAt: "-", updatedAt: time)
                }))
    }

    /// Somebody else uses the token.
    mutating func usePoints(_ count: Int) { pointsUsed += count }

    private mutating func spendPoint(_ now: Instant) -> (Bool, RateLimitReading) {
        if now.uptime >= pointsResetAt {
            pointsUsed = 0
            pointsResetAt = now.uptime + 3_600_000
        }
        let hour = Int(now.uptime / 3_600_000)
        while points.count <= hour { points.append(0) }
        points[hour] += 1
        let isAllowed = pointsUsed < limit
        if isAllowed { pointsUsed += 1 } else { refusals += 1 }
        return (
            isAllowed,
            RateLimitReading(
                limit: limit, remaining: max(limit - pointsUsed, 0), resetIn: (pointsResetAt - now.uptime) / 1000,
                date: now.floor)
        )
    }

    private func identity(_ upstream: String) -> RepositoryIdentity {
        RepositoryIdentity(
            id: SourceID(Int64(StableHash(upstream).value % 1_000_000_000) + 1), fullName: "o/\(upstream)",
            nodeID: "R_" + upstream)
    }

    private func list(_ check: Command.Check, _ now: Instant) -> ReleaseList {
        let published = (publications[check.target.upstream] ?? []).filter { $0.publishedAt <= now.uptime }
        let shown = check.isSweep ? published[...] : published.suffix(UpstreamState.firstPage)
        return ReleaseList(
            releases: shown.map { item in
                Release(
                    id: SourceID(item.id), tag: item.tag, url: "https://x/\(item.tag)",
                    publishedAt: now.floor.adding((item.publishedAt - now.uptime) / 1000),
                    assets: item.completeAt <= now.uptime ? [Release.Asset(name: "a.tar")] : [])
            }, isComplete: shown.count == published.count, isSweep: check.isSweep,
            identity: check.isSweep ? identity(check.target.upstream) : nil)
    }

    private func limited(_ now: Instant) -> RequestFailure {
        .rateLimited(
            seconds: (max(refusesUntil, used >= limit ? resetsAt : 0) - now.uptime) / 1000 + 1, "limit exceeded")
    }

    private mutating func spend(_ count: Int, _ now: Instant, isLook: Bool = false) -> (Bool, RateLimitReading) {
        if now.uptime >= resetsAt {
            used = 0
            resetsAt = now.uptime + 3_600_000
        }
        tally(&hours, 3_600_000)
        if isLook { tally(&looks, 3_600_000) }
        tally(&minutes, 60_000)
        let isAllowed = used + count <= limit && now.uptime >= refusesUntil
        if isAllowed { used += count } else { refusals += 1 }
        return (
            isAllowed,
            RateLimitReading(
                limit: limit, remaining: limit - used, resetIn: (resetsAt - now.uptime) / 1000, date: now.floor,
                requests: count)
        )

        func tally(_ list: inout [Int], _ length: Int64) {
            let index = Int(now.uptime / length)
            while list.count <= index { list.append(0) }
            list[index] += count
        }
    }
}
