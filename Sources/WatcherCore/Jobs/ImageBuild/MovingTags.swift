extension Core {
    /// The tags that may move to a job's image now; nil when there are none, or its digest is not known.
    func movement(_ job: Job, _ build: Config.ImageBuild, _ action: Config.Action) -> Command.Move? {
        guard let digest = job.digest, let releases = job.releases else { return nil }
        let names =
            job.build?.tags
            ?? build.tags.map { $0.render(job: job.id, highest: job.isHighest ?? false, releases: releases) }
        let tags = names.compactMap(ImageReference.init)
        var steps: [Command.Move.Step] = []
        for template in build.movingTags {
            let text = template.render(job: job.id, highest: job.isHighest ?? false, releases: releases)
            guard isHighest(job, releases, renderingTo: text, template) else { continue }
            for tag in tags where steps.count < Config.ImageBuild.countLimit {
                let target = ImageReference.isTag(text) ? tag.named(":" + text) : ImageReference(text)?.text
                guard let target, !steps.contains(where: { $0.to == target }) else { continue }
                steps.append(.init(from: tag.named("@" + digest), to: target))
            }
        }
        return steps.isEmpty
            ? nil : Command.Move(job: job.id, action: job.action, digest: digest, steps: steps)
    }

    /// Whether no release is known that goes before the job's own and would give the same tag.
    private func isHighest(
        _ job: Job, _ releases: [String: ReleaseReference], renderingTo text: String, _ template: Template
    ) -> Bool {
        releases.allSatisfy { name, release in
            guard let state = ledger.upstreams[name] else { return true }
            if release.digest != nil { return state.isHighest(release) }
            guard let own = release.reading else { return false }
            let upstream = config.upstreams[name] ?? Config.Upstream(repository: "")
            return state.releases(above: own, upstream).allSatisfy { other in
                guard template.upstreams.contains(name) else { return false }
                var others = releases
                others[name] = other
                return template.render(job: job.id, highest: job.isHighest ?? false, releases: others) != text
            }
        }
    }
}

extension UpstreamState {
    /// The known releases that a moving tag belongs to rather than to one with this version: the higher ones of the line
    /// and the variant that are followed, all of these where the version is of others, and the higher ones of its own.
    fileprivate func releases(above own: Version, _ config: Config.Upstream) -> [ReleaseReference] {
        let line = followedLine(config)
        let isFollowed = line.contains(own)
        return knownReleases(of: line, config).compactMap { version, release in
            if line.contains(version) { return !isFollowed || version > own ? release : nil }
            return !isFollowed && version > own && version.isComparable(with: own) ? release : nil
        }
    }

    /// What was taken or could have been: what was passed over at the first check although it is higher than all that
    /// was taken lacked its assets or was too young, and no image of it exists.
    private func knownReleases(
        of line: FollowedLine, _ config: Config.Upstream
    ) -> [(Version, ReleaseReference)] {
        guard let lastSeen else { return [] }
        let filter = TagFilter(config)
        let highest = lastSeen.reading
        var known = seen.index().values.compactMap { entry -> (Version, ReleaseReference)? in
            guard entry.reason == .taken || entry.reason == .firstSight,
                // What was taken counts on, whatever `include` and `exclude` have come to say.
                let version = filter.version(entry.tag) ?? Version(entry.tag)
            else { return nil }
            if entry.reason == .firstSight, let highest, version > highest, line.contains(version) { return nil }
            let stated = version.tag == entry.tag ? nil : version.tag
            return (version, ReleaseReference(tag: entry.tag, url: "", publishedAt: nil, statedVersion: stated))
        }
        if let highest { known.append((highest, lastSeen)) }
        return known
    }
}
