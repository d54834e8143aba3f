@testable import WatcherCore

extension SimulatedWorld {
    func run(_ request: ActionRequest) -> ActionResult.Outcome {
        guard !isCalm else { return executed(request, .succeeded) }
        switch dice.below(1000) {
        case 0..<700: return executed(request, .succeeded)
        case 700..<850: return executed(request, .failed(.transient("ended with status 75")))
        case 850..<950: return .failed(.transient("no process can be made"))
        default: return executed(request, .failed(.permanent("ended with status 1", hint: nil)))
        }
    }

    /// The program is ended in the middle, as its performer does it.
    func cutOff(_ request: ActionRequest) -> ActionResult.Outcome {
        guard dice.perMille(700) else { return .failed(.cancelled) }
        return executed(request, request.target.base.recovery == .repeated ? .failed(.cancelled) : .unknown("cut off"))
    }

    private func executed(_ request: ActionRequest, _ outcome: ActionResult.Outcome) -> ActionResult.Outcome {
        executed.insert(request.job)
        return outcome
    }
}

extension SimulatedOracle {
    /// What is run is on disk before, with its releases; and what may not be repeated is not, after a crash.
    func startedProgram(_ request: ActionRequest, _ world: SimulatedWorld) {
        guard let onDisk = disk.jobs.first(where: { $0.id == request.job }), onDisk.phase == .acting(.start),
            onDisk.work == request.target, let target = request.target.base as? CommandTarget
        else { return world.violate("a program for \(request.job) that is not on disk") }
        for (name, release) in onDisk.releases ?? [:] where target.environment[name].map({ $0 != release.tag }) ?? false
        {
            world.violate("a variable that is not \(release.tag)")
        }
        if programs[request.job] != nil, !target.repeatable {
            world.violate("job \(request.job) was cut off by a crash, and is run again")
        }
        programs[request.job] = request.action
        let others = disk.jobs.filter { $0.action == request.action && $0.isRunning && $0.id != request.job }
        if !others.isEmpty { world.violate("two jobs of \(request.action) at once") }
    }
}
