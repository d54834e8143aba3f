// What is made of the answers to looks at upstreams.

extension Core {
    mutating func checked(_ target: CheckTarget, _ outcome: CheckOutcome, at now: Instant) {
        let name = target.upstream
        if case .failed(let failure) = outcome { heed(failure, from: target, at: now) }
        guard let upstream = configured(target) else { return abandon(name, at: now) }
        switch outcome {
        case .failed(let failure): failed(name, failure, at: now)
        case .unchanged:
            if ledger.upstreams[name]?.hasMatured(at: now) == true {
                held[name] = nil
                followUps.append(.identify(target))
            } else {
                merge(name, upstream, nil, at: now)
            }
        case .list(let list):
            let watch = ledger.upstreams[name] ?? UpstreamState()
            if list.releases.isEmpty, !watch.seen.isEmpty {
                failed(name, .transient("an empty list of releases, although some were known"), at: now)
            } else if let identity = list.identity {
                if recognise(name, upstream, identity, at: now) { merge(name, upstream, list, at: now) }
            } else if !list.isComplete, watch.isAllNew(list) {
                // More may have come than fits on the first page.
                followUps.append(.check(Command.Check(target: target, isSweep: true, etag: nil)))
            } else if watch.bringsNews(list, upstream, at: now) || watch.hasMatured(at: now) {
                held[name] = list
                followUps.append(.identify(target))
            } else {
                merge(name, upstream, list, at: now)
            }
        }
    }

    mutating func identified(_ target: CheckTarget, _ outcome: Event.Identified, at now: Instant) {
        let name = target.upstream
        if case .failed(let failure) = outcome { heed(failure, from: target, at: now) }
        guard let upstream = configured(target) else { return abandon(name, at: now) }
        let list = held.removeValue(forKey: name)
        switch outcome {
        case .failed(let failure): failed(name, failure, at: now)
        case .known(let identity):
            if recognise(name, upstream, identity, at: now) { merge(name, upstream, list, at: now) }
        }
    }

    /// Takes a limit to heart, whatever has become of the upstream meanwhile: it is the account's.
    private mutating func heed(_ failure: RequestFailure, from target: CheckTarget, at now: Instant) {
        guard case .rateLimited(let seconds, let reason) = failure else { return }
        let account = AccountKey(target.source)
        guard account != .github || target.apiURL == config.github.apiURL else { return }
        pause(account, seconds: seconds, reason, at: now)
    }

    /// The upstream of a check that is under way, if the configuration still says what the check was started with.
    private func configured(_ target: CheckTarget) -> Config.Upstream? {
        guard checking.contains(target.upstream), config.checkTarget(of: target.upstream) == target else { return nil }
        return config.upstreams[target.upstream]
    }

    /// Drops a check whose upstream was removed from the configuration or pointed to another repository meanwhile. What
    /// is configured now is checked at once.
    mutating func abandon(_ name: String, at now: Instant) {
        guard checking.remove(name) != nil else { return }
        checkingElsewhere[name] = nil
        held[name] = nil
        if config.upstreams[name] != nil { schedule.planNow([name], at: now) }
    }

    /// Whether the repository is the one that was first seen. Pins it at the first check.
    private mutating func recognise(
        _ name: String, _ upstream: Config.Upstream, _ identity: RepositoryIdentity, at now: Instant
    ) -> Bool {
        var watch = ledger.upstreams[name] ?? UpstreamState()
        if let pinned = watch.repositoryID, pinned != identity.id {
            guard watch.repository == upstream.repository else {
                // The configuration names another repository now: a new upstream under an old name.
                ledger.upstreams[name] = UpstreamState()
                say(
                    .news, "\(name): \(upstream.repository) instead of \(watch.repository ?? "?"): starting anew",
                    topic: "another repository is configured", ["upstream": name, "repository": upstream.repository])
                return recognise(name, upstream, identity, at: now)
            }
            watch.replacedBy = identity.id
            ledger.upstreams[name] = watch
            changed(.durable)
            attend(
                "replaced:\(name):\(identity.id)", upstream: name,
                Self.replacedReason(upstream.repository, identity.id), hint: "watcher accept \(name)", at: now)
            stop(name, upstream.repository, replacedBy: identity.id, at: now)
            return false
        }
        if watch.repositoryID == nil || watch.repository != upstream.repository || watch.nodeID != identity.nodeID {
            watch.nodeID = identity.nodeID
            watch.repositoryID = identity.id
            watch.repository = upstream.repository
            ledger.upstreams[name] = watch
            changed(.durable)
        }
        if identity.fullName.lowercased() != upstream.repository.lowercased() {
            attend(
                "moved:\(name):\(identity.fullName)", upstream: name,
                "\(upstream.repository) has moved to \(identity.fullName); it is followed, but the old name may be given away: write the new one into the configuration",
                at: now)
        }
        if identity.isArchived {
            attend(
                "archived:\(name):\(identity.id)", upstream: name,
                "\(upstream.repository) is archived: there will be no more releases", at: now)
        }
        return true
    }

    /// Takes in an answer that can be trusted: a list, or (nil) that nothing has changed.
    private mutating func merge(_ name: String, _ upstream: Config.Upstream, _ list: ReleaseList?, at now: Instant) {
        var watch = ledger.upstreams[name] ?? UpstreamState()
        let isFirstSight = watch.isFirstSight
        let findings = list.map { watch.merge($0, upstream, at: now) } ?? watch.mergeUnchanged(at: now)
        if let list, !list.isSweep { watch.etag = list.etag }
        let failures = watch.failures
        watch.failures = 0
        watch.lastError = nil
        watch.isBlocked = false
        watch.noteGoodCheck(at: now)
        survey.checkSucceeded(name, watch)
        ledger.upstreams[name] = watch
        if !findings.decided.isEmpty { ledger.recent?.add(findings.decided, of: name, at: now.floor) }
        changed(findings.isDurable ? .durable : .noted)
        withQuota(AccountKey(upstream.source)) { $0.recover() }
        if failures >= Self.failuresUntilTold {
            tell(.upstreamRecovered, upstream: name, detail: "after \(failures) failed checks", at: now)
            say(
                .news, "\(name): answers again after \(failures) failed checks", topic: "upstream recovered",
                ["upstream": name])
        }
        publish(name, upstream, findings, at: now)
        if isFirstSight, !watch.isFirstSight, upstream.onFirstSight == .buildIfMissing, let lastSeen = watch.lastSeen {
            enqueueMissing(name, lastSeen, at: now)
        }
        finish(name, findings.result, detail: findings.detail, at: now)
    }

    private mutating func publish(
        _ name: String, _ upstream: Config.Upstream, _ findings: UpstreamState.CheckDiff, at now: Instant
    ) {
        for tag in findings.republished {
            let what =
                upstream.source.base.features.contains(.objects)
                ? "the tag \(tag) of \(upstream.repository) now stands for another object"
                : "\(upstream.repository) has published \(tag) again under a new id"
            attend(
                "republished:\(name):\(tag)", upstream: name,
                "\(what); it was recorded before and is not acted on again: watcher trigger rebuilds it", at: now)
        }
        for item in findings.stalled {
            tell(
                .stalled, upstream: name, releases: [note(item.release, item.name, of: name, isHighest: false)],
                missing: item.missing, at: now)
            say(
                .news,
                "\(name) \(item.release.tag) is published but still lacks \(item.missing.joined(separator: ", "))",
                topic: "release stalled", ["upstream": name, "tag": item.release.tag])
        }
        reportLines(name, upstream, findings.lines, at: now)
        guard !findings.accepted.isEmpty else { return }
        let notes = findings.accepted.map { note($0.release, $0.name, of: name, isHighest: $0.isHighest) }
        let levels = Set(UpstreamState.levels(findings.accepted, previous: findings.previous))
        tell(.release, upstream: name, previous: findings.previous?.tag, releases: notes, levels: levels, at: now)
        for item in findings.accepted {
            let before = findings.previous.map { " (previous: \($0.tag))" } ?? ""
            say(
                .news, "\(name) \(item.release.tag) is new\(item.isHighest ? before : ", on an older release line")",
                topic: "new release", ["upstream": name, "tag": item.release.tag])
        }
        enqueueJobs(for: name, findings.accepted, previous: findings.previous, at: now)
    }

    private mutating func failed(_ name: String, _ failure: RequestFailure, at now: Instant) {
        if failure == .cancelled {
            checking.remove(name)
            checkingElsewhere[name] = nil
            return
        }
        survey.checkFailed(name)
        var watch = ledger.upstreams[name] ?? UpstreamState()
        watch.failures += 1
        watch.lastError = failure.reason
        watch.isBlocked = if case .permanent = failure { true } else { false }
        ledger.upstreams[name] = watch
        changed(.noted)
        if watch.failures == Self.failuresUntilTold {
            tell(.upstreamFailing, upstream: name, detail: failure.reason, at: now)
        }
        let isTold = watch.failures >= Self.failuresUntilTold
        say(
            isTold || watch.isBlocked ? .failure : .detail,
            "\(name): \(failure.reason)" + (isTold ? " (\(watch.failures) checks in a row)" : ""), hint: failure.hint,
            topic: "check failed", ["upstream": name, "reason": failure.reason, "failures": String(watch.failures)])
        finish(name, .failed, detail: failure.reason, at: now)
    }

    /// Ends one look, however it went.
    mutating func finish(
        _ name: String, _ word: CheckResult.Word, detail: String?, isLook: Bool = true, at now: Instant
    ) {
        checking.remove(name)
        checkingElsewhere[name] = nil
        held[name] = nil
        if isLook, var watch = ledger.upstreams[name] {
            watch.firstCheck = watch.firstCheck ?? now.floor
            watch.lastCheck = now.floor
            ledger.upstreams[name] = watch
            changed(.noted)
        }
        let tag = ledger.upstreams[name]?.lastSeen?.tag
        report.upstreams[name] = CheckResult(word: word, detail: detail, tag: tag)
        switch word {
        case .baseline:
            say(
                .detail, "\(name): first check: \(tag ?? "nothing complete yet") recorded as baseline",
                topic: "first check",
                ["upstream": name, "tag": tag ?? ""])
        case .unchanged:
            say(.detail, "\(name): \(tag ?? "no release"), nothing new", topic: "nothing new", ["upstream": name])
        case .waiting:
            say(
                .detail, "\(name): \(detail ?? "waiting")", topic: "waiting",
                ["upstream": name, "reason": detail ?? ""])
        case .news, .failed: break
        }
        if mode.repeats, let upstream = config.upstreams[name] {
            schedule.plan(name, in: nextCheckDelay(name, upstream, at: now), at: now)
        }
        if isLook { ledger.counters?.count(word) }
        heartbeatDue = heartbeatDue || isLook
    }

    /// Ends a look at a name that now belongs to another repository: nothing is taken from it until a person accepts it.
    mutating func stop(_ name: String, _ repository: String, replacedBy id: SourceID, at now: Instant) {
        let reason = Self.replacedReason(repository, id)
        say(
            .failure, "\(name): \(reason)",
            hint: "look at the repository, then watcher accept \(name) if it is to be trusted",
            topic: "repository replaced", ["upstream": name, "id": id.text])
        finish(name, .failed, detail: reason, at: now)
    }

    private static func replacedReason(_ repository: String, _ id: SourceID) -> String {
        "the name \(repository) now belongs to another repository (id \(id)): stopped"
    }
}
