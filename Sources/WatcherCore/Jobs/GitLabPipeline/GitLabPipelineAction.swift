/// `gitlabPipeline`: a pipeline of GitLab, followed to its end.
package struct GitLabPipelineAction: ActionKind {
    package static let key = "gitlabPipeline"
    package static let summary = "Start a pipeline of GitLab."

    /// Without a slash at the end.
    package var server = defaultServer
    package var project: String
    package var ref: String
    package var variables: [String: Template] = [:]
    package var token: Secret
    package var follow = true
    /// Seconds.
    package var timeout: Int64 = 21_600
    package var lookup: Int64 = 180

    static let defaultServer = "https://gitlab.com"
    /// Variables that there may be.
    static let countLimit = 50
    /// The variable with the job's id, by which its pipeline is found.
    package static let jobVariable = "WATCHER_JOB"

    package var secrets: [String: Secret] { ["token": token] }
    package var account: ActionAccount { .own }

    package func target(for job: JobContents) throws(ActionObjection) -> GitLabPipelineTarget {
        var variables = variables.mapValues(job.render)
        variables[Self.jobVariable] = job.id
        return GitLabPipelineTarget(
            server: server, project: project, ref: ref, variables: variables, follows: follow, timeout: timeout,
            lookup: lookup)
    }
}

extension GitLabPipelineAction {
    package init?(reading object: ConfigObject, _ surroundings: ActionSurroundings) {
        let address = object.value(
            "server", "The server, without /api/v4; http only to a loopback address.",
            default: .string(Self.defaultServer))
        let server = address?.apiURL()
        let project = object.text(
            "project", .gitlabProject, "The project as GROUP/NAME, or its number.", required: true)
        let ref = object.text("ref", .ref, "The branch or tag on which it runs.", required: true)
        let values = object.value(
            "variables",
            "The variables of the pipeline, templates. WATCHER_JOB is always there, with the job's id.",
            default: .object([]))
        var variables: [String: Template] = [:]
        for (name, value) in values?.members(names: .commandVariable) ?? [] {
            variables[name] = value.template(.argument, upstreams: surroundings.upstreams)
        }
        values?.checkCount(atMost: Self.countLimit)
        let token = object.secret(
            "token", .token, "A token with the scope api and a role that may run pipelines.", required: true)
        let follow = object.boolean(
            "follow", "Follow the pipeline until it has ended, and report its status.", default: true)
        let timeout = object.seconds("timeout", "How long a pipeline is followed.", default: 21_600, atLeast: 1)
        let lookup = object.seconds(
            "lookup",
            "How long to look for the pipeline when no response to the start was received, before starting again.",
            default: 180, atLeast: 1)
        guard let project, let ref, let token else { return nil }
        self.init(
            server: server ?? Self.defaultServer, project: project, ref: ref, variables: variables, token: token,
            follow: follow, timeout: timeout, lookup: lookup)
    }
}

/// One pipeline, with everything filled in.
package struct GitLabPipelineTarget: ActionTarget {
    package static let key = GitLabPipelineAction.key

    package var server: String
    package var project: String
    package var ref: String
    package var variables: [String: String]
    package var follows: Bool
    package var timeout: Int64
    package var lookup: Int64

    package var recovery: ActionRecovery { .lookedUp }
}
