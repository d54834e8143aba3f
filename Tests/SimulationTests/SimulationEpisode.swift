import FoundationEssentials
import WatcherCore

/// One life of a watcher: chaos, then calm, then the reckoning. The same seed is the same life.
struct SimulatedEpisode {
    /// Whether every turn is printed.
    static let isTraced = ProcessInfo.processInfo.environment["WATCHER_TRACE"] != nil
    let seed: UInt64
    private let world: SimulatedWorld
    private let oracle = SimulatedOracle()
    private(set) var steps = 0
    private(set) var endings: [SimulatedShell.Ending: Int] = [:]

    init(seed: UInt64) {
        self.seed = seed
        world = SimulatedWorld(SimulatedSetup(seed: seed), seed: seed)
    }

    var violations: [String] { world.violations }
    var runs: Int { world.runs.count }

    mutating func play() {
        for _ in 0..<(10 + world.dice.below(40)) where violations.isEmpty { pass(calm: false) }
        world.isCalm = true
        // An hour for messages, a day for the sweep, and again for what that brought.
        // And five times a day for windows and for what comes after something else, until each has come to its turn.
        let gates: [Int64] = world.setup.hasGates ? Array(repeating: 5, count: 25) : []
        for hours in [1, 1, 25, 1, 1, 25, 1, 1] + gates where violations.isEmpty {
            world.pass(hours * 3_600_000)
            pass(calm: true)
        }
        if violations.isEmpty { oracle.checkEnd(world) }
    }

    private mutating func pass(calm: Bool) {
        var mode = Core.Mode(waits: calm || world.dice.perMille(300))
        var stopAt: Int64?
        if !calm {
            world.pass(world.dice.perMille(60) ? world.dice.between(0, 90_000_000) : world.dice.between(0, 1_500_000))
            if world.setup.mayJump, world.dice.perMille(30) { world.setClock(whileRunning: false) }
            if world.dice.perMille(30) { world.editConfiguration() }
            for _ in 0..<3 { world.live(250, whileRunning: false) }
            switch world.dice.below(10) {
            case 0: mode = Core.Mode(acts: false)
            case 1, 2:
                mode.repeats = true
                stopAt = world.time + world.dice.between(1000, 7_200_000)
            case 3: stopAt = world.time + world.dice.between(100, 60_000)
            default: break
            }
        }
        oracle.readDisk()
        var shell = SimulatedShell(world, oracle, mode: mode, canDie: !calm && world.setup.mayCrash && mode.acts)
        let ending = shell.run(stopAt: stopAt, requests: calm ? approvals : mode.acts ? request() : [])
        endings[ending, default: 0] += 1
        world.processEnded()
        // A dry run keeps nothing, the pauses that it was asked for included.
        if !mode.acts { oracle.died() }
        steps += shell.steps
        if calm, ending != .done { world.violate("a calm pass ended as \(ending)") }
    }

    private var waiting: [String] { oracle.disk.jobs.filter(\.waitsForApproval).map(\.id) }

    /// In the end somebody says yes to everything.
    private var approvals: [ControlRequest] { waiting.map { .approve(job: $0) } }

    /// Now and then a person asks for something.
    private func request() -> [ControlRequest] {
        let ledger = oracle.disk
        let failed = ledger.history.filter { $0.phase == .ended(.failed) && !$0.isSettled }
        let actions = world.setup.config.actions.keys.sorted()
        switch world.dice.below(30) {
        case 0: return [.trigger(action: world.dice.pick(actions), releases: [:])]
        case 1: return failed.suffix(1).map { .retry(job: $0.id) }
        case 2: return failed.prefix(1).map { .forget(id: $0.id) }
        case 3:
            return ledger.upstreams.keys.sorted().filter { ledger.upstreams[$0]?.replacedBy != nil }.prefix(1).map {
                .accept(upstream: $0)
            }
        case 4: return [.checkNow]
        case 5...8: return waiting.prefix(1 + world.dice.below(3)).map { .approve(job: $0) }
        case 9: return waiting.suffix(1).map { .reject(job: $0) }
        default: return []
        }
    }
}

extension SimulatedWorld {
    /// Whether a tag stands for less than another, by how the model made them.
    func isLower(_ tag: String, than other: String) -> Bool {
        func rank(_ tag: String) -> (rank: [Int], isFinal: Bool)? {
            for repository in repositories.values {
                if let release = repository.releases.first(where: { $0.tag == tag }) {
                    return (release.rank, release.kind == .plain)
                }
            }
            return nil
        }
        guard let left = rank(tag), let right = rank(other) else { return true }
        if left.rank != right.rank { return left.rank.lexicographicallyPrecedes(right.rank) }
        return !left.isFinal && right.isFinal
    }
}
