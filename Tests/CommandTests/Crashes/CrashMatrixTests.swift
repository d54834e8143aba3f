import Foundation
import TestSupport
import Testing

/// The crash matrix: a pass with news is hit at every system call that touches files or sockets. That of a workflow is hit
/// everywhere; those of the other kinds of action where they are different, at calls on the state and on sockets.
///
/// A part of `make nightly`. By default a sample, with a seed that is printed. `WATCHER_CRASHES=all` hits every point, and
/// `WATCHER_CRASH_TABLE=FOLDER` writes tables there: `make crash-matrix` does both.
@Suite("The crash matrix", .enabled(if: Strace.isUsable, "strace is not to be had")) struct CrashMatrixTests {
    static let environment = ProcessInfo.processInfo.environment
    static let isFull = environment["WATCHER_CRASHES"] == "all"
    static let seed = environment["WATCHER_CRASH_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999)
    /// How many points a sample hits.
    static let sample = environment["WATCHER_CRASHES"].flatMap { Int($0) } ?? 60
    /// How many kills come at any moment.
    static let moments = isFull ? 200 : max(sample / 10, 10)

    @Test("killed at any system call, it loses nothing and starts nothing twice", .timeLimit(.minutes(60)))
    func kills() async throws {
        try await Self.hit(.kill, sample: Self.sample, table: "crash-matrix.tsv")
    }

    /// Loading the program opens more files than the program does: so these calls are counted by themselves.
    @Test(
        "killed at any call on the state's files, it loses nothing and starts nothing twice", .timeLimit(.minutes(60)))
    func stateKills() async throws {
        try await Self.hit(.kill, sample: Self.sample, onStateOnly: true, table: "crash-matrix-state.tsv")
    }

    static let others = Array(ActionSubject.all.dropFirst())

    @Test(
        "each kind of action, killed at any call on the state's files, loses nothing and starts nothing twice",
        .timeLimit(.minutes(60)), arguments: others)
    func kinds(_ action: ActionSubject) async throws {
        try await Self.hit(
            .kill, action, sample: max(Self.sample / 6, 5), onStateOnly: true,
            table: "crash-matrix-state-\(action.name).tsv")
    }

    /// Calls on sockets are those of the program alone: what it starts would be hit as well.
    @Test(
        "each kind of action by HTTP, killed at any call on a socket, loses nothing and starts nothing twice",
        .timeLimit(.minutes(60)), arguments: others.filter { !$0.isProgram })
    func kindsOnSockets(_ action: ActionSubject) async throws {
        try await Self.hit(
            .kill, action, sample: max(Self.sample / 6, 5), calls: ["connect", "sendto", "recvfrom"],
            table: "crash-matrix-\(action.name).tsv")
    }

    @Test(
        "killed at any moment, it loses nothing and starts nothing twice", .timeLimit(.minutes(60)),
        arguments: ActionSubject.all)
    func anyMoment(_ action: ActionSubject) async throws {
        var numbers = SeededNumbers(seed: Self.seed)
        let took = try await Self.duration(action)
        let moments = (0..<Self.moments).map { _ in took * Double.random(in: 0...1.1, using: &numbers) }
        let results = try await Self.each(moments, named: { "\(action.name), a kill after \($0)" }) {
            try await CrashCase.run(killAfter: $0, of: action)
        }
        let killed = results.count { $0.status == 137 }
        print(
            "\(action.name) at any moment: \(killed) kills within \(took), \(results.count { !$0.faults.isEmpty }) with faults, seed",
            Self.seed)
    }

    static let errors = ["ENOSPC", "EIO", "EROFS", "EMFILE"].flatMap { [CrashPoint.Blow.error($0), .errors($0)] }

    @Test(
        "a state file's call that fails, once or from then on, loses nothing and starts nothing twice",
        .timeLimit(.minutes(60)), arguments: errors)
    func failures(_ blow: CrashPoint.Blow) async throws {
        try await Self.hit(
            blow, sample: max(Self.sample / 20, 5), onStateOnly: true, table: "crash-matrix-\(blow).tsv")
    }

    // MARK: - Parts

    /// All calls of a pass with news that nobody disturbs.
    private static func reference(_ action: ActionSubject, onStateOnly: Bool) async throws -> SystemCalls {
        var calls: SystemCalls?
        try await action.test(in: CrashCase.crowd) { world, _ in
            world.github.publish(World.elabftw, "5.6.13")
            let log = world.folder + "/strace.log"
            let wrapper = CrashPoint.strace(
                log: log, calls: SystemCalls.traced, paths: onStateOnly ? world.statePaths : [])
            let output = try await world.run("once", "--wait", wrapper: wrapper)
            try #require(output.status == 0)
            calls = try SystemCalls(log: log, world: world)
        }
        return try #require(calls)
    }

    private static func duration(_ action: ActionSubject) async throws -> Duration {
        var took = Duration.zero
        try await action.test(in: CrashCase.crowd) { world, _ in
            world.github.publish(World.elabftw, "5.6.13")
            took = try await world.run("once", "--wait").took
        }
        return took
    }

    private static func hit(
        _ blow: CrashPoint.Blow, _ action: ActionSubject = ActionSubject.all[0], sample: Int, onStateOnly: Bool = false,
        calls: Set<String>? = nil, table name: String
    ) async throws {
        let reference = try await reference(action, onStateOnly: onStateOnly)
        let all = reference.reach.filter { calls?.contains($0.name) ?? true }.flatMap { call, most in
            (1...most).map { CrashPoint(blow: blow, call: call, number: $0) }
        }
        var numbers = SeededNumbers(seed: seed)
        let points = isFull ? all : Array(all.shuffled(using: &numbers).prefix(sample))
        let results = try await each(points, named: { "\(action.name): \($0)" }) {
            try await CrashCase.run($0, of: action, onStateOnly: onStateOnly)
        }
        print(
            "\(action.name), \(blow): \(points.count) of \(all.count) points, \(results.count { $0.hit != nil }) hit,",
            "\(results.count { !$0.faults.isEmpty }) with faults, \(reference.missed(by: results)) of",
            "\(reference.counted.count) calls out of reach, seed \(seed)")
        guard let folder = environment["WATCHER_CRASH_TABLE"] else { return }
        var table = CrashTable(scope: onStateOnly ? "state" : "program")
        for result in results { table.add(result) }
        try table.write(to: folder + "/" + name)
    }

    private static func each<Point: Sendable>(
        _ points: [Point], named name: (Point) -> String,
        _ run: @escaping @Sendable (Point) async throws -> CrashCase
    ) async throws -> [CrashCase] {
        try await withThrowingTaskGroup(of: (Int, CrashCase).self) { group in
            var results: [CrashCase] = []
            func note(_ index: Int, _ result: CrashCase) {
                results.append(result)
                #expect(result.faults.isEmpty, "\(name(points[index])), seed \(seed):\n\(result.output)")
            }
            for (index, point) in points.enumerated() {
                if index >= inFlight, let (done, result) = try await group.next() { note(done, result) }
                group.addTask { (index, try await run(point)) }
            }
            for try await (index, result) in group { note(index, result) }
            return results
        }
    }

    /// How many worlds there are at once.
    private static let inFlight = 24
}
