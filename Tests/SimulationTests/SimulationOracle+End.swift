import WatcherCore

extension SimulatedOracle {
    /// What must be true when the world has been calm for long enough: nothing is left to do, and all was done.
    func checkEnd(_ world: SimulatedWorld) {
        checkRoundTrip(disk, world)
        for name in world.setup.config.upstreams.keys.sorted() { checkReleases(name, world) }
        for (name, action) in world.setup.config.actions.sorted(by: { $0.key < $1.key }) {
            checkJobs(name, action, world)
            checkImages(of: name, action, world)
        }
        for job in jobs.values.sorted(by: { $0.id < $1.id }) { checkRuns(of: job, world) }
        for run in world.runs where jobs[run.job] == nil { world.violate("a run of job \(run.job), which never was") }
        checkMessages(world)
    }

    /// Promise 1: what stayed published is taken.
    private func checkReleases(_ name: String, _ world: SimulatedWorld) {
        guard let watch = disk.upstreams[name], watch.replacedBy == nil, !renewed.contains(name),
            let upstream = world.setup.config.upstreams[name], let first = firstSight[name],
            let repository = watch.repositoryID?.number.flatMap({ world.repositories[$0] }),
            world.names[upstream.repository] == repository.id
        else { return }
        let index = seen[name] ?? [:]
        // Of an empty list, only time tells what is new: by the watcher's own clock.
        let since = first.time + (first.wasEmpty ? 1_000_000 : 0)
        for release in repository.releases {
            guard release.deleted == nil, let published = release.published, published > since,
                upstream.prereleases || (release.kind == .plain && !release.isFlagged),
                release.kind == .plain || release.kind == .prereleaseByTag,
                upstream.requiredAssets.isEmpty || release.completed != nil
            else { continue }
            let same = index.filter { $0.key != SourceID(release.id) && $0.value.tag == release.tag }
            guard !same.contains(where: { [.taken, .firstSight].contains($0.value.reason) }) else { continue }
            if index[SourceID(release.id)]?.reason != .taken {
                world.violate(
                    "\(name): \(release.tag) (\(release.id)) was missed: \(index[SourceID(release.id)].map { "\($0.reason)" } ?? "never seen")"
                )
            }
            if let last = watch.lastSeen, world.isLower(last.tag, than: release.tag) {
                world.violate("\(name): lastSeen is \(last.tag), below \(release.tag)")
            }
        }
    }

    /// For every acceptance exactly the jobs that the configuration asks for, and nothing left over.
    private func checkJobs(_ name: String, _ action: Config.Action, _ world: SimulatedWorld) {
        let known = action.upstreams.filter { disk.upstreams[$0]?.lastSeen != nil }
        for job in disk.jobs where job.action == name {
            // A job may only wait for an upstream that has no release.
            if Set(known).union(job.causes.keys).isSuperset(of: action.upstreams), !isHeldUp(job, action, world) {
                world.violate("job \(job.id) of \(name) is \(job.phase) for ever: \(job.reason ?? "no reason")")
            }
        }
        let ours = jobs.values.filter { $0.action == name && $0.generation == 0 }
        let upstreams = action.upstreams.filter { !renewed.contains($0) }
        switch action.releases {
        case .each:
            for upstream in upstreams {
                for entry in (seen[upstream] ?? [:]).values where entry.reason == .taken {
                    let made = ours.filter { $0.causes.mapValues(\.tag) == [upstream: entry.tag] }
                    if made.count != 1 { world.violate("\(made.count) jobs of \(name) for \(upstream) \(entry.tag)") }
                }
            }
        case .newest:
            let fresh = upstreams.filter { upstream in
                guard let tag = disk.upstreams[upstream]?.lastSeen?.tag else { return false }
                return (seen[upstream] ?? [:]).values.contains { $0.tag == tag && $0.reason == .taken }
            }
            guard !fresh.isEmpty, known.count == action.upstreams.count else { return }
            let isBuilt = ours.contains { job in
                guard case .ended(let ending) = job.phase, ending != .superseded else { return false }
                return fresh.allSatisfy { job.releases?[$0]?.tag == disk.upstreams[$0]?.lastSeen?.tag }
            }
            let isHeld = ours.contains { $0.reason == Self.rejected || isHeldUp($0, action, world) }
            if !isBuilt, !isHeld { world.violate("\(name) never ran for the highest of \(fresh)") }
        }
    }

    /// Promise 4: one run for a job that was started, none for one that was not.
    private func checkRuns(of job: Job, _ world: SimulatedWorld) {
        let runs = world.runs.filter { $0.job == job.id }
        let upstreams = Set(job.causes.keys).union((job.releases ?? [:]).keys)
        guard world.setup.wereRepointed.isDisjoint(with: upstreams) else { return }
        guard case .ended(let ending) = job.phase else { return }
        if case .imageBuild = world.setup.config.actions[job.action]?.work {
            if !runs.isEmpty { world.violate("job \(job.id) is a build and has a run") }
            return
        }
        if case .kind(let kind) = world.setup.config.actions[job.action]?.work {
            if let pipeline = kind.base as? GitLabPipelineAction {
                return checkPipelines(of: job, ending, follows: pipeline.follow, world)
            }
            if ending == .succeeded, !world.executed.contains(job.id) {
                world.violate("job \(job.id) succeeded, and it was never done")
            }
            return
        }
        switch ending {
        case .superseded:
            if !runs.isEmpty { world.violate("job \(job.id) was superseded although it had a run") }
        case .succeeded:
            guard let run = runs.first else { return world.violate("job \(job.id) succeeded without a run") }
            if follows(job, world), run.conclusion != "success" || job.run?.id != run.id {
                world.violate("job \(job.id) succeeded, and its run \(run.id) was a \(run.conclusion)")
            }
        case .failed:
            let gaveUp = job.reason?.hasSuffix(" attempts)") == true
            if gaveUp, !runs.isEmpty, !world.clockWasSet {
                world.violate("job \(job.id) was given up although it had a run")
            }
            if gaveUp, job.attempts != world.setup.config.actions[job.action]?.attempts {
                world.violate("job \(job.id) was given up after \(job.attempts) attempts")
            }
        }
    }

    private func follows(_ job: Job, _ world: SimulatedWorld) -> Bool {
        guard case .workflowDispatch(let dispatch) = world.setup.config.actions[job.action]?.work else { return true }
        return dispatch.follow
    }

    /// Promise 3 for messages: each reaches everybody, those of an upstream in order, or has visibly failed; each event
    /// has its one message.
    private func checkMessages(_ world: SimulatedWorld) {
        for notifier in world.setup.config.notifiers.keys.sorted() {
            let got = world.received[notifier] ?? []
            // In order for each upstream: what one receiver stumbles over holds up its own line alone.
            var firsts: [String: [Int]] = [:]
            var ids: Set<String> = []
            for message in got {
                guard let known = messages[message.id] else { return world.violate("an unknown message was sent") }
                if known.message != message { world.violate("message \(message.id) was sent with other words") }
                if ids.insert(message.id).inserted { firsts[message.upstream ?? "", default: []].append(known.order) }
            }
            if firsts.values.contains(where: { $0 != $0.sorted() }) {
                world.violate("\(notifier) got its messages out of order")
            }
            for (id, known) in messages where known.notifiers.contains(notifier) {
                if !ids.contains(id), !failedDeliveries.contains(id + notifier) {
                    world.violate("\(notifier) never got \(known.message.type) \(id)")
                }
            }
        }
        guard
            let everything = world.setup.config.notifiers.first(where: {
                $0.value.upstreams == nil && !world.setup.wereRemoved.contains($0.key)
            })?.key
        else {
            return
        }
        let told = messages.values.filter { $0.notifiers.contains(everything) }.map(\.message)
        for (name, entries) in seen where !renewed.contains(name) {
            for entry in entries.values where entry.reason == .taken {
                let count = told.count {
                    $0.type == .release && $0.upstream == name
                        && $0.releases?.contains { $0.tag == entry.tag } == true
                }
                if count != 1 { world.violate("\(name) \(entry.tag) was told \(count) times") }
            }
        }
        for job in jobs.values {
            guard case .ended(let ending) = job.phase, world.setup.wereRepointed.isDisjoint(with: job.causes.keys)
            else {
                continue
            }
            let all = told.filter { $0.job?.id == job.id && $0.type != .started }.map(\.type)
            let types = all.filter { $0 != .approval }
            if all.count - types.count != (job.approval == nil ? 0 : 1) {
                world.violate("job \(job.id) was told as \(all), its approval is \(String(describing: job.approval))")
            }
            let wanted: [MessageType] =
                switch ending {
                case .succeeded: [.succeeded]
                case .failed: [.failed]
                case .superseded: []
                }
            if types != wanted { world.violate("job \(job.id) is \(ending) and was told as \(types)") }
        }
    }
}
