extension Message {
    /// A message as a real one of that type would be, for `watcher notify --event` and for tests of receivers.
    package static func example(of type: MessageType, id: String = "m-example00000", at time: Timestamp) -> Message {
        let published = time.adding(-1800)
        let release = ReleaseSummary(
            upstream: "elabftw", tag: "5.6.12", version: "5.6.12",
            url: "https://github.com/elabftw/elabftw/releases/tag/5.6.12", publishedAt: published, prerelease: false,
            highest: true)
        var message = Message(
            id: id, type: type, time: time, upstream: "elabftw", repository: "elabftw/elabftw", previous: "5.6.11",
            releases: [release])
        var job = JobSummary(
            id: "w-example00000", action: "build-image", status: "running", attempt: 1,
            url: "https://github.com/OWNER/elab-arm-docker/actions/runs/1")
        switch type {
        case .release: break
        case .approval:
            job.status = "pending"
            job.url = nil
            message.job = job
        case .stalled:
            message.previous = nil
            message.missing = ["elabftw-*.tar.gz"]
        case .started:
            message.job = job
        case .succeeded:
            job.status = "succeeded"
            job.seconds = 1510
            job.platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"].map {
                PlatformDigest(platform: $0, digest: "sha256:" + String(repeating: "0", count: 64))
            }
            message.job = job
        case .failed:
            job.status = "failed"
            job.attempt = 3
            job.seconds = 312
            job.reason = "the run ended with the conclusion failure"
            message.job = job
        case .upstreamFailing:
            (message.previous, message.releases) = (nil, nil)
            message.detail = "api.github.com answered 503"
        case .upstreamRecovered:
            (message.previous, message.releases) = (nil, nil)
        case .attention:
            (message.previous, message.releases) = (nil, nil)
            message.detail = """
                the name elabftw/elabftw now belongs to another repository
                Nothing is taken from it until somebody has looked at it.
                hint: watcher accept elabftw
                """
        case .test:
            message = Message(id: id, type: type, time: time)
        }
        return message
    }
}
