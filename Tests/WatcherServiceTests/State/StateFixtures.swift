@testable import WatcherCore

/// A ledger with a value in every field that the format has.
enum StateFixtures {
    static let now = Instant(wall: 1_785_751_200_000, uptime: 1000)
    static let later = Instant(wall: 1_785_761_200_000, uptime: 10_001_000)
    static let time = now.floor

    static func reference(_ tag: String) -> ReleaseReference {
        ReleaseReference(
            tag: tag, url: "https://github.com/elabftw/elabftw/releases/tag/\(tag)", publishedAt: time,
            prerelease: tag.contains("-"))
    }

    static func job(tag: String, generation: Int) -> Job {
        Job(action: "build-image", causes: ["elabftw": reference(tag)], generation: generation, created: time)
    }

    static func message(_ id: String) -> Message {
        Message(
            id: id, type: .release, time: time, upstream: "elabftw", repository: "elabftw/elabftw", previous: "5.6.12",
            releases: [
                ReleaseSummary(
                    upstream: "elabftw", tag: "5.6.13", version: "5.6.13", name: "Zauber 💫 \"quoted\"",
                    url: "https://github.com/elabftw/elabftw/releases/tag/5.6.13", publishedAt: time, prerelease: false,
                    highest: true)
            ])
    }

    static let full = ledger(isPresent: true)

    /// What a program could write that knew neither lines nor where a job was started.
    static let earlier = ledger(isPresent: false)

    private static func ledger(isPresent: Bool) -> Ledger {
        var ledger = Ledger()
        ledger.upstreams = ["elabftw": watch(isPresent), "never-seen": UpstreamState()]
        ledger.jobs = jobs
        if isPresent {
            let dispatch = Config.WorkflowDispatch(repository: "o/r", workflow: "build-image.yaml", ref: "main")
            ledger.jobs[1].target = WorkflowTarget(dispatch, defaultAPIURL: "https://api.github.com")
        }
        var failed = job(tag: "5.6.9", generation: 0)
        failed.end(.failed, reason: "GitHub answered 422: No ref found for: main2", at: now)
        var superseded = job(tag: "5.6.8", generation: 0)
        superseded.end(.superseded, reason: "newer releases came before it was begun", at: now)
        superseded.isSettled = true
        var succeeded = job(tag: "5.6.7", generation: 3)
        succeeded.end(.succeeded, reason: nil, at: now)
        ledger.history = [failed, superseded, succeeded]
        _ = ledger.outbox.add({ message($0) }, to: ["hook", "team-chat", "gone"], at: now)
        let id = ledger.outbox.messages.first?.message.id ?? ""
        _ = ledger.outbox.record(.delivered, message: id, notifier: "team-chat", at: now)
        _ = ledger.outbox.record(.refused(reason: "answered 410"), message: id, notifier: "gone", at: now)
        _ = ledger.outbox.record(.retry(after: 600, reason: "answered 503"), message: id, notifier: "hook", at: now)
        var quota = RateLimit.Record()
        quota.limit = 5000
        quota.remaining = 4990
        quota.resetsAt = time.adding(3600)
        quota.pausedUntil = time.adding(60)
        quota.pauseReason = "GitHub answered 403: You have exceeded a secondary rate limit."
        quota.pauseLength = 60
        quota.strikes = 2
        ledger.quotas = ["github": quota, "action:build-image": RateLimit.Record()]
        ledger.told = ["moved:elabftw:elabftw/elab": time]
        ledger.generation = 3
        ledger.lastHeartbeat = time
        return ledger
    }

    private static func watch(_ isPresent: Bool) -> UpstreamState {
        var watch = UpstreamState()
        watch.repositoryID = 6_862_158
        watch.repository = "elabftw/elabftw"
        watch.lastSeen = reference("5.6.13")
        for (index, reason)
            in (earlierReasons + (isPresent ? Seen.allCases.filter { !earlierReasons.contains($0) } : [])).enumerated()
        {
            watch.seen.add(SourceID(Int64(300_000_000 + index)), tag: "5.6.\(index)", reason)
        }
        watch.waiting = [
            UpstreamState.Waiting(
                id: 300_000_100, release: reference("5.6.14"), name: "5.6.14", missing: ["openapi.yaml"],
                until: time.adding(3600), deadline: time.adding(7200), isStalled: true, isFarDown: true)
        ]
        watch.etag = "W/\"0123456789abcdef\""
        watch.firstCheck = time.adding(-86_400)
        watch.lastCheck = time
        watch.lastGoodCheck = time
        watch.usualGap = 900
        watch.lastSweep = time
        watch.emptySince = time.adding(-90_000)
        watch.failures = 2
        watch.lastError = "could not connect to api.github.com: connection refused"
        watch.replacedBy = 7
        if isPresent {
            watch.line = "release-"
            watch.nodeID = "R_kgDOAGi3zg"
        }
        return watch
    }

    private static let earlierReasons: [Seen] = [
        .taken, .firstSight, .unusableTag, .unreadableVersion, .prerelease, .belowMinimum, .notIncluded, .excluded,
        .republished,
    ]

    private static let jobs: [Job] = {
        var waiting = job(tag: "5.6.14", generation: 0)
        waiting.notBefore = time.adding(600)
        waiting.reason = "waits for the first release of s6-overlay"
        func begun(_ tag: String) -> Job {
            var job = job(tag: tag, generation: 1)
            job.begin(
                releases: ["elabftw": reference(tag), "s6-overlay": reference("v3.2.3.2")], isHighest: true,
                as: .dispatching(since: time.adding(-60), at: now.floor), at: now)
            return job
        }
        let dispatching = begun("5.6.13")
        var lookingUp = begun("5.6.12")
        lookingUp.lookUp(since: time, for: 180, accepted: true, reason: "accepted; looking for its run", at: now)
        var following = begun("5.6.11")
        following.follow(Run(id: 17_000_000_001, url: "https://github.com/o/r/actions/runs/17000000001"), at: now)
        var missing = following
        missing.phase = .following(looks: 3, missingSince: time)
        var again = begun("5.6.10")
        again.retry(in: 30, reason: "GitHub answered 502", at: now)
        var images = [Job.Phase.asking(tries: 1), .building, .verifying(tries: 0), .moving(tries: 2)].map { phase in
            var job = begun("5.6.9")
            job.phase = phase
            job.log = "state.json.logs/w-1.1.log"
            return job
        }
        images[0].onlyIfMissing = true
        images[1].cutOffs = 2
        images[3].digest = "sha256:" + String(repeating: "d", count: 64)
        images[3].platforms = [PlatformDigest(platform: "linux/arm/v7", digest: "sha256:0")]
        return [waiting, dispatching, lookingUp, following, missing, again] + images
    }()
}
