import TestSupport

/// Workflows at the world's GitHub.
struct WorkflowPlace: ActionPlace {
    private let github: GitHubLookalike

    init(_ world: World) {
        github = world.github
        github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
        set(world, tag: "{{elabftw.tag}}")
    }

    private func set(_ world: World, tag: WireJSON) {
        world.set(
            "actions.build-image.workflowDispatch",
            [
                "repository": .string(World.builder), "workflow": .string(World.workflow), "ref": "main",
                "lookup": "2s",
                "inputs": [
                    "elabftw_version": tag, "s6_overlay_version": "{{s6-overlay.version}}",
                    "watcher_job": "{{job.id}}",
                ],
            ])
    }

    func change(_ world: World) { set(world, tag: "changed-{{elabftw.tag}}") }

    var begun: [ActionBegun] {
        github.runs(World.builder).map {
            ActionBegun(job: $0.inputs["watcher_job"] ?? "", tag: $0.inputs["elabftw_version"] ?? "")
        }
    }

    func next(_ mood: ActionMood) { github.next(mood, Route(.dispatch)) }
}

/// Events of a repository at the world's GitHub.
struct EventPlace: ActionPlace {
    private let github: GitHubLookalike

    init(_ world: World) {
        github = world.github
        set(world, tag: "{{elabftw.tag}}")
    }

    private func set(_ world: World, tag: WireJSON) {
        world.set(
            "actions.build-image.repositoryDispatch",
            [
                "repository": .string(World.builder), "eventType": "new-release",
                "payload": ["tag": tag, "job": "{{job.id}}"],
            ])
    }

    func change(_ world: World) { set(world, tag: "changed-{{elabftw.tag}}") }

    var begun: [ActionBegun] {
        github.events(World.builder).map {
            ActionBegun(job: $0.payload["job"]?.string ?? "", tag: $0.payload["tag"]?.string ?? "")
        }
    }

    func next(_ mood: ActionMood) { github.next(mood, Route(.event)) }
}

extension GitHubLookalike {
    fileprivate func next(_ mood: ActionMood, _ route: Route) {
        switch mood {
        case .silent: fail(route, with: .blackHole, times: 1, effect: .done)
        case .lost: fail(route, with: .close, times: 1, effect: .done)
        case .late: fail(route, with: .delay(.seconds(1)), times: 1)
        case .outage: fail(route, with: .status(502), times: 1)
        case .refused:
            fail(route, with: .json(#"{"message": "not with \#(Secrets.token)"}"#, status: 422), times: 1)
        }
    }
}
