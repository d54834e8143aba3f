/// The workflow that a job starts and the limits it is followed with, fixed when the job begins.
///
/// It is in the state file: a job is looked up and followed where it was started, whatever the configuration has come to
/// say since. Jobs of older state files have none and take that of the configuration.
package struct WorkflowTarget: Sendable, Hashable, Codable {
    /// Nil: GitHub.
    package var server: Config.WorkflowServer?
    /// The root of the server's API.
    package var apiURL: String
    /// `OWNER/NAME`.
    package var repository: String
    /// The workflow's file name.
    package var workflow: String
    package var ref: String
    /// Whether the job stays with the run until it has ended.
    package var follow: Bool
    /// How long a run may take, in seconds.
    package var timeout: Int64
    /// How long the run is looked for when the answer to the dispatch was lost, in seconds.
    package var lookup: Int64

    package init(_ dispatch: Config.WorkflowDispatch, defaultAPIURL: String) {
        server = dispatch.server == .github ? nil : dispatch.server
        apiURL = dispatch.apiURL ?? defaultAPIURL
        repository = dispatch.repository
        workflow = dispatch.workflow
        ref = dispatch.ref
        follow = dispatch.follow
        timeout = dispatch.timeout
        lookup = dispatch.lookup
    }
}

extension Config {
    /// The workflow that an action starts by this configuration; nil for an action of another kind, or none.
    package func workflowTarget(of action: String) -> WorkflowTarget? {
        guard case .workflowDispatch(let dispatch) = actions[action]?.work else { return nil }
        return WorkflowTarget(dispatch, defaultAPIURL: github.apiURL)
    }
}
