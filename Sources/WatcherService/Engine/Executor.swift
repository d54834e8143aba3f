package import Curl
package import WatcherCore

/// Performs commands. Each becomes exactly one event, whatever happens: an error is an outcome, cut off is one too.
///
/// This is the one place where errors become outcomes: what comes back here has its secrets masked.
package final class Executor: Sendable {
    private let config: Config
    private let http: HTTPClient
    private let github: GitHubClient
    private let sources: SourceClients
    /// Clients of the actions that have a token or a server of their own.
    private let clients: [String: any WorkflowClient]
    private let notifiers: [String: NotifierClient]
    private let heartbeatURL: String?
    private let network: HTTPNetwork
    private let redactor: Redactor
    private let registry: RegistryClient
    /// Of the actions that build images.
    private let builders: [String: ImageBuilder]
    /// Of the actions of the kinds in `actionKinds`.
    private let performers: [String: AnyActionPerformer]
    /// As in the environment of programs that are started; nil where no state is kept.
    private let stateIdentity: String?

    package init(
        _ config: Config, http: HTTPClient, github: GitHubClient, sources: SourceClients,
        clients: [String: any WorkflowClient],
        notifiers: [String: NotifierClient], heartbeatURL: String?, network: HTTPNetwork, redactor: Redactor,
        registry: RegistryClient, builders: [String: ImageBuilder], performers: [String: AnyActionPerformer],
        stateIdentity: String?
    ) {
        self.config = config
        self.http = http
        self.github = github
        self.sources = sources
        self.clients = clients
        self.notifiers = notifiers
        self.heartbeatURL = heartbeatURL
        self.network = network
        self.redactor = redactor
        self.registry = registry
        self.builders = builders
        self.performers = performers
        self.stateIdentity = stateIdentity
    }

    /// What is rare is not inlined: its room would be part of that of every look, of which a hundred are under way.
    package func perform(_ command: Command) async -> Event {
        switch command {
        case .check(let check): await self.check(check)
        case .identify(let target): await identify(target)
        case .survey(let query): await survey(query)
        case .dispatch(let dispatch): await self.dispatch(dispatch)
        case .lookUp(let job, let action, let target, let since): await lookUp(job, action, target, since)
        case .follow(let job, let action, let target, let run): await follow(job, action, target, run)
        case .build(let build): await self.build(build)
        case .verify(let verify): await self.verify(verify)
        case .move(let move): await self.move(move)
        case .run(let request): await run(request)
        case .endBuild(let job): await endBuild(job)
        case .deliver(let message, let notifier): await deliver(message, notifier)
        case .heartbeat: await heartbeat()
        case .publish(let snapshot, let paths): await publish(snapshot, to: paths)
        case .wake(let milliseconds): await wake(milliseconds)
        }
    }

    private static let gone = RequestFailure.permanent("it is no longer in the configuration", hint: nil)

    private func check(_ check: Command.Check) async -> Event {
        guard let source = sources[check.target] else { return .checked(check.target, .failed(.cancelled), nil) }
        let (outcome, reading) = await source.check(isSweep: check.isSweep, etag: check.etag)
        if case .failed(let failure) = outcome {
            return .checked(check.target, .failed(redactor.mask(failure)), reading)
        }
        return .checked(check.target, outcome, reading)
    }

    private func identify(_ target: CheckTarget) async -> Event {
        guard let source = sources[target] else { return .identified(target, .failed(.cancelled), nil) }
        let (result, reading) = await source.identify()
        switch result {
        case .success(let identity): return .identified(target, .known(identity), reading)
        case .failure(let failure): return .identified(target, .failed(redactor.mask(failure)), reading)
        }
    }

    @inline(never)
    private func survey(_ query: SurveyQuery) async -> Event {
        guard query.apiURL == github.apiURL else { return .surveyed(query, .failed(.cancelled), nil) }
        let (outcome, reading) = await github.survey(query)
        return .surveyed(query, redactor.mask(outcome), reading)
    }

    @inline(never)
    private func dispatch(_ command: Command.Dispatch) async -> Event {
        guard let client = client(of: command.action, command.target) else {
            return .dispatched(job: command.job, .refused(Self.noClient(command.target)), nil)
        }
        let (outcome, reading) = await client.dispatch(command.target, inputs: command.inputs)
        switch outcome {
        case .accepted, .acceptedForGood: return .dispatched(job: command.job, outcome, reading)
        case .refused(let failure): return .dispatched(job: command.job, .refused(redactor.mask(failure)), reading)
        case .unknown(let reason): return .dispatched(job: command.job, .unknown(redactor.mask(reason)), reading)
        }
    }

    @inline(never)
    private func lookUp(
        _ job: String, _ action: String, _ target: WorkflowTarget, _ since: Timestamp
    ) async -> Event {
        guard let client = client(of: action, target) else {
            return .lookedUp(job: job, .failed(Self.noClient(target)), nil)
        }
        let (outcome, reading) = await client.lookUp(job, target, since: since)
        if case .failed(let failure) = outcome { return .lookedUp(job: job, .failed(redactor.mask(failure)), reading) }
        return .lookedUp(job: job, outcome, reading)
    }

    @inline(never)
    private func follow(_ job: String, _ action: String, _ target: WorkflowTarget, _ run: Run) async -> Event {
        guard let client = client(of: action, target) else {
            return .followed(job: job, .failed(Self.noClient(target)), nil)
        }
        let (outcome, reading) = await client.follow(run, in: target.repository)
        switch outcome {
        case .failed(let failure): return .followed(job: job, .failed(redactor.mask(failure)), reading)
        case .ended(let conclusion): return .followed(job: job, .ended(redactor.mask(conclusion)), reading)
        case .underway, .missing: return .followed(job: job, outcome, reading)
        }
    }

    @inline(never)
    private func build(_ command: Command.Build) async -> Event {
        guard let builder = builders[command.action] else {
            return .built(job: command.job, .failed(Self.gone, log: nil))
        }
        let outcome = await StopDeadline.duringBuild { await builder.build(command) }
        if case .failed(let failure, let log) = outcome {
            return .built(job: command.job, .failed(builder.redactor.mask(failure), log: log))
        }
        return .built(job: command.job, outcome)
    }

    @inline(never)
    private func verify(_ command: Command.Verify) async -> Event {
        let outcome = await registry.verify(command)
        if case .failed(let failure) = outcome { return .verified(job: command.job, .failed(redactor.mask(failure))) }
        return .verified(job: command.job, outcome)
    }

    @inline(never)
    private func move(_ command: Command.Move) async -> Event {
        guard let builder = builders[command.action] else { return .moved(job: command.job, .failed(Self.gone)) }
        let outcome = await builder.move(command)
        if case .failed(let failure) = outcome {
            return .moved(job: command.job, .failed(builder.redactor.mask(failure)))
        }
        return .moved(job: command.job, outcome)
    }

    @inline(never)
    private func run(_ request: ActionRequest) async -> Event {
        guard let performer = performers[request.action],
            let result = await performer.perform(request)
        else {
            let reason = "the action \(request.action) is no longer configured as \(request.target.key)"
            return .ran(job: request.job, ActionResult(.failed(.permanent(reason, hint: nil))))
        }
        return .ran(job: request.job, redactor.mask(result))
    }

    /// The client for the server on which a job was begun: a token goes to no other.
    private func client(of action: String, _ target: WorkflowTarget) -> (any WorkflowClient)? {
        let candidates: [any WorkflowClient] = [clients[action] ?? github, github]
        return candidates.first { $0.apiURL == target.apiURL && $0.server == target.server ?? .github }
    }

    private static func noClient(_ target: WorkflowTarget) -> RequestFailure {
        .permanent("\(target.apiURL), where the job was started, is no longer configured", hint: nil)
    }

    @inline(never)
    private func deliver(_ message: Message, _ name: String) async -> Event {
        guard let notifier = notifiers[name] else {
            let reason = "\(name) is no longer in the configuration"
            return .delivered(message: message.id, notifier: name, .retry(after: nil, reason: reason))
        }
        let outcome = await notifier.deliver(message, over: http)
        return .delivered(message: message.id, notifier: name, outcome.map { $0.masked(by: redactor) })
    }

    @inline(never)
    private func heartbeat() async -> Event {
        guard let heartbeatURL else { return .heartbeat(nil) }
        do throws(HTTPError) {
            let response = try await http.send(HTTPRequest(url: heartbeatURL, bodyLimit: 1 << 16, network: network))
            guard (200...299).contains(response.status) else {
                return .heartbeat(.transient("the receiver answered \(response.status)"))
            }
            return .heartbeat(nil)
        } catch {
            return .heartbeat(.transient(redactor.mask(error.description)))
        }
    }

    @inline(never)
    private func endBuild(_ job: String) async -> Event {
        await OrphanedBuilds.end(job: job, of: stateIdentity)
        return .buildEnded(job: job)
    }

    /// Off the transfer thread: the disk may be slow, and a page of many upstreams takes its time.
    @inline(never)
    private func publish(_ snapshot: StatusSnapshot, to paths: [String: String]) async -> Event {
        await withTaskExecutorPreference(globalConcurrentExecutor) {
            .published(OutputFiles.write(snapshot, to: paths).mapValues(redactor.mask))
        }
    }

    private func wake(_ milliseconds: Int64) async -> Event {
        try? await Task.sleep(for: .milliseconds(milliseconds), clock: .continuous)
        return .woke
    }
}

extension DeliveryOutcome {
    fileprivate func masked(by redactor: Redactor) -> DeliveryOutcome {
        switch self {
        case .delivered: .delivered
        case .retry(let after, let reason, let remaining):
            .retry(after: after, reason: redactor.mask(reason), remaining: remaining)
        case .refused(let reason): .refused(reason: redactor.mask(reason))
        }
    }
}
