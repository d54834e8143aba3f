import FoundationEssentials
import WatcherCore

/// Watches the disk and the world and objects when a promise of the contract is broken. It believes the model world,
/// not the code under test.
final class SimulatedOracle {
    /// What a new process would read.
    private(set) var disk = Ledger()
    /// Everything that was ever on disk.
    private(set) var jobs: [String: Job] = [:]
    private(set) var messages: [String: (message: Message, notifiers: Set<String>, order: Int)] = [:]
    private(set) var failedDeliveries: Set<String> = []
    /// By upstream and id, as of the last save.
    private(set) var seen: [String: [SourceID: SeenReleases.Entry]] = [:]
    /// When, in true time at the latest, first check was over, and whether there was nothing to see.
    private(set) var firstSight: [String: (time: Int64, wasEmpty: Bool)] = [:]
    /// Upstreams that a person has accepted anew.
    private(set) var renewed: Set<String> = []
    /// Upstreams whose latest first check is not known.
    private var ambiguous: Set<String> = []
    private var savedPauses: [String: Int64] = [:]
    private var pauses: [String: Int64] = [:]
    private(set) var saves = 0
    /// Programs of which no result was seen yet: their actions by job.
    var programs: [String: String] = [:]
    /// Bytes of the state file: most are messages that wait, for a notifier that was removed for days.
    private static let stateLimit = 1_000_000

    /// What a process reads that begins now.
    func readDisk() { savedPauses = pauses }

    func died() { pauses = savedPauses }

    // MARK: - Saves

    func save(_ ledger: Ledger, _ world: SimulatedWorld) {
        saves += 1
        let before = disk
        disk = ledger
        savedPauses = pauses
        world.saved()
        if saves % 16 == 0 { checkRoundTrip(ledger, world) }
        for (name, watch) in ledger.upstreams { check(name, before.upstreams[name], watch, world) }
        for job in ledger.jobs { check(job, world) }
        for job in ledger.history where jobs[job.id]?.phase != job.phase { check(job, world) }
        var running: Set<String> = []
        for job in ledger.jobs where job.isRunning && !running.insert(job.action).inserted {
            world.violate("two jobs of \(job.action) are running")
        }
        if ledger.jobs.count(where: { $0.phase == .building }) > 1 { world.violate("two builds at once") }
        for outgoing in ledger.outbox.messages {
            if let known = messages[outgoing.message.id] {
                if known.message != outgoing.message { world.violate("message \(outgoing.message.id) has changed") }
            } else {
                messages[outgoing.message.id] = (outgoing.message, Set(outgoing.notifiers), messages.count)
            }
        }
        for ended in ledger.outbox.ended where !ended.succeeded { failedDeliveries.insert(ended.id + ended.notifier) }
        checkBounds(ledger, world)
    }

    func checkRoundTrip(_ ledger: Ledger, _ world: SimulatedWorld) {
        do {
            let data = try JSONEncoder().encode(ledger)
            if try JSONDecoder().decode(Ledger.self, from: data) != ledger { world.violate("saved is not loaded") }
            if data.count > Self.stateLimit {
                world.violate(
                    "the state file has \(data.count) bytes: \(ledger.jobs.count) jobs, \(ledger.history.count) ended, \(ledger.outbox.messages.count) messages, \(ledger.upstreams.mapValues { $0.seen.index().count }) seen"
                )
            }
        } catch {
            world.violate("the state file cannot be read again: \(error)")
        }
    }

    private func checkBounds(_ ledger: Ledger, _ world: SimulatedWorld) {
        if ledger.history.count > Ledger.historyLimit + Ledger.unsettledLimit
            || ledger.outbox.ended.count > 2 * Outbox.endedLimit || ledger.told.count > Ledger.toldLimit
            || ledger.outbox.messages.count > Outbox.messageLimit
        {
            world.violate("the ledger outgrows its bounds")
        }
    }

    private func check(_ job: Job, _ world: SimulatedWorld) {
        // A repository that was left and is taken again is acted on as at any first check, also for what has fallen out of
        // the history since.
        let upstreams = Set(job.causes.keys).union((job.releases ?? [:]).keys)
        let mayReturn = !world.setup.wereRepointed.isDisjoint(with: upstreams)
        if let known = jobs[job.id], !mayReturn {
            if case .ended = known.phase, known.phase != job.phase { world.violate("job \(job.id) came back to life") }
            if known.causes != job.causes { world.violate("job \(job.id) has other causes") }
            if known.releases != nil, known.releases != job.releases { world.violate("job \(job.id) was changed") }
        }
        jobs[job.id] = job
    }

    private func check(_ name: String, _ old: UpstreamState?, _ new: UpstreamState, _ world: SimulatedWorld) {
        let old = old ?? UpstreamState()
        if old.repositoryID != nil, old.repositoryID != new.repositoryID {
            let isRepointed = new.repository != nil && new.repository != old.repository
            if isRepointed || (new.repositoryID == nil && old.replacedBy != nil) {
                renewed.insert(name)
                seen[name] = nil
                firstSight[name] = nil
            } else {
                world.violate("\(name) follows another repository without being asked")
            }
        }
        if new.replacedBy != nil, !world.wasReplaced {
            world.violate("\(name) is stopped although nobody else has taken its repository's name")
        }
        if firstSight[name] == nil, new.lastSweep != nil {
            firstSight[name] = (world.time, new.emptySince != nil)
        }
        if old.repositoryID == new.repositoryID, let before = old.lastSeen {
            if new.lastSeen.map({ world.isLower($0.tag, than: before.tag) }) ?? true {
                world.violate("\(name): lastSeen fell from \(before.tag) to \(new.lastSeen?.tag ?? "nothing")")
            }
        }
        guard old.seen != new.seen else { return }
        let index = new.seen.index()
        var known = seen[name] ?? [:]
        if world.setup.wereRepointed.contains(name),
            known.contains(where: { index[$0] != $1 && $1.reason != .prerelease })
        {
            // To another repository and back between two saves: nobody saw when it was checked for the first time.
            renewed.insert(name)
            ambiguous.insert(name)
            known = [:]
        }
        for (id, entry) in known where index[id] != entry {
            // A prerelease may be decided on anew, nothing else.
            if entry.reason != .prerelease { world.violate("\(name): \(entry.tag) (\(id)) was \(entry.reason)") }
        }
        for (id, entry) in index where entry.reason == .taken && known[id]?.reason != .taken {
            checkTaken(name, id, entry.tag, new, index, world)
        }
        seen[name] = index
    }

    /// Promises 2, 6 and 9 for one release that was taken since the last save.
    private func checkTaken(
        _ name: String, _ id: SourceID, _ tag: String, _ watch: UpstreamState, _ index: [SourceID: SeenReleases.Entry],
        _ world: SimulatedWorld
    ) {
        func object(_ why: String) { world.violate("\(name): \(tag) (\(id)) was taken although \(why)") }
        guard let upstream = world.setup.config.upstreams[name],
            let repository = watch.repositoryID?.number.flatMap({ world.repositories[$0] }),
            let release = repository.releases.first(where: { SourceID($0.id) == id })
        else { return object("it belongs to another repository") }
        if release.tag != tag { object("its tag is \(release.tag)") }
        // A list that lags may show one that had been withdrawn before the first check.
        if upstream.onFirstSight == .baseline, release.deleted == nil, !ambiguous.contains(name),
            let first = firstSight[name], !first.wasEmpty, let plain = release.plainSince,
            let completed = release.completed,
            max(plain, completed) + upstream.minimumAge * 1000 < first.time - 2 * SimulatedRepository.lag
        {
            object("it was complete before the first check")
        }
        guard let published = release.published else { return object("it is a draft") }
        if release.kind == .unreadable || release.kind == .unsafe { object("its tag is unusable") }
        if !upstream.prereleases, release.kind == .prereleaseByTag || !release.wasPlain { object("it is a prerelease") }
        if !upstream.requiredAssets.isEmpty, release.completed.map({ $0 > world.time }) ?? true {
            object("it is not complete")
        }
        if upstream.minimumAge > 0, published / 1000 + upstream.minimumAge > world.highestWall / 1000 {
            object("it is too young")
        }
        if let deleted = release.deleted, deleted < world.time - 2 * 3_600_000 { object("it was withdrawn") }
        let same = index.filter { $0.value.tag == tag && [.taken, .firstSight].contains($0.value.reason) }
        if same.count > 1 { object("its tag had been taken before") }
    }
}

extension SimulatedOracle {
    // MARK: - Commands and events

    func started(_ command: Command, isLate: Bool, _ world: SimulatedWorld) {
        func checkPause(_ key: String) { if !isLate { self.checkPause(key, command, world) } }
        switch command {
        case .dispatch(let dispatch):
            checkGates(dispatch.job, world)
            let onDisk = disk.jobs.first { $0.id == dispatch.job }
            guard let onDisk, case .dispatching = onDisk.phase else {
                return world.violate("a dispatch for \(dispatch.job) that is not on disk")
            }
            for (upstream, release) in onDisk.releases ?? [:] where dispatch.inputs[upstream] != release.tag {
                world.violate("an input that is not \(release.tag)")
            }
            let earlier = disk.jobs.prefix { $0.id != dispatch.job }.first { job in
                job.action == dispatch.action && job.isPending && job.attempts > 0
            }
            if earlier != nil, world.setup.config.actions[dispatch.action]?.releases == .each {
                world.violate("\(dispatch.job) overtakes an older release")
            }
            checkPause(world.setup.quota(ofAction: dispatch.action))
        case .deliver(let message, let notifier):
            let onDisk = disk.outbox.messages.first { $0.message.id == message.id }
            if onDisk?.message != message || onDisk?.notifiers.contains(notifier) != true {
                world.violate("a message that is not on disk")
            }
            checkPause("to:" + notifier)
        case .check, .identify: checkPause("github")
        case .survey: checkPause("graphql")
        case .lookUp(_, let action, _, _), .follow(_, let action, _, _):
            checkPause(world.setup.quota(ofAction: action))
        case .build(let build):
            checkGates(build.job, world)
            startedBuild(build, world)
        case .run(let request):
            startedStep(request, world)
            checkPause(world.setup.quota(ofAction: request.action))
            checkPause("job:" + request.job)
        case .verify, .move, .endBuild, .heartbeat, .publish, .wake: break
        }
    }

    /// Promise 7: a pause is kept for as long as was asked.
    private func checkPause(_ key: String, _ command: Command, _ world: SimulatedWorld) {
        guard let until = pauses[key], !world.clockWasSet, world.time < until else { return }
        world.violate("\(key) is asked \(until - world.time) ms too soon: \(command)")
    }

    func applied(_ event: Event, before: Ledger, after: Ledger, _ world: SimulatedWorld) {
        switch event {
        case .checked(let target, .failed(let trouble), _), .identified(let target, .failed(let trouble), _):
            checkUntouched(target.upstream, before, after, world)
            pause("github", trouble, world)
        case .surveyed(_, .failed(let trouble), _): pause("graphql", trouble, world)
        case .checked(let target, .list(let list), _) where list.releases.isEmpty:
            let name = target.upstream
            if before.upstreams[name]?.seen.isEmpty == false { checkUntouched(name, before, after, world) }
        case .dispatched(let job, .refused(let trouble), _), .lookedUp(let job, .failed(let trouble), _),
            .followed(let job, .failed(let trouble), _):
            guard let action = before.jobs.first(where: { $0.id == job })?.action else { return }
            pause(world.setup.quota(ofAction: action), trouble, world)
        case .ran(let id, let result):
            programs[id] = nil
            guard case .failed(let trouble) = result.outcome, let job = before.jobs.first(where: { $0.id == id })
            else { return }
            let key = world.setup.quota(ofAction: job.action)
            pause(key.hasPrefix("none:") ? "job:" + id : key, trouble, world)
        case .delivered(_, let notifier, .retry(let after, _, _)):
            if let after { pauses["to:" + notifier] = world.time + after * 1000 }
        default: break
        }
    }

    private func pause(_ key: String, _ trouble: RequestFailure, _ world: SimulatedWorld) {
        guard case .rateLimited(let seconds, _) = trouble else { return }
        pauses[key] = max(pauses[key] ?? 0, world.time + (seconds ?? 60) * 1000)
    }

    /// Promise 6: nonsense and failures change nothing but how often there were some.
    private func checkUntouched(_ name: String, _ before: Ledger, _ after: Ledger, _ world: SimulatedWorld) {
        let (old, new) = (before.upstreams[name] ?? UpstreamState(), after.upstreams[name] ?? UpstreamState())
        if old.seen != new.seen || old.waiting != new.waiting || old.lastSeen != new.lastSeen || old.etag != new.etag
            || old.repositoryID != new.repositoryID || before.jobs.map(\.id) != after.jobs.map(\.id)
        {
            world.violate("\(name): nonsense has changed what is known")
        }
    }

    /// After a pass that nothing cut short.
    func passed(_ core: Core, _ world: SimulatedWorld) {
        let looked = Set(core.report.upstreams.keys)
        if looked != Set(world.setup.config.upstreams.keys) { world.violate("a pass that only looked at \(looked)") }
        if core.mode.waits, let job = core.ledger.jobs.first(where: core.isUnderWay) {
            world.violate("it waits no longer although job \(job.id) is \(job.phase)")
        }
    }
}
