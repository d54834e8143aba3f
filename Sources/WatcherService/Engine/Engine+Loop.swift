import Synchronization
import WatcherCore

extension Engine {
    /// What children leave their events in.
    final class Inbox: Sendable {
        /// An event, and the number of the command that it comes from.
        struct Arrival: Sendable {
            var event: Event
            var number: Int?
        }

        private let events = Mutex<[Arrival]>([])
        let arrivals: AsyncStream<Void>
        private let arrival: AsyncStream<Void>.Continuation

        init() {
            // One arrival that nobody has waited for stands for all: `take` takes everything.
            (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        }

        func post(_ event: Event, from number: Int? = nil) {
            events.withLock { $0.append(Arrival(event: event, number: number)) }
            arrival.yield()
        }

        func take() -> [Arrival] {
            events.withLock { events in
                defer { events = [] }
                return events
            }
        }
    }

    struct Loop {
        let engine: Engine
        var core: Core
        let inbox = Inbox()
        var underWay = 0
        /// The commands under way that act and that are waited for at the end, by number.
        var acting: Set<Int> = []
        /// Commands that wait for a save that has failed.
        var held: [Command] = []
        /// The uptime of the earliest wake that is outstanding.
        var wakeAt: Int64?
        var lastSave: Int64 = .min
        var retrySaveAt: Int64?
        var lastFailure: DurableFile.Failure?
        /// The uptime at which the grace ends.
        var windDownEnds: Int64?
        var isDone = false
        /// When each command under way was started, by number.
        var startedAt: [Int: Int64] = [:]
        var lastNumber = 0
        var saveFailure: String?
        /// The status in words, and the uptime at which it was worked out.
        var status = (text: "", uptime: Int64.min)

        init(engine: Engine, core: Core) {
            self.engine = engine
            self.core = core
        }

        mutating func turn(_ group: inout DiscardingTaskGroup) async -> DurableFile.Failure? {
            var isFirst = true
            var arrivals = inbox.arrivals.makeAsyncIterator()
            while true {
                let events = inbox.take()
                if !events.isEmpty || isFirst {
                    isFirst = false
                    if let failure = await step(events, &group) {
                        group.cancelAll()
                        return failure
                    }
                    if isDone { break }
                }
                await arrivals.next()
            }
            group.cancelAll()
            return await saveWhatIsLeft()
        }

        private mutating func step(
            _ arrivals: [Inbox.Arrival], _ group: inout DiscardingTaskGroup
        ) async -> DurableFile.Failure? {
            let now = engine.clock()
            for arrival in arrivals {
                if let number = arrival.number {
                    startedAt[number] = nil
                    acting.remove(number)
                }
                take(arrival.event, now)
            }
            let commands = held + core.advance(at: now)
            held = []
            for note in core.takeNotes() { engine.observe(note) }
            let answers = core.takeAnswers()
            if let failure = await saveIfNeeded(before: commands, mustSave: !answers.isEmpty, now) {
                for (number, _) in answers {
                    engine.answer(
                        number,
                        .refused("the state cannot be saved: \(failure)", hint: "free disk space, then ask again"))
                }
                guard core.mode.repeats, !core.isShuttingDown, !failure.isLockLost else { return failure }
                held = commands
                say(failure)
            } else {
                saveFailure = nil
                for (number, answer) in answers { engine.answer(number, answer) }
                for command in commands { start(command, now, &group) }
            }
            if core.isShuttingDown {
                windDown(now, &group)
            } else {
                wake(now, &group)
            }
            engine.stepped?(core, now)
            if let turned = engine.turned { turned(summary(now)) }
            return nil
        }

        private mutating func summary(_ now: Instant) -> Turn {
            let oldest = startedAt.values.min().map { now.uptime - $0 } ?? 0
            if statusAge(now) >= statusInterval { status = (core.statusLine(at: now), now.uptime) }
            return Turn(
                status: saveFailure ?? status.text, isShuttingDown: core.isShuttingDown,
                isWaitingForActs: core.isShuttingDown && !acting.isEmpty,
                isHealthy: oldest < Engine.commandLimit(core.config))
        }

        /// Milliseconds between two statuses: each goes over all upstreams, of which many are checked in a second.
        private var statusInterval: Int64 { min(Int64(core.config.upstreams.count) / 10, 1000) }

        private func statusAge(_ now: Instant) -> Int64 {
            status.uptime == .min ? .max : now.uptime - status.uptime
        }

        private mutating func take(_ event: Event, _ now: Instant) {
            switch event {
            case .woke: wakeAt = wakeAt.flatMap { $0 <= now.uptime + Self.wakeTolerance ? nil : $0 }
            case .shutdownRequested, .requested: break
            case .reconfigured: engine.reconfigured()
            default: underWay -= 1
            }
            core.apply(event, at: now)
        }

        /// Durable changes are saved before anything acts on them, and otherwise when nothing else is going on: a pass
        /// over a thousand upstreams without news is one save.
        private mutating func saveIfNeeded(
            before commands: [Command], mustSave: Bool, _ now: Instant
        ) async -> DurableFile.Failure? {
            guard core.mode.acts else { return nil }
            // Nothing is started while the state cannot be saved, and it is not tried more often than it helps.
            if let retrySaveAt, now.uptime < retrySaveAt, !core.isShuttingDown, let lastFailure { return lastFailure }
            let acts = commands.contains(where: \.acts)
            let isQuiet = underWay + commands.count == 0
            let isOld = lastSave == .min ? false : now.uptime - lastSave >= Engine.saveInterval
            if lastSave == .min { lastSave = now.uptime }
            guard core.unsaved == .durable, acts || isQuiet || isOld || mustSave else {
                guard core.mode.repeats, core.unsaved == .noted, isOld else { return nil }
                return await write(now)
            }
            return await write(now)
        }

        /// Off the loop's thread, on which all transfers are; the loop waits, so that nothing is started before.
        private mutating func write(_ now: Instant) async -> DurableFile.Failure? {
            let outcome = await DiskQueue.run { [save = engine.save, ledger = core.ledger] in
                Result { () throws(DurableFile.Failure) in try save(ledger) }
            }
            if case .failure(let error) = outcome {
                lastFailure = error
                retrySaveAt = now.uptime + Engine.saveRetry
                return error
            }
            core.saved()
            lastFailure = nil
            lastSave = now.uptime
            retrySaveAt = nil
            return nil
        }

        private mutating func saveWhatIsLeft() async -> DurableFile.Failure? {
            guard core.mode.acts, core.unsaved != .nothing else { return nil }
            return await write(engine.clock())
        }

        private mutating func start(_ command: Command, _ now: Instant, _ group: inout DiscardingTaskGroup) {
            underWay += 1
            // What is long is not waited for at the end, and may take as long as it takes.
            lastNumber &+= 1
            let number = lastNumber
            if command.acts, !command.isLong { acting.insert(number) }
            if !command.isLong { startedAt[number] = now.uptime }
            perform(command, from: number, &group)
        }

        /// A task for each command, waits included: the loop goes on deciding while it runs, and hears of it by its event.
        private func perform(_ command: Command, from number: Int? = nil, _ group: inout DiscardingTaskGroup) {
            // Its own task: a command may take hours, and the loop goes on. It ends with the group, by the event it posts.
            group.addTask { [perform = engine.perform, inbox] in
                inbox.post(await perform(command), from: number)
            }
        }

        /// Says once that the state cannot be saved, and again when the reason is another.
        private mutating func say(_ failure: DurableFile.Failure) {
            let text = "the state cannot be saved, so nothing is started: \(failure)"
            guard saveFailure != text else { return }
            saveFailure = text
            engine.observe(
                LogEvent(
                    level: .failure, text: text, hint: "free disk space; it is retried automatically",
                    topic: "state cannot be saved",
                    fields: ["reason": failure.description]))
        }

        /// With nothing under way that acts, the rest is cut off at once; what acts gets its grace, and then comes back
        /// as what it is: unknown.
        private mutating func windDown(_ now: Instant, _ group: inout DiscardingTaskGroup) {
            isDone = underWay == 0
            if windDownEnds == nil {
                windDownEnds = now.uptime + Engine.grace
                // The end of the grace has to reach a loop that waits for what it would cut off.
                perform(.wake(milliseconds: Engine.grace), &group)
            }
            if acting.isEmpty || now.uptime >= windDownEnds ?? 0 { group.cancelAll() }
        }

        private mutating func wake(_ now: Instant, _ group: inout DiscardingTaskGroup) {
            var delay = core.wakeIn(at: now)
            if let retrySaveAt { delay = min(delay ?? .max, max(retrySaveAt - now.uptime, 1)) }
            // With nothing under way the last turn's status is what stays.
            if underWay == 0, engine.turned != nil, statusAge(now) > 0, statusAge(now) < statusInterval {
                delay = min(delay ?? .max, statusInterval - statusAge(now))
            }
            if let pulse = engine.pulse { delay = min(delay ?? .max, pulse) }
            // The daemon waits for a configuration with upstreams, too.
            isDone = underWay == 0 && held.isEmpty && delay == nil && !core.mode.repeats
            guard let delay else { return }
            let at = now.uptime + delay
            guard wakeAt.map({ at < $0 - Self.wakeTolerance }) ?? true else { return }
            wakeAt = at
            perform(.wake(milliseconds: delay), &group)
        }

        /// A wake that is so much earlier than the outstanding one is worth a new one, in milliseconds.
        private static let wakeTolerance: Int64 = 20
    }
}
