package import WatcherCore

/// Runs the core: events in, saves, commands out, until nothing is left to do.
///
/// A task group is the event loop. Every command is a child that leaves exactly one event in the inbox; there is no
/// other control flow. What acts is started only after what it acts on is on disk.
package struct Engine: Sendable {
    let perform: @Sendable (Command) async -> Event
    let save: @Sendable (Ledger) throws(DurableFile.Failure) -> Void
    let clock: @Sendable () -> Instant
    let observe: @Sendable (LogEvent) -> Void
    let answer: @Sendable (Int, ControlRequest.Reply) -> Void
    /// Called in the turn in which the core takes a new configuration, before it does: from then on commands are performed
    /// with it.
    let reconfigured: @Sendable () -> Void
    let turned: (@Sendable (Turn) -> Void)?
    /// Called at the end of each turn of the loop: it must be quick.
    let stepped: (@Sendable (Core, Instant) -> Void)?
    /// The loop turns at least this often, in milliseconds: for a watchdog. Nil: it sleeps as long as it can.
    let pulse: Int64?

    /// How long what acts may take to end after a request to stop, in milliseconds; the rest is cut off at once.
    package static let grace: Int64 = 3000
    /// How old a durable change may get that nothing waits for, in milliseconds.
    package static let saveInterval: Int64 = 5000
    /// How long to wait before a failed save is tried again, in milliseconds: only where the program goes on.
    package static let saveRetry: Int64 = 5000

    package init(
        perform: @escaping @Sendable (Command) async -> Event,
        save: @escaping @Sendable (Ledger) throws(DurableFile.Failure) -> Void,
        clock: @escaping @Sendable () -> Instant = Clock.now,
        observe: @escaping @Sendable (LogEvent) -> Void = { _ in },
        answer: @escaping @Sendable (Int, ControlRequest.Reply) -> Void = { _, _ in },
        reconfigured: @escaping @Sendable () -> Void = {},
        turned: (@Sendable (Turn) -> Void)? = nil,
        stepped: (@Sendable (Core, Instant) -> Void)? = nil, pulse: Int64? = nil
    ) {
        self.perform = perform
        self.save = save
        self.clock = clock
        self.observe = observe
        self.answer = answer
        self.reconfigured = reconfigured
        self.turned = turned
        self.stepped = stepped
        self.pulse = pulse
    }

    /// One turn of the loop, for those who watch it.
    package struct Turn: Sendable {
        /// In words: what is under way, and what comes next.
        package var status: String
        package var isShuttingDown: Bool
        /// Whether commands that act are under way while it winds down.
        package var isWaitingForActs: Bool
        /// Every command under way is within `commandLimit`: nothing is stuck.
        package var isHealthy: Bool
    }

    /// Longer than any command can take by its own limits, in milliseconds: one that is older is stuck. A sweep of 100
    /// pages with 30 seconds each takes up to 51 minutes, moving 50 tags with 120 seconds each 100 minutes.
    package static let commandLimit: Int64 = 120 * 60_000

    /// The same, with what the checks under way may wait for their turns: each by all that one may request.
    package static func commandLimit(_ config: Config) -> Int64 {
        let requests = config.github.concurrency * (GitHubClient.pageLimit + GitHubClient.redirectLimit)
        let elsewhere = Core.serverConcurrency * (WebSourceClient.pageLimit + WebSourceClient.redirectLimit)
        let minutes = max(
            requests / max(config.github.requestsPerMinute, 1), elsewhere / Core.serverRequestsPerMinute)
        return commandLimit + Int64(minutes + 1) * RequestWindow.length
    }

    /// Returns when the core has nothing left to do, or was asked to stop by an event of `sources` and has wound down.
    ///
    /// - Throws: what the save said, for a core that does not repeat: then nothing was started that was not on disk.
    package func run(
        _ core: inout Core, sources: [any AsyncSequence<Event, Never> & Sendable]
    ) async throws(DurableFile.Failure) {
        var loop = Loop(engine: self, core: core)
        let failure = await withDiscardingTaskGroup { group in
            for source in sources {
                // Signals come whenever they like, and a source may never end: it ends with the group. Not on the loop's
                // thread: what a second signal ends may be stuck there.
                group.addTask(executorPreference: globalConcurrentExecutor) { [inbox = loop.inbox] in
                    await Self.forward(source, to: inbox)
                }
            }
            return await loop.turn(&group)
        }
        core = loop.core
        if let failure { throw failure }
    }

    private static func forward(_ source: some AsyncSequence<Event, Never>, to inbox: Inbox) async {
        for await event in source { inbox.post(event) }
    }
}
