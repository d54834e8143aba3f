extension StatusSnapshot {
    /// What concerns these upstreams: themselves and the jobs for their releases.
    package func filtered(upstreams names: Set<String>) -> StatusSnapshot {
        var snapshot = self
        snapshot.upstreams = upstreams.filter { names.contains($0.name) }
        snapshot.jobs = jobs.filter { !names.isDisjoint(with: $0.releases.keys) }
        snapshot.deliveries = []
        snapshot.rateLimits = []
        snapshot.slowdown = nil
        snapshot.outputFailures = [:]
        return snapshot
    }

    /// What has failed, or is overdue.
    package var onlyFailed: StatusSnapshot {
        var snapshot = self
        snapshot.upstreams = upstreams.filter {
            $0.failures > 0 || $0.replacedBy != nil || $0.isStale || $0.waiting.contains(where: \.isStalled)
        }
        snapshot.jobs = jobs.filter(\.isActionRequired)
        snapshot.deliveries = deliveries.filter { $0.state == .failed }
        snapshot.rateLimits = rateLimits.filter { $0.pausedUntil.map { $0 > time } ?? false }
        snapshot.slowdown = nil
        return snapshot
    }
}
