@testable import WatcherCore

extension SimulatedSetup {
    /// An action of one of the kinds that are only settings and a target.
    static func kind(_ upstreams: [String], _ dice: inout Dice) -> AnyActionKind {
        var values: [String: Template] = [:]
        for upstream in upstreams { values[upstream] = template("{{\(upstream).tag}}", upstreams) }
        let body = JSONTemplate<Template>.object(
            values.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
        switch dice.below(4) {
        case 0:
            var command = CommandAction(argv: [Template(literal: "build")])
            command.environment = values.mapValues { .template($0) }
            command.repeatable = dice.perMille(500)
            return AnyActionKind(command)
        case 1:
            return AnyActionKind(
                RepositoryDispatchAction(
                    repository: "owner/ci", eventType: "new-release", payload: body,
                    token: dice.perMille(300) ? .literal("own") : nil))
        case 2:
            return AnyActionKind(
                GitLabPipelineAction(
                    server: "https://gitlab.example", project: "group/image", ref: "main", variables: values,
                    token: .literal("token"), follow: dice.perMille(800), timeout: 21_600, lookup: 180))
        default:
            var request = RequestAction(url: .template(Template(literal: "https://deploy.example/")))
            request.body = body
            return AnyActionKind(request)
        }
    }
}

extension SimulatedWorld {
    func run(_ request: ActionRequest) -> ActionResult.Outcome {
        switch request.target.base {
        case let target as GitLabPipelineTarget: step(request, target)
        case is CommandTarget: runProgram(request)
        default: send(request)
        }
    }

    private func runProgram(_ request: ActionRequest) -> ActionResult.Outcome {
        guard !isCalm else { return executed(request, .succeeded) }
        switch dice.below(1000) {
        case 0..<700: return executed(request, .succeeded)
        case 700..<850: return executed(request, .failed(.transient("ended with status 75")))
        case 850..<950: return .failed(.transient("no process can be made"))
        default: return executed(request, .failed(.permanent("ended with status 1", hint: nil)))
        }
    }

    /// An event or a request: accepted is all that there is to know.
    private func send(_ request: ActionRequest) -> ActionResult.Outcome {
        guard !isCalm else { return executed(request, .succeeded) }
        switch dice.below(1000) {
        case 0..<650: return executed(request, .succeeded)
        case 650..<780: return executed(request, .failed(.transient("the answer was lost")))
        case 780..<900: return .failed(.transient("bad gateway"))
        case 900..<950: return .failed(.rateLimited(seconds: dice.between(1, 600), "slow down"))
        case 950..<970: return .failed(.rateLimited(seconds: nil, "slow down"))
        default: return .failed(.permanent("not allowed", hint: nil))
        }
    }

    /// It is ended in the middle, as its performer does it.
    func cutOff(_ request: ActionRequest) -> ActionResult.Outcome {
        if let target = request.target.base as? GitLabPipelineTarget { return cutOff(request, target) }
        guard dice.perMille(700) else { return .failed(.cancelled) }
        return executed(request, request.target.base.recovery == .repeated ? .failed(.cancelled) : .unknown("cut off"))
    }

    private func executed(_ request: ActionRequest, _ outcome: ActionResult.Outcome) -> ActionResult.Outcome {
        executed.insert(request.job)
        return outcome
    }
}

extension SimulatedOracle {
    /// What is done is on disk before, with its releases; and what may not be repeated is not, after a crash.
    func startedStep(_ request: ActionRequest, _ world: SimulatedWorld) {
        guard let onDisk = disk.jobs.first(where: { $0.id == request.job }), onDisk.work == request.target else {
            return world.violate("a step of \(request.job) that is not on disk")
        }
        guard request.step == .start else { return }
        guard onDisk.phase == .acting(.start) else {
            return world.violate("\(request.job) acts, and on disk it is \(onDisk.phase)")
        }
        checkGates(request.job, world)
        let sent = Self.values(of: request.target)
        for (name, release) in onDisk.releases ?? [:] where sent[name].map({ $0 != release.tag }) ?? false {
            world.violate("a value that is not \(release.tag)")
        }
        if programs[request.job] != nil, request.target.base.recovery == .failed {
            world.violate("job \(request.job) was cut off by a crash, and is run again")
        }
        programs[request.job] = request.action
        let others = disk.jobs.filter { $0.action == request.action && $0.isRunning && $0.id != request.job }
        if !others.isEmpty { world.violate("two jobs of \(request.action) at once") }
    }

    private static func values(of target: AnyActionTarget) -> [String: String] {
        func members(_ text: String?) -> [String: String] {
            guard case .object(let members) = try? JSONReader.read(Array((text ?? "").utf8)).value else { return [:] }
            return members.reduce(into: [:]) { all, member in
                if case .string(let text) = member.value { all[member.name] = text }
            }
        }
        switch target.base {
        case let target as CommandTarget: return target.environment
        case let target as GitLabPipelineTarget: return target.variables
        case let target as RepositoryDispatchTarget: return members(target.payload)
        case let target as HTTPRequestTarget: return members(target.body)
        default: return [:]
        }
    }
}
