import WatcherCore

/// GitHub, the receivers and the clocks, as unreliable as they really are.
final class SimulatedWorld {
    struct Run {
        var id: Int64
        var job: String
        var action: String
        var target: WorkflowTarget
        var inputs: [String: String]
        var created: Int64
        /// When the list of runs shows it.
        var visible: Int64
        var ends: Int64
        var conclusion: String
    }

    private(set) var setup: SimulatedSetup
    var dice: Dice
    /// The true time, which is GitHub's, in milliseconds.
    private(set) var time: Int64
    /// What the machine's wall clock is wrong by.
    private(set) var skew: Int64 = 0
    private(set) var highestWall: Int64 = 0
    /// No faults and nothing new: what is left to do gets done.
    var isCalm = false
    var repositories: [Int64: SimulatedRepository] = [:]
    /// Which repository a configured name means.
    var names: [String: Int64] = [:]
    private(set) var runs: [Run] = []
    var pipelines: [SimulatedPipeline] = []
    var registry = SimulatedRegistry()
    /// Jobs whose program ran, to its end or not, or whose request arrived.
    var executed: Set<String> = []
    /// Whether somebody else has ever taken a name.
    private(set) var wasReplaced = false
    /// What each receiver got, in order, repetitions included.
    private(set) var received: [String: [Message]] = [:]
    /// Until when a token was asked to keep quiet, in true time.
    var pausedUntil: [String: Int64] = [:]
    private(set) var violations: [String] = []
    private var lastID: Int64 = 1000
    /// Whether the wall clock was set while no process ran: then no pause can be measured.
    private(set) var clockWasSet = false
    /// Whether it was set while a process ran that has not saved since.
    private var clockIsUnsaved = false

    init(_ setup: SimulatedSetup, seed: UInt64) {
        self.setup = setup
        dice = Dice(seed: seed ^ 0xABCD_EF01)
        time = 1_785_000_000_000 + Int64(seed % 100_000)
        highestWall = time
        for name in setup.config.upstreams.keys.sorted() {
            for fullName in [setup.repositoryName(name), setup.repositoryName(name) + SimulatedSetup.fork] {
                let repository = newRepository(name: fullName)
                for _ in 0..<dice.pick([0, 0, 1, 4, 12, 25]) {
                    let id = nextID()
                    let moment = time - dice.between(1, 300) * 86_400_000
                    repositories[repository]?.publish(id: id, prefix: setup.prefix(name), at: moment, &dice)
                }
                repositories[repository]?.takePicture(at: time)
            }
        }
    }

    var now: Instant { Instant(wall: time + skew, uptime: time - 1_784_000_000_000) }

    /// Somebody edits the configuration.
    func editConfiguration() { setup.edit(&dice) }

    func nextID() -> Int64 {
        lastID += 1
        return lastID
    }

    func violate(_ text: String) { violations.append("\(text) (at \(now.floor))") }

    func pass(_ milliseconds: Int64) {
        time += milliseconds
        highestWall = max(highestWall, now.wall)
    }

    func advance(to moment: Int64) { pass(max(moment - time, 0)) }

    /// The administrator, or NTP, sets the wall clock.
    func setClock(whileRunning: Bool) {
        let step = dice.between(6000, 600_000)
        skew = dice.perMille(500) ? min(skew + step, 900_000) : max(skew - step, -900_000)
        if abs(skew) < 6000 { skew = 0 }
        if whileRunning { clockIsUnsaved = true } else { clockWasSet = true }
        highestWall = max(highestWall, now.wall)
    }

    func saved() { clockIsUnsaved = false }

    /// What a process knew of the clock and did not save, the next one cannot know.
    func processEnded() { clockWasSet = clockWasSet || clockIsUnsaved }

    func newRepository(name: String) -> Int64 {
        let id = nextID()
        repositories[id] = SimulatedRepository(id: id, fullName: name)
        names[name] = id
        return id
    }

    func add(_ run: Run) {
        // A process cannot know that the clock was set before it: its look for a run may have been too short.
        // A repository that was left and is taken again is acted on as at any first check, also when the first job has fallen
        // out of the history.
        let mayReturn = !setup.wereRepointed.isDisjoint(with: run.inputs.keys)
        if runs.contains(where: { $0.job == run.job }), !clockWasSet, !mayReturn {
            violate("job \(run.job) was started twice")
        }
        runs.append(run)
    }

    func runIndex(_ matching: (Run) -> Bool) -> Int? { runs.firstIndex(where: matching) }

    func receive(_ message: Message, by notifier: String) { received[notifier, default: []].append(message) }

    // MARK: - What happens in the world

    /// More releases than these are no news for the code, and make each life slow.
    private static let releaseLimit = 60

    /// Perhaps something happens.
    func live(_ share: Int, whileRunning: Bool) {
        guard !isCalm, dice.perMille(share) else { return }
        let name = dice.pick(setup.config.upstreams.keys.sorted())
        guard let id = names[setup.repositoryName(name)] else { return }
        switch dice.below(1000) {
        case 0..<480 where repositories[id]?.releases.count ?? 0 < Self.releaseLimit:
            for _ in 0..<dice.pick([1, 1, 1, 2, 3, 13]) {
                let new = nextID()
                repositories[id]?.publish(id: new, prefix: setup.prefix(name), at: time, &dice)
            }
        case 480..<940:
            let new = nextID()
            repositories[id]?.change(newID: new, at: time, &dice)
        case 940..<955: repositories[id]?.fullName = "moved/\(name)-\(dice.below(3))"
        case 955..<962: repositories[id]?.isArchived = true
        case 962..<970 where setup.mayReplace:
            // Somebody else takes the name, with releases that look like the real ones.
            wasReplaced = true
            let old = repositories[id]
            let impostor = newRepository(name: setup.repositoryName(name))
            repositories[impostor]?.version = (old?.version ?? [1, 0, 0]).map { $0 + 1 }
            for _ in 0..<4 {
                let new = nextID()
                repositories[impostor]?.publish(id: new, prefix: setup.prefix(name), at: time, &dice)
            }
            repositories[impostor]?.takePicture(at: time)
        case 970..<1000 where setup.mayJump: setClock(whileRunning: whileRunning)
        default: break
        }
    }
}
