import TestSupport

// From the configuration to the moment at which everything is there.

extension Story {
    mutating func configuration() async throws {
        try await narrator.chapter(1, "The configuration")
        narrator.tell(
            """
            config.example.json, with the addresses of this stage and a second receiver: a webhook that wants signed \
            requests. Is it right?
            """)
        let finished = try await run("validate")
        checkStatus(finished, "no problem in it")
        check("no network was touched for that", finished.requests.isEmpty && finished.messages.isEmpty)
    }

    mutating func firstLook() async throws {
        try await narrator.chapter(2, "The first look")
        narrator.tell("What is there at the first check is remembered, and starts nothing.")
        let finished = try await run("once", "--verbose")
        showRequests(finished)
        checkStatus(finished, "all went well")
        let state = try state()
        let seen = [lastSeen("elabftw", state), lastSeen("s6-overlay", state)]
        check(
            "the baseline is elabftw \(Self.elabftwOld) (not the prerelease 6.0.0-alpha4) and s6-overlay \(Self.s6Old)",
            seen == [Self.elabftwOld, Self.s6Old], "\(seen)")
        check("nothing was started", finished.dispatches.isEmpty)
        check("nobody was told", finished.messages.isEmpty)
    }

    mutating func incompleteRelease() async throws {
        try await narrator.chapter(3, "A release without its files")
        narrator.tell(
            """
            s6-overlay publishes a release at once and uploads its files in the quarter of an hour that follows. Who \
            builds in between, fails. The configuration names four files that have to be there.
            """)
        let timeline = try Fixtures.s6OverlayTimeline()
        try publish(timeline[0])
        var finished = try await run("once", "--verbose")
        checkStatus(finished, "waiting is no trouble")
        check("it says which files it waits for", finished.text.contains("s6-overlay-aarch64.tar.xz"))
        check("nothing was started", finished.dispatches.isEmpty)
        check("nobody was told", finished.messages.isEmpty)
        let state = try state()
        check(
            "s6-overlay \(Self.s6New) is not taken yet", lastSeen("s6-overlay", state) == Self.s6Old,
            lastSeen("s6-overlay", state))

        try publish(timeline[1])
        finished = try await run("once")
        narrator.remark("as in cron, where each line would be a mail: silent, because nobody has to know")
        checkStatus(finished, "still waiting")
        check("it is silent without a terminal", finished.lines.isEmpty)
        check("nothing was started", finished.dispatches.isEmpty)
    }

    mutating func releaseDay() async throws {
        try await narrator.chapter(4, "Two releases, one build")
        let timeline = try Fixtures.s6OverlayTimeline()
        try publish(timeline[2])
        guard var elabftw = try Fixtures.elabftw().first(where: { $0.tag == Self.elabftwNew }) else {
            throw Trouble("the fixtures have no elabftw \(Self.elabftwNew)")
        }
        elabftw.published = stage.github.now
        elabftw.created = stage.github.now
        stage.github.load(Fixtures.elabftwName, [elabftw])
        narrator.upstream("elabftw publishes \(Self.elabftwNew)")
        let finished = try await run("once")
        showRequests(finished)
        checkStatus(finished, "all went well")
        for tag in [Self.s6New, Self.elabftwNew] {
            check("the news of \(tag) are told in a line", finished.output.contains { $0.contains(tag) })
        }
        check(
            "the build was started exactly once", finished.dispatches.count == 1,
            "\(finished.dispatches.count) dispatches")
        let body = finished.dispatches.first?.json
        narrator.remark("the body of the dispatch:")
        narrator.quote([finished.dispatches.first?.text ?? ""])
        let inputs = body?["inputs"]
        let versions = [inputs?["elabftw_version"]?.string, inputs?["s6_overlay_version"]?.string]
        check("with both versions", versions == [Self.elabftwNew, "3.2.3.2"], "\(versions)")
        let run = stage.github.runs(Stage.image).first
        let job = inputs?["watcher_job"]?.string ?? "no job"
        check(
            "the run's title carries the job's id, so that it can be found again: \(run?.title ?? "no run")",
            run?.title.contains(job) == true, job)
        check(
            "both receivers were told of both releases",
            Set(finished.messages.map(\.path)).count == 2
                && finished.messages.count == 4, "\(finished.messages.map(\.path))")
        let state = try state()
        let seen = [lastSeen("elabftw", state), lastSeen("s6-overlay", state)]
        check("both are now the last seen", seen == [Self.elabftwNew, Self.s6New], "\(seen)")
    }

    /// The release of that day as it was at one moment, but published now.
    private func publish(_ moment: Fixtures.Moment) throws {
        let now = stage.github.now
        var release = moment.release
        release.published = now
        release.created = now
        release.assets = release.assets.map { asset in
            var asset = asset
            asset.created = now
            return asset
        }
        let isFirst = !stage.github.releases(Fixtures.s6OverlayName).contains { $0.tag == release.tag }
        stage.github.load(Fixtures.s6OverlayName, [release])
        let files = "\(release.assets.count) of 28 files"
        narrator.upstream(
            isFirst
                ? "s6-overlay publishes \(release.tag), with \(files)"
                : "\(moment.secondsAfterPublished / 60) minutes later, \(files) are there")
    }
}
