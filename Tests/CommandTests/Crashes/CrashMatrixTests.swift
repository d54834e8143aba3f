import Foundation
import TestSupport
import Testing

/// The crash matrix: a pass with news is hit at every system call that touches files or sockets.
///
/// By default a sample, with a seed that is printed. `WATCHER_CRASHES=all` hits every point, and
/// `WATCHER_CRASH_TABLE=FOLDER` writes the tables there: `make crash-matrix` does both.
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
        let points = try await Self.reference().reach.flatMap { call, most in
            (1...most).map { CrashPoint(blow: .kill, call: call, number: $0) }
        }
        try await Self.hit(points, table: "crash-matrix.tsv") { try await CrashCase.run($0) }
    }

    @Test("killed at any moment, it loses nothing and starts nothing twice", .timeLimit(.minutes(60)))
    func anyMoment() async throws {
        var numbers = SeededNumbers(seed: Self.seed)
        let took = try await Self.duration()
        let moments = (0..<Self.moments).map { _ in took * Double.random(in: 0...1.1, using: &numbers) }
        try await Self.each(moments, named: { "a kill after \($0)" }) { try await CrashCase.run(killAfter: $0) }
    }

    static let errors = ["ENOSPC", "EIO", "EROFS", "EMFILE"]

    @Test(
        "a state file's call that fails, once or from then on, loses nothing and starts nothing twice",
        .timeLimit(.minutes(60)))
    func failures() async throws {
        let reach = try await Self.reference(onStateOnly: true).reach
        let points = reach.flatMap { call, most in
            (1...most).flatMap { number in
                Self.errors.flatMap { error in
                    [CrashPoint.Blow.error(error), .errors(error)].map {
                        CrashPoint(blow: $0, call: call, number: number)
                    }
                }
            }
        }
        try await Self.hit(points, table: "error-matrix.tsv") { try await CrashCase.run($0, onStateOnly: true) }
    }

    // MARK: - Parts

    /// All calls of a pass with news that nobody disturbs.
    private static func reference(onStateOnly: Bool = false) async throws -> SystemCalls {
        var calls: SystemCalls?
        try await withWorld { world in
            try await world.prepareNews(in: CrashCase.crowd)
            let log = world.folder + "/strace.log"
            let wrapper = CrashPoint.strace(
                log: log, calls: SystemCalls.traced, paths: onStateOnly ? world.statePaths : [])
            let output = try await world.run("once", "--wait", wrapper: wrapper)
            try #require(output.status == 0)
            calls = try SystemCalls(log: log, world: world)
        }
        return try #require(calls)
    }

    private static func duration() async throws -> Duration {
        var took = Duration.zero
        try await withWorld { world in
            try await world.prepareNews(in: CrashCase.crowd)
            took = try await world.run("once", "--wait").took
        }
        return took
    }

    private static func hit(
        _ all: [CrashPoint], table name: String, _ run: @escaping @Sendable (CrashPoint) async throws -> CrashCase
    ) async throws {
        var numbers = SeededNumbers(seed: seed)
        let points = isFull ? all : Array(all.shuffled(using: &numbers).prefix(sample))
        print("crash matrix: \(points.count) of \(all.count) points, seed \(seed)")
        let results = try await each(points, named: \.description, run)
        guard let folder = environment["WATCHER_CRASH_TABLE"] else { return }
        var table = CrashTable()
        for result in results { table.add(result) }
        try table.write(to: folder + "/" + name)
    }

    @discardableResult
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
            print("crash matrix: \(results.count) done, \(results.count { !$0.faults.isEmpty }) with faults")
            return results
        }
    }

    /// How many worlds there are at once.
    private static let inFlight = 24
}
