import WatcherCore

/// A core on a bench: answers are given by hand, and what it hands out is kept.
struct Bench {
    var core: Core
    /// Seconds after `Known.start`.
    var clock: Int64
    /// What the last step handed out.
    private(set) var commands: [Command] = []
    private(set) var notes: [LogEvent] = []

    init(_ config: Config, mode: Core.Mode = Core.Mode(), ledger: Ledger = Ledger(), clock: Int64 = 0) {
        core = Core(config, mode: mode, ledger: ledger)
        self.clock = clock
    }

    var ledger: Ledger { core.ledger }
    var watch: UpstreamState { core.ledger.upstreams["one"] ?? UpstreamState() }
    var result: CheckResult? { core.report.upstreams["one"] }
    var taken: [String] { tags(.taken) }
    var delivered: [Message] { commands.compactMap { if case .deliver(let message, _) = $0 { message } else { nil } } }
    /// All messages that wait, by type.
    var told: [MessageType] { ledger.outbox.messages.map(\.message.type) }
    var dispatches: [Command.Dispatch] {
        commands.compactMap { if case .dispatch(let dispatch) = $0 { dispatch } else { nil } }
    }

    func tags(_ reason: Seen, of upstream: String = "one") -> [String] {
        (ledger.upstreams[upstream]?.seen.index().values.filter { $0.reason == reason }.map(\.tag) ?? []).sorted()
    }

    @discardableResult mutating func step(_ events: Event...) -> [Command] {
        for event in events { core.apply(event, at: Known.at(clock)) }
        commands = core.advance(at: Known.at(clock))
        notes = core.takeNotes()
        return commands
    }

    /// Saved, and read by a new process some seconds later.
    mutating func restart(_ config: Config? = nil, mode: Core.Mode? = nil, after seconds: Int64 = 60) {
        clock += seconds
        core = Core(config ?? core.config, mode: mode ?? core.mode, ledger: ledger)
    }

    /// One look by a new process, answered with this list: on the first page unless a sweep is asked for.
    mutating func look(
        _ releases: [Release], complete: Bool = true, id: Int64 = 7, fullName: String = "owner/one",
        archived: Bool = false, after seconds: Int64 = 60
    ) {
        restart(after: seconds)
        answer(
            step(), releases, complete: complete,
            identity: RepositoryIdentity(id: SourceID(id), fullName: fullName, isArchived: archived))
    }

    /// Answers looks and questions of identity until there are none.
    mutating func answer(_ commands: [Command], _ releases: [Release], complete: Bool, identity: RepositoryIdentity) {
        for command in commands {
            switch command {
            case .check(let check):
                let page = check.isSweep || complete ? releases : Array(releases.prefix(UpstreamState.firstPage))
                let list = ReleaseList(
                    releases: page, isComplete: complete || check.isSweep, isSweep: check.isSweep,
                    etag: check.isSweep ? nil : "etag", identity: check.isSweep ? identity : nil)
                answer(
                    step(.checked(check.target, .list(list), nil)), releases, complete: complete,
                    identity: identity)
            case .identify(let target):
                answer(
                    step(.identified(target, .known(identity), nil)), releases, complete: complete,
                    identity: identity)
            default: break
            }
        }
    }

    /// One look that fails.
    mutating func fail(_ trouble: RequestFailure = .transient("bad gateway"), after seconds: Int64 = 60) {
        restart(after: seconds)
        step()
        step(.checked(upstream: "one", .failed(trouble), nil))
    }

    /// One look at a list that has not changed.
    mutating func lookUnchanged(after seconds: Int64 = 60) {
        restart(after: seconds)
        for command in step() {
            guard case .check = command else { continue }
            if step(.checked(upstream: "one", .unchanged, nil)).contains(.identify(.known("one"))) {
                step(.identified(upstream: "one", .known(RepositoryIdentity(id: 7, fullName: "owner/one")), nil))
            }
        }
    }
}
