extension Core {
    /// A success in one line: for an image what it is called, its digest and platforms, the tags that moved to it, and
    /// how long it took.
    func successWords(_ job: Job, at now: Instant) -> String {
        let releases = job.releases ?? job.causes
        let title = "\(job.action) succeeded for \(Words.releases(releases))"
        let run = job.run.map { ": " + $0.url } ?? ""
        guard let action = config.actions[job.action], action.namesImage, let digest = job.digest,
            let image = verification(job, action, releases, isHighest: job.isHighest ?? false)?.images.first
        else { return title + run }
        var parts = ["\(image)@\(digest)"]
        if let platforms = job.platforms { parts.append(platforms.map(\.platform).joined(separator: " ")) }
        if case .imageBuild(let build) = action.work, let move = movement(job, build, action) {
            parts.append("moved " + move.steps.map(\.to).joined(separator: " "))
        }
        let took = job.begunAt.map { " in \(Words.elapsed(now.floor.seconds(since: $0)))" } ?? ""
        return "\(title)\(took)\(run): \(parts.joined(separator: ", "))"
    }
}
