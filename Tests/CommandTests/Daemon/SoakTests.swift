import Foundation
import Glibc
import TestSupport
import Testing

/// A daemon for long: thousands of passes over a GitHub that publishes, fails and limits at random.
///
/// 2 000 passes by default; `WATCHER_SOAK=20000` for all of them. A part of `make nightly`.
@Suite("The daemon for long") struct SoakTests {
    static let passes = ProcessInfo.processInfo.environment["WATCHER_SOAK"].flatMap { Int($0) } ?? 2000
    static let seed = ProcessInfo.processInfo.environment["WATCHER_SOAK_SEED"].flatMap { UInt64($0) } ?? 7
    static let upstreams = (0..<100).map { "r\($0)" }
    /// Passes before the first measure: by then everything has happened once.
    static let warmUp = 1000

    struct Measure: CustomStringConvertible {
        /// Kilobytes that are resident, and of these its own.
        var memory: Int
        var own: Int
        var descriptors: Int
        var threads: Int
        /// Bytes.
        var state: Int
        var description: String {
            "\(memory) kB, \(own) of them its own, \(descriptors) descriptors, \(threads) threads, state \(state) bytes"
        }
    }

    @Test("it does not grow, and every release is built once", .timeLimit(.minutes(60)))
    func soak() async throws {
        try await withWorld { world in
            Self.prepare(world)
            var numbers = SeededNumbers(seed: Self.seed)
            var published: Set<String> = []
            var passes = 0
            try await world.withDaemon { daemon in
                try await world.eventually("first check of all") {
                    Self.upstreams.allSatisfy { world.lastSeen($0) != nil }
                }
                // So many that what is kept of the past is as long as it gets.
                for name in Self.upstreams { Self.publish(world, name, &published) }
                passes += try await Self.live(world, for: Self.warmUp, &numbers, &published)
                let before = try await Self.measure(world, daemon)
                passes += try await Self.live(world, for: Self.passes - Self.warmUp, &numbers, &published)
                let after = try await Self.measure(world, daemon)
                print("soak: \(passes) passes, \(published.count) releases, seed \(Self.seed)")
                print("soak: after \(Self.warmUp): \(before)")
                print("soak: at the end: \(after)")
                #expect(Double(after.memory) <= Double(before.memory) * 1.05, "\(before) → \(after)")
                #expect(Double(after.descriptors) <= Double(before.descriptors) * 1.05 + 1, "\(before) → \(after)")
                // The workers of its pool come and go, one for each processor.
                let workers = ProcessInfo.processInfo.activeProcessorCount
                #expect(after.threads <= before.threads + workers, "\(before) → \(after)")
                #expect(after.state < 1 << 20)
            }
            let built = world.runs.map { "\($0.inputs["name"] ?? "") \($0.inputs["tag"] ?? "")" }
            #expect(Set(built) == published, "\(published.symmetricDifference(built))")
            #expect(built.count == published.count, "something was built twice")
        }
    }

    private static func prepare(_ world: World) {
        let upstreams = upstreams.map { ($0, WireJSON.object(["github": .string("soak/\($0)")])) }
        let actions = Self.upstreams.map { name in
            let inputs: WireJSON = [
                "name": .string(name), "tag": .string("{{\(name).tag}}"), "watcher_job": "{{job.id}}",
            ]
            return (
                name,
                WireJSON.object([
                    "upstreams": [.string(name)], "releases": "each", "attempts": 20,
                    "workflowDispatch": [
                        "repository": .string(World.builder), "workflow": .string(World.workflow), "ref": "main",
                        "inputs": inputs, "lookup": "2s",
                    ],
                ])
            )
        }
        world.set("upstreams", .object(Dictionary(uniqueKeysWithValues: upstreams)))
        world.set("actions", .object(Dictionary(uniqueKeysWithValues: actions)))
        world.set("github.requestsPerMinute", 60_000)
        // Passes are counted by the lists that are read.
        world.set("github.survey", "off")
        world.github.addWorkflow(
            World.builder, World.workflow,
            inputs: ["name": .required, "tag": .required, "watcher_job": .optional],
            runName: "build ${{ inputs.name }} ${{ inputs.tag }} [${{ inputs.watcher_job }}]",
            progress: .afterLooks(1, conclusion: "success"))
        for name in Self.upstreams { world.github.publish("soak/\(name)", "1.0.0", published: World.ago(86_400)) }
    }

    /// Things happen at random until so many looks were had. Returns how many it were.
    private static func live(
        _ world: World, for passes: Int, _ numbers: inout SeededNumbers, _ published: inout Set<String>
    ) async throws -> Int {
        var done = 0
        // The first time everything happens once, then what chance says.
        var next = published.count > upstreams.count ? -1 : 9
        while done < passes {
            let seen = try await world.github.waitForRequests(Route(.releases), count: 50, timeout: .seconds(120)).count
            done += max(seen, world.github.count(Route(.releases)))
            world.github.traffic.clear()
            let kind = next < 0 ? Int.random(in: 0..<10, using: &numbers) : next
            next -= 1
            await happen(kind, world, &numbers, &published)
        }
        return done
    }

    private static func happen(
        _ kind: Int, _ world: World, _ numbers: inout SeededNumbers, _ published: inout Set<String>
    ) async {
        let name = upstreams.randomElement(using: &numbers) ?? "r0"
        switch kind {
        case 0...4: publish(world, name, &published)
        case 5:
            let faults: [Fault] = [.close, .halfBody, .status(502), .html, .json("null"), .reset, .gzipBomb()]
            world.github.fail(
                Route(.releases), with: faults.randomElement(using: &numbers) ?? .close,
                times: Int.random(in: 1...20, using: &numbers))
        case 6:
            let faults: [Fault] = [.close, .status(502), .status(204, ""), .halfBody, .json("{}")]
            world.github.fail(
                Route(.dispatch), with: faults.randomElement(using: &numbers) ?? .close, times: 1,
                effect: Bool.random(using: &numbers) ? .done : .prevented)
            publish(world, name, &published)
        case 7: world.github.fail(Route(.releases), with: .secondaryLimit(retryAfter: 1), times: 1)
        case 8: await world.github.closeConnections()
        default:
            // One at a time: while the receiver is spared more would pile up, and in the end it would be hourly.
            world.sink.clearFaults()
            world.sink.fail(world.hookPath, with: .status(503), times: 1)
        }
    }

    /// A release, and none older than the last ten: GitHub's first page is as long as ever.
    private static func publish(_ world: World, _ name: String, _ published: inout Set<String>) {
        let releases = world.github.releases("soak/\(name)")
        let last = releases.last.flatMap { Int($0.tag.split(separator: ".").last ?? "") } ?? 0
        let tag = "1.0.\(last + 1)"
        world.github.publish("soak/\(name)", tag)
        published.insert("\(name) \(tag)")
        if releases.count > 10, let oldest = releases.first { world.github.remove("soak/\(name)", oldest.tag) }
    }

    /// What it takes when all is quiet: nothing pending, nothing spoilt, every upstream looked at.
    private static func measure(_ world: World, _ daemon: DaemonUnderTest) async throws -> Measure {
        world.github.clearFaults()
        world.sink.clearFaults()
        try await world.eventually("all is done", timeout: .seconds(300)) { !world.hasOpenWork }
        world.github.traffic.clear()
        try await world.github.waitForRequests(Route(.releases), count: 1000, timeout: .seconds(60))
        let pid = daemon.process.pid
        func kilobytes(_ name: String) -> Int? {
            world.processStatus(pid, name)?.split(separator: " ").first.flatMap { Int($0) }
        }
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
        return Measure(
            memory: try #require(kilobytes("VmRSS")), own: try #require(kilobytes("RssAnon")), descriptors: descriptors,
            threads: world.processStatus(pid, "Threads").flatMap { Int($0) } ?? 0, state: world.stateBytes?.count ?? 0)
    }
}
