@testable import WatcherCore

extension SimulatedSetup {
    /// What jobs of some actions wait for: a person, another action, an hour.
    mutating func addGates(_ dice: inout Dice) {
        let names = config.actions.keys.sorted()
        for (index, name) in names.enumerated() {
            config.actions[name]?.approval = dice.perMille(200)
            if dice.perMille(250) {
                var window = JobWindow()
                window.from = 60 * dice.below(24)
                let end = window.from + 60 * (5 + dice.below(15))
                window.to = end > 1440 ? end - 1440 : end
                config.actions[name]?.window = window
            }
            guard index > 0, dice.perMille(300), let action = config.actions[name] else { continue }
            let before = names[dice.below(index)]
            guard let other = config.actions[before], !Set(other.upstreams).isDisjoint(with: action.upstreams)
            else { continue }
            config.actions[name]?.after = before
        }
    }

    var hasGates: Bool { config.actions.values.contains { $0.approval || $0.after != nil || $0.window != nil } }
}

extension SimulatedOracle {
    static let rejected = "rejected on request"

    /// A job begins for the first time only when it was approved, when what it comes after has succeeded, and within
    /// its hours: by a clock of the oracle's own, in UTC.
    func checkGates(_ id: String, _ world: SimulatedWorld) {
        guard let job = disk.jobs.first(where: { $0.id == id }), job.generation == 0, job.attempts == 1,
            job.cutOffs == nil, let action = world.setup.config.actions[job.action]
        else { return }
        if action.approval, job.approval != .given { world.violate("job \(id) begins without approval") }
        if let window = action.window, let begun = job.begunAt {
            let minute = Int(begun.seconds / 60 % 1440)
            let isOpen =
                window.from < window.to
                ? minute >= window.from && minute < window.to : minute >= window.from || minute < window.to
            if !isOpen { world.violate("job \(id) begins at \(begun), outside of its window") }
        }
        guard let after = action.after, world.setup.wereRepointed.isDisjoint(with: job.causes.keys) else { return }
        let before = self.before(job, after)
        if !before.isEmpty, !before.contains(where: { $0.phase == .ended(.succeeded) }) {
            world.violate("job \(id) begins before \(after) has succeeded: \(before.map(\.status))")
        }
    }

    /// The jobs of an action for news of a job, but for those that newer ones have taken the place of.
    private func before(_ job: Job, _ after: String) -> [Job] {
        let known = disk.jobs + disk.history
        return known.filter { other in
            other.action == after && other.phase != .ended(.superseded)
                && job.causes.contains { (other.releases?[$0] ?? other.causes[$0])?.tag == $1.tag }
        }
    }

    /// Whether a job waits for one that has failed, or that is held up itself.
    func isHeldUp(_ job: Job, _ action: Config.Action, _ world: SimulatedWorld) -> Bool {
        guard job.isPending, job.generation == 0, let after = action.after else { return false }
        return before(job, after).last.map { $0.phase != .ended(.succeeded) } ?? false
    }
}
