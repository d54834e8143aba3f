import Synchronization
package import WatcherCore

/// Runs the core: events in, saves, commands out, until nothing is left to do.
///
/// A task group is the event loop. Every command is a child that leaves exactly one event in the inbox; there is no
/// other control flow. What acts is started only after what it acts on is on disk.
package struct Engine: Sendable {
    private let perform: @Sendable (Command) async -> Event
    private let save: @Sendable (Ledger) throws(DurableFile.Failure) -> Void
    private let clock: @Sendable () -> Instant
    private let observe: @Sendable (Note) -> Void

    /// How long what acts may take to end after a request to stop, in milliseconds; the rest is cut off at once.
    package static let grace: Int64 = 3000
    /// How old a durable change may get that nothing waits for, in milliseconds.
    package static let saveInterval: Int64 = 5000
    /// How long to wait before a failed save is tried again, in milliseconds: only where the program goes on.
    package static let saveRetry: Int64 = 5000

    package init(
        perform: @escaping @Sendable (Command) async -> Event,
        save: @escaping @Sendable (Ledger) throws(DurableFile.Failure) -> Void,
        clock: @escaping @Sendable () -> Instant = Clock.now, observe: @escaping @Sendable (Note) -> Void = { _ in }
    ) {
        self.perform = perform
        self.save = save
        self.clock = clock
        self.observe = observe
    }

    /// Returns when the core has nothing left to do, or was asked to stop by an element of `stops` and has wound down.
    ///
    /// - Throws: what the save said, for a core that does not repeat: then nothing was started that was not on disk.
    package func run(
        _ core: inout Core, stops: some AsyncSequence<Void, Never> & Sendable
    ) async throws(DurableFile.Failure) {
        var loop = Loop(engine: self, core: core)
        let failure = await withTaskGroup(of: Void.self) { group in
            group.addTask { [inbox = loop.inbox] in
                for await _ in stops { inbox.post(.shutdownRequested) }
            }
            return await loop.turn(&group)
        }
        core = loop.core
        if let failure { throw failure }
    }

    /// What children leave their events in.
    private final class Inbox: Sendable {
        private let events = Mutex<[Event]>([])

        func post(_ event: Event) { events.withLock { $0.append(event) } }

        func take() -> [Event] {
            events.withLock { events in
                defer { events = [] }
                return events
            }
        }
    }

    private struct Loop {
        let engine: Engine
        var core: Core
        let inbox = Inbox()
        var underWay = 0
        var actsUnderWay = 0
        /// Commands that wait for a save that has failed.
        var held: [Command] = []
        /// The uptime of the earliest wake that is outstanding.
        var wakeAt: Int64?
        var lastSave: Int64 = .min
        var retrySaveAt: Int64?
        /// The uptime at which the grace ends.
        var windDownEnds: Int64?
        var isDone = false

        init(engine: Engine, core: Core) {
            self.engine = engine
            self.core = core
        }

        mutating func turn(_ group: inout TaskGroup<Void>) async -> DurableFile.Failure? {
            var isFirst = true
            while true {
                let events = inbox.take()
                if !events.isEmpty || isFirst {
                    isFirst = false
                    if let failure = step(events, &group) {
                        group.cancelAll()
                        return failure
                    }
                    if isDone { break }
                }
                await group.next()
            }
            group.cancelAll()
            return saveWhatIsLeft()
        }

        private mutating func step(_ events: [Event], _ group: inout TaskGroup<Void>) -> DurableFile.Failure? {
            let now = engine.clock()
            for event in events { take(event, now) }
            let commands = held + core.advance(at: now)
            held = []
            for note in core.takeNotes() { engine.observe(note) }
            if let failure = saveIfNeeded(before: commands, now) {
                guard core.mode.repeats, !core.isShuttingDown else { return failure }
                held = commands
                retrySaveAt = now.uptime + Engine.saveRetry
            } else {
                for command in commands { start(command, &group) }
            }
            if core.isShuttingDown {
                windDown(now, &group)
            } else {
                wake(now, &group)
            }
            return nil
        }

        private mutating func take(_ event: Event, _ now: Instant) {
            switch event {
            case .woke: wakeAt = wakeAt.flatMap { $0 <= now.uptime + Self.wakeTolerance ? nil : $0 }
            case .shutdownRequested: break
            case .dispatched, .delivered:
                underWay -= 1
                actsUnderWay -= 1
            default: underWay -= 1
            }
            core.apply(event, at: now)
        }

        /// Durable changes are saved before anything acts on them, and otherwise when nothing else is going on: a pass
        /// over a thousand upstreams without news is one save.
        private mutating func saveIfNeeded(before commands: [Command], _ now: Instant) -> DurableFile.Failure? {
            guard core.mode.acts else { return nil }
            let acts = commands.contains(where: \.acts)
            let isQuiet = underWay + commands.count == 0
            let isOld = lastSave == .min ? false : now.uptime - lastSave >= Engine.saveInterval
            if lastSave == .min { lastSave = now.uptime }
            guard core.unsaved == .durable, acts || isQuiet || isOld else {
                guard core.mode.repeats, core.unsaved == .noted, isOld else { return nil }
                return write(now)
            }
            return write(now)
        }

        private mutating func write(_ now: Instant) -> DurableFile.Failure? {
            do throws(DurableFile.Failure) {
                try engine.save(core.ledger)
            } catch {
                return error
            }
            core.saved()
            lastSave = now.uptime
            retrySaveAt = nil
            return nil
        }

        private mutating func saveWhatIsLeft() -> DurableFile.Failure? {
            guard core.mode.acts, core.unsaved != .nothing else { return nil }
            return write(engine.clock())
        }

        private mutating func start(_ command: Command, _ group: inout TaskGroup<Void>) {
            underWay += 1
            if command.acts { actsUnderWay += 1 }
            group.addTask { [perform = engine.perform, inbox] in inbox.post(await perform(command)) }
        }

        /// What only reads is cut off at once; what acts gets its grace, and then comes back as what it is: unknown.
        private mutating func windDown(_ now: Instant, _ group: inout TaskGroup<Void>) {
            isDone = underWay == 0
            if windDownEnds == nil {
                windDownEnds = now.uptime + Engine.grace
                group.addTask { [perform = engine.perform, inbox] in
                    inbox.post(await perform(.wake(milliseconds: Engine.grace)))
                }
            }
            if actsUnderWay == 0 || now.uptime >= windDownEnds ?? 0 { group.cancelAll() }
        }

        private mutating func wake(_ now: Instant, _ group: inout TaskGroup<Void>) {
            var delay = core.wakeIn(at: now)
            if let retrySaveAt { delay = min(delay ?? .max, max(retrySaveAt - now.uptime, 1)) }
            isDone = underWay == 0 && held.isEmpty && delay == nil
            guard let delay else { return }
            let at = now.uptime + delay
            guard wakeAt.map({ at < $0 - Self.wakeTolerance }) ?? true else { return }
            wakeAt = at
            group.addTask { [perform = engine.perform, inbox] in
                inbox.post(await perform(.wake(milliseconds: delay)))
            }
        }

        /// A wake that is so much earlier than the outstanding one is worth a new one, in milliseconds.
        private static let wakeTolerance: Int64 = 20
    }
}
