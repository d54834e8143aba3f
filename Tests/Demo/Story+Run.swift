import TestSupport

// From the started run to the quiet after it.

extension Story {
    mutating func endOfRun() async throws {
        try await narrator.chapter(5, "The run, to its end")
        guard let run = stage.github.runs(Stage.image).first else { throw Trouble("no run was started") }
        stage.github.begin(run.id)
        narrator.upstream("run \(run.id) is in progress: \(run.jobs.map(\.name).joined(separator: ", "))")
        var finished = try await self.run("once", "--json")
        checkStatus(finished, "a build takes its time")
        let running = finished.json?["jobs"]?[0]
        check(
            "the job is running, and says where",
            running?["status"]?.string == "running"
                && running?["url"]?.string?.hasSuffix("/actions/runs/\(run.id)") == true, finished.text)
        check("nobody was told, nothing was started", finished.messages.isEmpty && finished.dispatches.isEmpty)

        narrator.say()
        stage.github.finish(run.id)
        narrator.upstream("run \(run.id) ends: success")
        finished = try await self.run("once")
        checkStatus(finished, "done")
        check("the end of the build is told in a line", finished.output.contains { $0.contains("build-image") })
        check(
            "both receivers were told",
            finished.messages.count == 2
                && finished.messages.allSatisfy { $0.text.contains("\(run.id)") }, "\(finished.messages.count) messages"
        )
    }

    mutating func theChat() {
        narrator.say()
        narrator.tell("What the team has read in its chat:")
        let chat = stage.sink.messages(Stage.chatPath)
        let shown = chat.compactMap(ChatMessage.init)
        for message in shown {
            narrator.say()
            narrator.quote(message.lines)
        }
        narrator.say()
        check("three messages, and all of them can be shown", chat.count == 3 && shown.count == 3, "\(chat.count)")
        let hooks = stage.sink.messages(Stage.hookPath).map(SignedHook.init)
        check(
            "the webhook was told the same (\(hooks.map { $0.type ?? "?" }.joined(separator: ", ")))",
            hooks.map(\.type).sorted { $0 ?? "" < $1 ?? "" } == ["release", "release", "succeeded"])
        check(
            "each with signatures that hold (Standard Webhooks and X-Hub-Signature-256), and an id of its own",
            hooks.allSatisfy { $0.isGenuine(secret: Stage.hookSecret) } && Set(hooks.map(\.id)).count == hooks.count)
    }

    mutating func nothingNew() async throws {
        try await narrator.chapter(6, "Nothing new")
        narrator.tell("The usual case, every few minutes:")
        let finished = try await run("once")
        showRequests(finished)
        checkStatus(finished, "all went well")
        check("it is silent", finished.lines.isEmpty)
        check(
            "GitHub answered “not modified” to one request for each upstream, which costs none of the quota",
            finished.requests.map(\.status) == [304, 304], "\(finished.requests.map(\.status))")
        check("nothing was started, nobody was told", finished.dispatches.isEmpty && finished.messages.isEmpty)
        narrator.remark("the whole pass took \(Int((finished.seconds * 1000).rounded())) ms")
    }

    mutating func afterwards() async throws {
        try await narrator.chapter(7, "What it knows")
        let finished = try await run("status")
        checkStatus(finished, "no upstream is overdue")
        check("it needed no network", finished.requests.isEmpty)
        check(
            "it names both releases and the build's success",
            [Self.elabftwNew, Self.s6New, "succeeded"].allSatisfy(finished.text.contains))
        narrator.say()
        narrator.tell("All of that is in one file that people and scripts can read. From state.json:")
        let bytes = try stage.stateBytes()
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .map { $0.count > Narrator.width ? $0.prefix(Narrator.width - 1) + "…" : String($0) }
        narrator.quote(Array(lines.drop { !$0.hasPrefix("  \"upstreams\"") }), limit: 24)
        check("only its owner may read it", try stage.stateMode() == 0o600)
        check("it is small: \(bytes.count) bytes", bytes.count < 50_000)
        let state = try state()
        let seen = [lastSeen("elabftw", state), lastSeen("s6-overlay", state)]
        check(
            "scripts find version, and upstreams.NAME.lastSeen.tag",
            state["version"]?.integer != nil && seen == [Self.elabftwNew, Self.s6New], "\(seen)")
        let leaks = try leaks
        check(
            "no secret stands in the output, the state file, a message or an address at GitHub", leaks.isEmpty,
            leaks.joined(separator: ", "))
        check(
            "GitHub's token went to GitHub, with each request, and to nobody else",
            stage.github.requests.allSatisfy { $0.header("Authorization") == "Bearer \(Stage.token)" }
                && stage.sink.messages().allSatisfy { $0.header("Authorization") == nil })
    }

    mutating func explanation() async throws {
        try await narrator.chapter(8, "Why")
        narrator.tell("What was taken and what was not, and why: for each release there is.")
        let finished = try await run("explain", "elabftw", limit: 9)
        checkStatus(finished, "reading is no trouble")
        check(
            "6.0.0-alpha4 was passed over as a prerelease",
            finished.output.contains { $0.contains("6.0.0-alpha4") && $0.contains("prerelease") })
        check(
            "\(Self.elabftwNew) was taken",
            finished.output.contains { $0.contains(" \(Self.elabftwNew) ") && $0.contains("taken") })
        check("nothing was started by looking", finished.dispatches.isEmpty && finished.messages.isEmpty)
        check(
            "in the whole story the workflow was started once", stage.github.count(Route(.dispatch)) == 1,
            "\(stage.github.count(Route(.dispatch))) times")
    }
}
