import WatcherCore

/// Plays the shell as `Engine` does: events in, save before acting, commands out. It may die anywhere.
struct SimulatedShell {
    enum Ending { case done, shutDown, crashed, diskFull }

    struct Child {
        let command: Command
        let started: Int64
        let due: Int64
        /// Nil until the command has had its effect.
        var event: Event?
    }

    private struct Death: Error { let ending: Ending }

    let world: SimulatedWorld
    let oracle: SimulatedOracle
    let canDie: Bool
    private(set) var core: Core
    private var children: [Child] = []
    private var held: [Command] = []
    private var wakeAt: Int64?
    private var lastSave = Int64.min
    private var retrySaveAt: Int64?
    private var graceEnds: Int64?
    private var isDone = false
    private(set) var steps = 0
    /// Events at which time did not move.
    private var standing = 0
    private var checks: [Int64] = []

    init(_ world: SimulatedWorld, _ oracle: SimulatedOracle, mode: Core.Mode, canDie: Bool) {
        self.world = world
        self.oracle = oracle
        self.canDie = canDie
        core = Core(world.setup.config, mode: mode, ledger: oracle.disk)
        core.surveyHandful = world.setup.surveyHandful
    }

    /// More events than any pass here needs: beyond it, it never ends.
    private static let passLimit = 60_000
    /// More events at one moment than any here needs.
    private static let standingLimit = 3000

    /// Plays one process to its end; a SIGTERM comes at `stopAt`, in true time.
    mutating func run(stopAt: Int64?, requests: [ControlRequest] = []) -> Ending {
        do throws(Death) {
            try step(requests.enumerated().map { .requested($1, number: $0 + 1) })
            while !isDone, world.violations.isEmpty {
                guard let next = children.map(\.due).min() else {
                    world.violate("nothing is under way and yet it is not done")
                    break
                }
                let before = world.time
                let stop = core.isShuttingDown ? .max : max(stopAt ?? .max, world.time)
                world.advance(to: min(next, stop))
                world.live(25, whileRunning: true)
                var events = arrivals()
                if let stopAt, world.time >= stopAt, !core.isShuttingDown { events.append(.shutdownRequested) }
                if core.mode.repeats, !core.isShuttingDown, world.dice.perMille(15) {
                    world.editConfiguration()
                    events.append(.reconfigured(world.setup.config))
                }
                if events.isEmpty { continue }
                standing = world.time == before ? standing + 1 : 0
                try step(events)
                if steps > Self.passLimit || standing > Self.standingLimit {
                    world.violate("a pass without an end: \(children.map(\.command))")
                }
            }
            if core.mode.acts, core.unsaved != .nothing { try save() }
        } catch {
            children.removeAll { child in
                // What was under way has its effect, or has not.
                if child.event == nil, world.dice.perMille(500) { _ = world.perform(child.command) }
                return true
            }
            oracle.died()
            return error.ending
        }
        if !core.isShuttingDown { oracle.passed(core, world) }
        return core.isShuttingDown ? .shutDown : .done
    }

    // MARK: - The loop

    private mutating func step(_ events: [Event]) throws(Death) {
        steps += 1
        let now = world.now
        for event in events { apply(event, now) }
        try mayDie()
        let wasShuttingDown = core.isShuttingDown
        let fresh = core.advance(at: now)
        if wasShuttingDown, !fresh.isEmpty { world.violate("a command after shutdown: \(fresh)") }
        if !core.mode.acts, fresh.contains(where: \.acts) { world.violate("a dry run acts: \(fresh)") }
        let commands = held + fresh
        let heldCount = held.count
        held = []
        _ = core.takeNotes()
        let answers = core.takeAnswers()
        if SimulatedEpisode.isTraced {
            print(
                "TRACE \(now.floor) up \(now.uptime) events \(events) -> \(commands) wake \(core.wakeIn(at: now) as Any) unsaved \(core.unsaved)"
            )
        }
        if try saveIfNeeded(commands, mustSave: !answers.isEmpty, now) {
            for (index, command) in commands.enumerated() { try start(command, wasHeld: index < heldCount) }
        } else {
            guard core.mode.repeats, !core.isShuttingDown else { throw Death(ending: .diskFull) }
            held = commands
            retrySaveAt = now.uptime + 5000
        }
        if core.isShuttingDown { windDown() } else { wake(now) }
    }

    private mutating func apply(_ event: Event, _ now: Instant) {
        if case .woke = event { wakeAt = wakeAt.flatMap { $0 <= now.uptime + 20 ? nil : $0 } }
        let before = core.ledger
        core.apply(event, at: now)
        oracle.applied(event, before: before, after: core.ledger, world)
        let checking = children.count {
            switch $0.command {
            case .check, .identify: true
            default: false
            }
        }
        if checking > world.setup.config.github.concurrency { world.violate("\(checking) looks at once") }
    }

    private mutating func saveIfNeeded(
        _ commands: [Command], mustSave: Bool, _ now: Instant
    ) throws(Death) -> Bool {
        guard core.mode.acts else { return true }
        if let retrySaveAt, now.uptime < retrySaveAt, !core.isShuttingDown { return false }
        let isQuiet = children.isEmpty && commands.isEmpty
        let isOld = lastSave != .min && now.uptime - lastSave >= 5000
        if lastSave == .min { lastSave = now.uptime }
        let isDue = commands.contains(where: \.acts) || isQuiet || isOld || mustSave
        guard (core.unsaved == .durable && isDue) || (core.mode.repeats && core.unsaved == .noted && isOld) else {
            return true
        }
        if canDie, world.dice.perMille(8) { return false }
        try save()
        lastSave = now.uptime
        retrySaveAt = nil
        return true
    }

    private mutating func save() throws(Death) {
        try mayDie()
        oracle.save(core.ledger, world)
        core.saved()
        try mayDie()
    }

    /// What was held while the disk was full is late: the core had judged it by what was known then.
    private mutating func start(_ command: Command, wasHeld: Bool) throws(Death) {
        oracle.started(command, isLate: wasHeld, world)
        // The second half of a look that brought news is not held up, but counts.
        if case .check(let check) = command, !check.isSweep, !wasHeld {
            checks.append(world.now.uptime)
            let recent = checks.reversed().prefix { $0 > world.now.uptime - 60_000 }.count
            if recent > world.setup.config.github.requestsPerMinute { world.violate("\(recent) looks in a minute") }
        }
        let length: Int64
        switch command {
        case .wake(let milliseconds): length = milliseconds
        case .build: length = world.dice.between(1000, world.dice.perMille(300) ? 3_000_000 : 60_000)
        case .dispatch: length = world.dice.between(50, world.dice.perMille(100) ? 60_000 : 3000)
        default: length = world.dice.between(20, world.dice.perMille(50) ? 30_000 : 1500)
        }
        var child = Child(command: command, started: world.time, due: world.time + length)
        if world.dice.perMille(400) { child.event = world.perform(command) }
        children.append(child)
        try mayDie()
    }

    private func mayDie() throws(Death) {
        if canDie, world.dice.perMille(3) { throw Death(ending: .crashed) }
    }

    /// What has come back by now: some of it, in any order.
    private mutating func arrivals() -> [Event] {
        var ready: [Child] = []
        var rest: [Child] = []
        for child in children {
            let mayCome = child.due <= world.time && (ready.isEmpty || world.dice.perMille(700))
            if mayCome { ready.append(child) } else { rest.append(child) }
        }
        children = rest
        ready.shuffle(using: &world.dice)
        return ready.map { $0.event ?? world.perform($0.command) }
    }

    // MARK: - Waiting and stopping

    private mutating func wake(_ now: Instant) {
        var delay = core.wakeIn(at: now)
        if let delay, delay < 1 { world.violate("a wake in \(delay) ms") }
        if let retrySaveAt { delay = min(delay ?? .max, max(retrySaveAt - now.uptime, 1)) }
        let underWay = children.count { if case .wake = $0.command { false } else { true } }
        isDone = underWay == 0 && held.isEmpty && delay == nil
        guard let delay else { return }
        guard wakeAt.map({ now.uptime + delay < $0 - 20 }) ?? true else { return }
        wakeAt = now.uptime + delay
        children.append(Child(command: .wake(milliseconds: delay), started: world.time, due: world.time + delay))
    }

    /// What reads is cut off at once, what acts after its grace.
    private mutating func windDown() {
        let ends = graceEnds ?? world.time + 3000
        graceEnds = ends
        for index in children.indices where children[index].event == nil && children[index].started >= 0 {
            let child = children[index]
            if child.command.acts, child.due <= ends { continue }
            children[index] = Child(
                command: child.command, started: -1, due: child.command.acts ? ends : world.time,
                event: world.cutOff(child.command))
        }
        children.removeAll { if case .wake = $0.command { true } else { false } }
        isDone = children.isEmpty
    }
}
