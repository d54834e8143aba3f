/// The whole of what `watcher` decides: one event in, commands out. No I/O, no clock, no randomness.
///
/// `apply` takes in what has happened; `advance` says what to do now. Between the two the shell saves the ledger when
/// `unsaved` asks for it, and it never starts a command that acts before what it acts on is on disk. `once` and the
/// daemon are the same code: they differ in `Mode` only.
package struct Core: Sendable {
    package struct Mode: Sendable, Equatable {
        /// Which upstreams are checked; nil means all.
        package var upstreams: Set<String>?
        /// Stay until every started job has ended.
        package var waits = false
        /// Whether anything but reading is done.
        package var acts = true
        /// Look again when the time comes, for ever.
        package var repeats = false
        /// Whether anybody wants to know what is as it should be. Nobody does under cron, and a note for each upstream
        /// that has not changed costs more than the decision.
        package var tellsDetails = true

        package init(upstreams: Set<String>? = nil, waits: Bool = false, acts: Bool = true, repeats: Bool = false) {
            self.upstreams = upstreams
            self.waits = waits
            self.acts = acts
            self.repeats = repeats
        }
    }

    package enum Unsaved: Int, Sendable, Comparable {
        case nothing
        /// Times, ETags, counters: rides along with the next save.
        case noted
        /// Must be on disk before anything acts.
        case durable

        package static func < (left: Unsaved, right: Unsaved) -> Bool { left.rawValue < right.rawValue }
    }

    /// After how many failed checks in a row a failure is reported.
    package static let failuresUntilTold = 3

    package internal(set) var config: Config
    package let mode: Mode
    package internal(set) var ledger: Ledger
    package internal(set) var report = Report()
    package internal(set) var unsaved = Unsaved.nothing
    package internal(set) var isShuttingDown = false

    // What lives as long as the process.
    var schedule: PollScheduler
    /// Upstreams with a check or a look at their identity under way.
    var checking: Set<String> = []
    /// Those of them that are not on the account of `github`.
    var checkingElsewhere: [String: AccountKey] = [:]
    /// Lists that bring news, until it is known whose they are.
    var held: [String: ReleaseList] = [:]
    var quotas = RateLimits()
    /// Jobs with a command under way.
    var working: Set<String> = []
    /// Jobs whose build runs: one at a time, and one that was deleted runs until it has been ended.
    var builds: Set<String> = []
    /// Jobs whose program runs, with their actions: a deleted one's runs until it has been ended.
    var longRunning: [String: String] = [:]
    /// Jobs that had their one look in a pass that does not wait.
    var lookedAt: Set<String> = []
    /// Jobs made in this pass that could not begin yet, because a check was under way that may bring more.
    var fresh: Set<String> = []
    /// Notifiers with a delivery under way.
    var sending: Set<String> = []
    var notes: [LogEvent] = []
    var followUps: [Command] = []
    var answers: [(number: Int, ControlRequest.Reply)] = []
    /// What the clocks said last: a wall clock that is set shows against the other one.
    var lastInstant: Instant?
    var heartbeatDue = false
    /// Upstreams that have their own place in the interval.
    var spread: Set<String> = []
    var survey = Survey()
    var pace: PollPace
    /// Up to so many upstreams are not surveyed.
    package var surveyHandful = PollPace.handful {
        didSet { pace = PollPace(config, handful: surveyHandful) }
    }
    var lastBudget: (value: PollBudget, uptime: Int64)?
    var outputs = OutputState()

    package init(_ config: Config, mode: Mode, ledger: Ledger) {
        self.config = config
        self.mode = mode
        self.ledger = ledger
        self.schedule = PollScheduler(config, mode: mode)
        self.pace = PollPace(config)
        self.ledger.prepareOutputs(config)
    }

    // MARK: - In

    package mutating func apply(_ event: Event, at now: Instant) {
        observe(now)
        switch event {
        case .checked(let target, let outcome, let reading):
            note(reading, of: AccountKey(target.source), at: now)
            checked(target, outcome, at: now)
        case .identified(let target, let outcome, let reading):
            note(reading, of: AccountKey(target.source), at: now)
            identified(target, outcome, at: now)
        case .surveyed(let query, let outcome, let reading):
            note(reading, of: .graphql, at: now)
            surveyed(query, outcome, at: now)
        case .dispatched(let id, let outcome, let reading):
            withJob(id, reading, outcome.failure, at: now) { $0.dispatched(&$1, outcome, at: now) }
        case .lookedUp(let id, let outcome, let reading):
            withJob(id, reading, outcome.failure, at: now) { $0.lookedUp(&$1, outcome, at: now) }
        case .followed(let id, let outcome, let reading):
            withJob(id, reading, outcome.failure, at: now) { $0.followed(&$1, outcome, at: now) }
        case .built(let id, let outcome):
            builds.remove(id)
            withJob(id, at: now) { $0.built(&$1, outcome, at: now) }
        case .ran(let id, let result):
            longRunning[id] = nil
            withJob(id, result.reading, result.outcome.failure, at: now) { $0.ran(&$1, result, at: now) }
        case .buildEnded: break
        case .verified(let id, let outcome): withJob(id, at: now) { $0.verified(&$1, outcome, at: now) }
        case .moved(let id, let outcome): withJob(id, at: now) { $0.moved(&$1, outcome, at: now) }
        case .delivered(let message, let notifier, let outcome):
            delivered(message, notifier, outcome, at: now)
        case .heartbeat(let failure):
            if let failure {
                say(.detail, "heartbeat: \(failure.reason)", topic: "heartbeat failed", ["reason": failure.reason])
            }
        case .published(let failures): published(failures, at: now)
        case .woke: break
        case .shutdownRequested: isShuttingDown = true
        case .reconfigured(let config):
            forgetOpenings()
            reconfigure(config, at: now)
        case .requested(let request, let number): answers.append((number, answer(request, at: now)))
        }
    }

    // MARK: - Out

    /// What is due now. Hands out each thing once; its event brings the next.
    package mutating func advance(at now: Instant) -> [Command] {
        observe(now)
        // Nobody reads what each pass of a daemon brought.
        if mode.repeats { report = Report() }
        guard !isShuttingDown else { return [] }
        var commands = dueFollowUps(at: now)
        commands += dueSurveys(at: now)
        commands += dueChecks(at: now)
        if mode.acts {
            settleOrphans(at: now)
            commands += dueWork(at: now)
            expireMessages(at: now)
            commands += dueDeliveries(at: now)
            commands += dueHeartbeat(at: now)
            commands += dueOutputs(isIdle: commands.isEmpty, at: now)
        }
        return commands
    }

    /// When to come back although nothing has happened, in milliseconds; nil when there is nothing to wait for.
    package mutating func wakeIn(at now: Instant) -> Int64? {
        guard !isShuttingDown else { return nil }
        var waits: [Int64] = []
        let free = freeAccounts
        if let uptime = schedule.nextUptime(isFree: free) { waits.append(uptime - now.uptime) }
        if let uptime = nextSurvey { waits.append(uptime - now.uptime) }
        func add(_ deadline: Timestamp?) {
            guard let deadline else { return }
            waits.append(deadline.seconds.multipliedReportingOverflow(by: 1000).partialValue - now.wall)
        }
        guard mode.acts else { return waits.min().map { max($0, 1) } }
        if mode.waits || mode.repeats {
            for job in ledger.jobs where (mode.repeats || isUnderWay(job)) && !working.contains(job.id) {
                add(nextTime(of: job, at: now))
            }
        }
        if mode.repeats || (mode.waits && ledger.jobs.contains(where: isUnderWay)) {
            add(ledger.outbox.nextWait(for: config.notifiers.keys.filter { !sending.contains($0) }, at: now))
        }
        if let uptime = nextOutputs { waits.append(uptime - now.uptime) }
        return waits.min().map { max($0, 1) }
    }

    package mutating func takeNotes() -> [LogEvent] {
        defer { notes = [] }
        return notes
    }

    package mutating func saved() { unsaved = .nothing }

    /// The answers to requests whose changes are on disk.
    package mutating func takeAnswers() -> [(number: Int, ControlRequest.Reply)] {
        defer { answers = [] }
        return answers
    }

    mutating func say(
        _ level: LogEvent.Level, _ text: @autoclosure () -> String, hint: String? = nil, topic: String,
        _ fields: @autoclosure () -> [String: String] = [:]
    ) {
        guard level != .detail || mode.tellsDetails else { return }
        let (text, fields) = (text(), fields())
        notes.append(LogEvent(level: level, text: text, hint: hint, topic: topic, fields: fields))
    }

    mutating func changed(_ what: Unsaved) {
        unsaved = max(unsaved, what)
        outputs.unwritten = max(outputs.unwritten, what)
    }
}

// MARK: - Status

extension Core {
    /// One line for those who look at the service: what is under way, what waits, when the next look comes.
    package func statusLine(at now: Instant) -> String {
        var parts = ["\(config.upstreams.count) upstreams"]
        let failing = config.upstreams.keys.count { (ledger.upstreams[$0]?.failures ?? 0) > 0 }
        if failing > 0 { parts.append("\(failing) failing") }
        let running = ledger.jobs.count(where: \.isRunning)
        if running > 0 { parts.append("\(running) jobs running") }
        let pending = ledger.jobs.count - running
        if pending > 0 { parts.append("\(pending) jobs pending") }
        if !ledger.outbox.messages.isEmpty { parts.append("\(ledger.outbox.messages.count) messages waiting") }
        let approvals = ledger.jobs.count { $0.waitsForApproval && config.actions[$0.action] != nil }
        if approvals > 0 { parts.append("\(Words.count(approvals, "job")) waiting for approval") }
        if ledger.needsPerson(config) { parts.append("action required: watcher status") }
        if let stretch = PollBudget(config, ledger, pace, isCovered: survey.isCovered, at: now).words {
            parts.append(stretch)
        }
        if isShuttingDown { parts.append("stopping") }
        return parts.joined(separator: ", ")
    }
}
