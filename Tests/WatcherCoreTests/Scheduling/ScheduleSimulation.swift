import WatcherCore

/// The daemon's core, driven through days in a moment: commands come back as events, and nothing is real.
struct ScheduleSimulation {
    private(set) var core: Core
    var github: SimulatedGitHub
    /// Milliseconds of uptime, and what the wall clock is ahead of them.
    private(set) var uptime: Int64 = 0
    var wallAhead: Int64 = 1_790_000_000_000
    private var underWay: [(at: Int64, event: Event)] = []
    private var wakeAt: Int64?
    /// When each command was handed out, in milliseconds of uptime.
    private(set) var checks: [(at: Int64, upstream: String)] = []
    private(set) var turns = 0
    private(set) var surveyed: [SurveyQuery] = []

    init(_ config: Config, _ github: SimulatedGitHub) {
        core = Core(config, mode: Core.Mode(repeats: true), ledger: Ledger())
        self.github = github
    }

    var now: Instant { Instant(wall: uptime + wallAhead, uptime: uptime) }

    /// Lets time pass, from event to event, until so many milliseconds of uptime.
    mutating func run(until end: Int64) {
        turn([])
        while true {
            let next = min(underWay.map(\.at).min() ?? .max, wakeAt ?? .max)
            guard next <= end else { break }
            uptime = max(uptime, next)
            if let wakeAt, wakeAt <= uptime { self.wakeAt = nil }
            let due = underWay.filter { $0.at <= uptime }
            underWay.removeAll { $0.at <= uptime }
            turn(due.isEmpty ? [.woke] : due.map(\.event))
        }
        uptime = end
    }

    /// The machine sleeps: nothing happens, both clocks go on.
    mutating func sleep(_ milliseconds: Int64) { uptime += milliseconds }

    /// Forgets what was handed out so far.
    mutating func forgetChecks() { checks = [] }

    mutating func forgetSurveys() { surveyed = [] }

    /// Something happens now.
    mutating func take(_ event: Event) { turn([event]) }

    private mutating func turn(_ events: [Event]) {
        turns += 1
        for event in events { core.apply(event, at: now) }
        for command in core.advance(at: now) {
            if case .check(let check) = command { checks.append((uptime, check.target.upstream)) }
            if case .survey(let query) = command { surveyed.append(query) }
            let (delay, event) = github.perform(command, at: now)
            underWay.append((uptime + delay, event))
        }
        core.saved()
        _ = core.takeNotes()
        if let delay = core.wakeIn(at: now) { wakeAt = min(wakeAt ?? .max, uptime + delay) }
    }
}

extension ScheduleSimulation {
    /// So many upstreams with an action each, the defaults and a token.
    static func config(_ count: Int, token: Bool = true, every: String? = nil) throws -> Config {
        // More than that is more text than a configuration may have.
        let names = (0..<count).map { "u\($0)" }
        var config = try part(names.prefix(partLimit), token, every)
        for start in stride(from: partLimit, to: count, by: partLimit) {
            let more = try part(names[start...].prefix(partLimit), token, every)
            config.upstreams.merge(more.upstreams) { first, _ in first }
            config.actions.merge(more.actions) { first, _ in first }
        }
        return config
    }

    private static let partLimit = 3000

    private static func part(_ names: ArraySlice<String>, _ token: Bool, _ every: String?) throws -> Config {
        let upstreams = names.map { #""\#($0)": {"github": "o/\#($0)", "requiredAssets": ["a.tar"]}"# }
        let actions = names.map {
            #""\#($0)": {"upstreams": ["\#($0)"], "workflowDispatch": {"repository": "o/r", "workflow": "b.yaml", "#
                + #""ref": "main", "inputs": {"tag": "{{\#($0).tag}}"}}}"#
        }
        let poll = every.map { #""poll": {"every": "\#($0)"},"# } ?? ""
        let github = token ? #""github": {"token": "x12345678"},"# : ""
        let text =
            "{\(poll)\(github)\"upstreams\": {\(upstreams.joined(separator: ","))}, "
            + "\"actions\": {\(actions.joined(separator: ","))}}"
        return try ConfigReader.read(Array(text.utf8)).get().config
    }
}
