import TestSupport

/// Pipelines at a GitLab of its own.
struct PipelinePlace: ActionPlace {
    private let gitlab = GitLabLookalike(project: "group/sub/image", token: Secrets.actionToken)

    init(_ world: World) async throws {
        try await gitlab.start()
        set(world, tag: "{{elabftw.tag}}")
    }

    private func set(_ world: World, tag: WireJSON) {
        world.set(
            "actions.build-image.gitlabPipeline",
            [
                "server": .string(gitlab.url), "project": "group/sub/image", "ref": "main",
                "variables": ["TAG": tag], "token": ["env": "ACTION_TOKEN"], "lookup": "2s",
            ])
    }

    func change(_ world: World) { set(world, tag: "changed-{{elabftw.tag}}") }

    var begun: [ActionBegun] {
        gitlab.pipelines.map {
            ActionBegun(job: $0.variables["WATCHER_JOB"] ?? "", tag: $0.variables["TAG"] ?? "")
        }
    }

    func next(_ mood: ActionMood) {
        let id = gitlab.pipelines.count + 1
        let page = "https://gitlab.example/-/pipelines/\(id)"
        var answer = ScriptedAnswer.json(
            201, ["id": .integer(id), "status": "created", "web_url": .string(page)])
        switch mood {
        case .silent:
            answer.cut = .nothing
            answer.ending = .blackHole
            gitlab.failStart(answer, isDone: true)
        case .lost:
            answer.cut = .midHeaders
            answer.ending = .reset
            gitlab.failStart(answer, isDone: true)
        case .late:
            answer.delay = .seconds(1)
            gitlab.failStart(answer, isDone: true)
        case .outage: gitlab.failStart(.text(502, "bad gateway"), isDone: false)
        case .refused:
            gitlab.failStart(.json(400, ["message": .string("not with \(Secrets.actionToken)")]), isDone: false)
        }
    }

    func stop() async { await gitlab.stop() }
}

/// Workflows at a Forgejo of its own.
struct ForgejoPlace: ActionPlace {
    private let forgejo = ForgejoLookalike(.forgejo, token: Secrets.actionToken)

    init(_ world: World) async throws {
        try await forgejo.start()
        set(world, tag: "{{elabftw.tag}}")
    }

    private func set(_ world: World, tag: WireJSON) {
        world.set("actions.build-image.workflowDispatch", ActionForgejoTests.workflow(forgejo.url))
        world.set("actions.build-image.workflowDispatch.inputs.tag", tag)
    }

    func change(_ world: World) { set(world, tag: "changed-{{elabftw.tag}}") }

    var begun: [ActionBegun] {
        forgejo.runs.map { ActionBegun(job: $0.inputs["job"] ?? "", tag: $0.inputs["tag"] ?? "") }
    }

    func next(_ mood: ActionMood) {
        switch mood {
        case .silent: forgejo.failStart(.blackHole, isDone: true)
        case .lost: forgejo.failStart(.close, isDone: true)
        case .late: forgejo.failStart(.delay(.seconds(1)), isDone: true)
        case .outage: forgejo.failStart(.status(502), isDone: false)
        case .refused:
            let words = #"{"message": "not with \#(Secrets.actionToken)"}"#
            forgejo.failStart(.json(words, status: 422), isDone: false)
        }
    }

    func stop() async { await forgejo.stop() }
}

/// A receiver of requests of its own.
struct RequestPlace: ActionPlace {
    private let sink = WebhookSink()
    private let path = "/deploy"

    init(_ world: World) async throws {
        try await sink.start()
        set(world, tag: "{{elabftw.tag}}")
    }

    private func set(_ world: World, tag: String) {
        world.set(
            "actions.build-image.request",
            [
                "url": .string("\(sink.url)\(path)?tag=\(tag)"), "headers": ["Authorization": ["env": "ACTION_TOKEN"]],
            ])
    }

    func change(_ world: World) { set(world, tag: "changed-{{elabftw.tag}}") }

    /// What was answered 4xx or 5xx had no effect; an answer that was withheld had.
    var begun: [ActionBegun] {
        sink.messages(path).filter { $0.status < 400 }.map {
            ActionBegun(job: $0.header("Idempotency-Key") ?? "", tag: $0.query["tag"] ?? "")
        }
    }

    func next(_ mood: ActionMood) {
        var late = ScriptedAnswer.text(200, "ok")
        late.delay = .seconds(1)
        switch mood {
        case .silent: sink.fail(path, with: .blackHole, times: 1)
        case .lost: sink.fail(path, with: .close, times: 1)
        case .late: sink.script(path, [late])
        case .outage: sink.script(path, [.text(502, "bad gateway")])
        case .refused: sink.script(path, [.text(403, "not with \(Secrets.actionToken)")])
        }
    }

    func stop() async { await sink.stop() }
}
