@testable import WatcherCore

/// A pipeline of the model GitLab.
struct SimulatedPipeline {
    var id: Int64
    var job: String
    var created: Int64
    /// When the list of pipelines shows it.
    var visible: Int64
    var ends: Int64
    var isGood: Bool
}

extension SimulatedWorld {
    /// One step of a job that starts a pipeline, looks for it or follows it.
    func step(_ request: ActionRequest, _ target: GitLabPipelineTarget) -> ActionResult.Outcome {
        if target.variables[GitLabPipelineAction.jobVariable] != request.job {
            violate("a pipeline whose variables do not hold the job's id")
        }
        switch request.step {
        case .start: return start(request, target)
        case .find:
            if let trouble = readingTrouble() { return .failed(trouble) }
            guard let found = pipelines.first(where: { $0.job == request.job && $0.visible <= time }) else {
                return .absent
            }
            return .started(run(found))
        case .follow:
            if let trouble = readingTrouble() { return .failed(trouble) }
            guard let found = pipelines.first(where: { $0.id == request.run?.id }) else { return .absent }
            guard time >= found.ends else { return .underway }
            return found.isGood ? .succeeded : .failed(.permanent("the pipeline ended with failed", hint: nil))
        }
    }

    /// What comes back when a step is cut off: a start that may have arrived says so.
    func cutOff(_ request: ActionRequest, _ target: GitLabPipelineTarget) -> ActionResult.Outcome {
        guard request.step == .start, dice.perMille(500) else { return .failed(.cancelled) }
        return begun(request, target, .unknown("cut off"))
    }

    private func start(_ request: ActionRequest, _ target: GitLabPipelineTarget) -> ActionResult.Outcome {
        guard !isCalm else { return named(request, target) }
        switch dice.below(1000) {
        case 0..<500: return named(request, target)
        case 500..<650: return begun(request, target, .unknown("the answer was lost"))
        case 650..<750: return .unknown("the connection broke")
        case 750..<820: return .failed(.rateLimited(seconds: dice.between(1, 300), "slow down"))
        case 820..<850:
            // A limit that lies: it was started all the same.
            return begun(request, target, visibleIn: 0, .failed(.rateLimited(seconds: nil, "slow down")))
        case 850..<975: return .failed(.transient("connection refused"))
        default: return .failed(.permanent("there is no such ref", hint: nil))
        }
    }

    private func named(_ request: ActionRequest, _ target: GitLabPipelineTarget) -> ActionResult.Outcome {
        _ = begun(request, target, .succeeded)
        return pipelines.last.map { .started(run($0)) } ?? .absent
    }

    private func begun(
        _ request: ActionRequest, _ target: GitLabPipelineTarget, visibleIn: Int64? = nil,
        _ outcome: ActionResult.Outcome
    ) -> ActionResult.Outcome {
        let mayReturn = !setup.wereRepointed.isDisjoint(with: target.variables.keys)
        if pipelines.contains(where: { $0.job == request.job }), !clockWasSet, !mayReturn {
            violate("job \(request.job) was started twice")
        }
        pipelines.append(
            SimulatedPipeline(
                id: nextID(), job: request.job, created: time,
                visible: time + (visibleIn ?? (isCalm ? 0 : dice.between(0, 60_000))),
                ends: time + dice.between(5, 1200) * 1000, isGood: isCalm || dice.perMille(900)))
        return outcome
    }

    private func run(_ pipeline: SimulatedPipeline) -> WatcherCore.Run {
        WatcherCore.Run(id: pipeline.id, url: "https://gitlab.example/\(pipeline.id)")
    }

    private func readingTrouble() -> RequestFailure? {
        guard !isCalm, dice.perMille(100) else { return nil }
        return dice.perMille(300) ? .rateLimited(seconds: dice.between(1, 900), "slow down") : .transient("bad gateway")
    }
}

extension SimulatedOracle {
    /// Exactly one for a job that was started, none for one that was not.
    func checkPipelines(of job: Job, _ ending: Job.Ending, follows: Bool, _ world: SimulatedWorld) {
        let own = world.pipelines.filter { $0.job == job.id }
        switch ending {
        case .superseded:
            if !own.isEmpty { world.violate("job \(job.id) was superseded although it had a pipeline") }
        case .succeeded:
            guard let one = own.first(where: { $0.id == job.run?.id }), one.isGood || !follows else {
                return world.violate("job \(job.id) succeeded without a pipeline that did")
            }
        case .failed:
            let gaveUp = job.reason?.hasSuffix(" attempts)") == true
            if gaveUp, !own.isEmpty, !world.clockWasSet {
                world.violate("job \(job.id) was given up although it had a pipeline")
            }
        }
    }
}
