package import WatcherCore

/// A server that starts workflows: each call is one step of a job, and tells what came of it.
package protocol WorkflowClient: Sendable {
    var server: Config.WorkflowServer { get }
    /// The root of the API.
    var apiURL: String { get }

    /// Starts a workflow. Tells apart what was certainly not started from what may have been.
    func dispatch(_ target: WorkflowTarget, inputs: [String: String]) async -> (DispatchOutcome, RateLimitReading)
    /// Looks for the run that bears a job's id in its title.
    func lookUp(_ job: String, _ target: WorkflowTarget, since: Timestamp) async -> (LookupOutcome, RateLimitReading)
    /// One look at a run.
    func follow(_ run: Run, in repository: String) async -> (FollowOutcome, RateLimitReading)
}
