import Glibc
import Testing
import WatcherCore

@Suite("The schedule") struct ScheduleTests {
    struct Size: Sendable, CustomTestStringConvertible {
        let upstreams: Int
        /// Releases of each upstream in a week.
        let releases: Double
        let days: Int
        /// The median that is promised, in seconds.
        let median: Double?
        var testDescription: String { "\(upstreams) upstreams" }
    }

    /// The large ones take minutes: `make simulated`, a part of `make nightly`, plays them, optimised as in the release.
    static let sizes =
        [
            Size(upstreams: 2, releases: 7, days: 14, median: 15),
            Size(upstreams: 30, releases: 2, days: 3, median: 20),
        ]
        + (unsafe getenv("WATCHER_SCHEDULE") == nil
            ? []
            : [
                Size(upstreams: 300, releases: 1, days: 1, median: 30),
                Size(upstreams: 3000, releases: 0.5, days: 1, median: 60),
                Size(upstreams: 10_000, releases: 0.2, days: 1, median: 200),
            ])

    @Test("a fifth of the quota is enough, and what is complete is acted on soon", arguments: sizes)
    func scaling(_ size: Size) throws {
        var simulation = ScheduleSimulation(
            try ScheduleSimulation.config(size.upstreams), SimulatedGitHub(limit: 5000))
        simulation.github.publications = Self.publications(size)
        simulation.run(until: Int64(size.days) * 86_400_000)
        let github = simulation.github
        let latencies = github.publications.flatMap { upstream, items in
            items.dropFirst().map { item in
                (github.started["\(upstream) \(item.tag)"]).map { Double($0 - item.completeAt) / 1000 }
            }
        }
        let known = latencies.compactMap(\.self).sorted()
        #expect(known.count >= latencies.count * 9 / 10, "of \(latencies.count) releases \(known.count) were acted on")
        let median = known[known.count / 2]
        // The first hours read everything there is for the first time.
        let start = size.upstreams > 5000 ? 6 : size.upstreams > 500 ? 4 : 2
        let (looks, all) = (github.looks.dropFirst(start), github.hours.dropFirst(start))
        let mean = Double(looks.reduce(0, +)) / Double(looks.count)
        let points = github.points.dropFirst(start)
        print(
            "schedule: \(size.upstreams) upstreams: REST requests an hour: first \(github.hours.first ?? 0),",
            "checks \(Int(mean)), at most \(looks.max() ?? 0), all \(all.reduce(0, +) / all.count),",
            "at most \(all.max() ?? 0); points an hour: \(points.reduce(0, +) / max(points.count, 1)), at most",
            "\(points.max() ?? 0); complete to started: median \(Int(median)) s (goal \(Int(size.median ?? 0)) s),",
            "nine of ten \(Int(known[known.count * 9 / 10])) s")
        #expect(github.refusals == 0, "the quota was used up")
        // The daily sweeps of more fall into a part of the day, and take more than that there (docs/scaling.md).
        if size.upstreams <= 3000 {
            #expect(mean <= 1000, "a fifth of 5 000")
            #expect(looks.max() ?? 0 <= 1250, "and never much more")
        }
        #expect(points.max() ?? 0 <= 1000, "a fifth of the points, too")
        if size.upstreams <= 30 { #expect(all.max() ?? 0 <= 1000, "whatever runs meanwhile") }
        #expect(github.repetitions == 0)
        if let promised = size.median { #expect(median <= promised) }
    }

    /// A release a while ago, then others at random: half of them complete at once, the others after up to an hour.
    private static func publications(_ size: Size) -> [String: [SimulatedGitHub.Publication]] {
        var numbers = StableNumbers("scaling \(size.upstreams)")
        var id: Int64 = 1
        var all: [String: [SimulatedGitHub.Publication]] = [:]
        let length = Double(size.days) * 86_400_000
        for upstream in 0..<size.upstreams {
            var items = [SimulatedGitHub.Publication(id: id, tag: "1.0.0", publishedAt: -86_400_000, completeAt: -1)]
            let share = size.releases * Double(size.days) / 7
            let count = Int(share) + (Double.random(in: 0..<1, using: &numbers) < share - share.rounded(.down) ? 1 : 0)
            // Not in the first hours, in which all is read for the first time, nor so late that it cannot be seen.
            let moments = (0..<count).map { _ in Double.random(in: 0.2...0.85, using: &numbers) * length }.sorted()
            for (index, moment) in moments.enumerated() {
                id += 1
                let wait = Bool.random(using: &numbers) ? 0 : Double.random(in: 0...3_600_000, using: &numbers)
                items.append(
                    SimulatedGitHub.Publication(
                        id: id, tag: "1.0.\(index + 1)", publishedAt: Int64(moment), completeAt: Int64(moment + wait)))
            }
            id += 1
            all["u\(upstream)"] = items
        }
        return all
    }
}
