import TestSupport

/// What the demo tells, chapter by chapter, and what must be true at each point of it.
struct Story {
    static let elabftwOld = "5.6.11"
    static let elabftwNew = "5.6.12"
    static let s6Old = "v3.2.3.1"
    static let s6New = "v3.2.3.2"

    let stage: Stage
    let narrator: Narrator
    /// The claims that did not hold.
    private(set) var failures: [String] = []
    /// All that the program has printed so far.
    private var printed = ""

    init(_ stage: Stage, _ narrator: Narrator) {
        self.stage = stage
        self.narrator = narrator
    }

    mutating func tell() async throws {
        narrator.tell(
            """
            elabftw and s6-overlay are two projects on GitHub that go into one image. When one of them releases, \
            watcher starts the workflow that builds the image, stays with it to its end, and tells the team's chat.
            """)
        narrator.tell(
            """
            Here you see the real program at work, on the real releases of both. GitHub and the chat are played on \
            this machine (\(stage.github.url), \(stage.sink.url)), so that a month of releases takes seconds.
            """)
        try await configuration()
        try await firstLook()
        try await incompleteRelease()
        try await releaseDay()
        try await endOfRun()
        theChat()
        try await nothingNew()
        try await afterwards()
        try await explanation()
    }

    // MARK: - Telling

    /// Runs the program before the reader's eyes. `limit`: so many lines of what it printed are shown.
    mutating func run(_ arguments: String..., limit: Int = .max) async throws -> Finished {
        narrator.command(arguments)
        let finished = try await stage.watcher(arguments)
        printed += finished.text + "\n"
        narrator.quote(finished.lines, limit: limit)
        if finished.lines.isEmpty { narrator.remark("(it printed nothing)") }
        return finished
    }

    mutating func check(_ claim: String, _ holds: Bool, _ found: String = "") {
        if holds { return narrator.passed(claim) }
        narrator.failed(claim, found)
        failures.append(claim)
    }

    mutating func checkStatus(_ finished: Finished, _ meaning: String) {
        check("exit status 0: \(meaning)", finished.status == 0, "exit status \(finished.status)")
    }

    /// What the lookalike answered, a line each.
    func showRequests(_ finished: Finished) {
        for request in finished.requests {
            narrator.upstream("GitHub saw  \(request.method) \(request.target)  → \(request.status)")
        }
    }

    /// The state file's members, as a script would read them.
    func state() throws -> WireJSON { try WireJSON(parsing: stage.stateBytes()) }

    func lastSeen(_ upstream: String, _ state: WireJSON) -> String {
        state["upstreams"]?[upstream]?["lastSeen"]?["tag"]?.string ?? "nothing"
    }

    /// Whether a secret stands in what was printed, in the state file, or in what was sent to somebody else.
    var leaks: [String] {
        get throws {
            let state = String(decoding: try stage.stateBytes(), as: UTF8.self)
            let toChat = stage.sink.messages().map(\.text).joined()
            let toGitHub = stage.github.requests.map { $0.target + $0.text }.joined()
            let places = [
                ("the output", printed), ("the state file", state), ("a message", toChat), ("a request", toGitHub),
            ]
            return places.filter { place in Stage.secrets.contains { place.1.contains($0) } }.map(\.0)
        }
    }
}
