import Testing
import WatcherCore

@Suite("Surveys by the clock") struct SurveyScheduleTests {
    private static let hour: Int64 = 3_600_000
    private static let day = 24 * hour

    /// So many upstreams for so long, of which one publishes every few hours what is complete at once.
    private static func simulation(_ count: Int = 7, days: Int64 = 3) throws -> ScheduleSimulation {
        var simulation = ScheduleSimulation(try ScheduleSimulation.config(count), SimulatedGitHub(limit: 5000))
        var id: Int64 = 0
        for upstream in 0..<count {
            id += 1
            simulation.github.publications["u\(upstream)"] = [
                .init(id: id, tag: "1.0.0", publishedAt: -day, completeAt: -day)
            ]
        }
        for (index, moment) in stride(from: 3 * hour, to: (days - 1) * day, by: Int(5 * hour)).enumerated() {
            id += 1
            simulation.github.publications["u\(index % count)"]?.append(
                .init(id: id, tag: "1.0.\(index + 1)", publishedAt: moment, completeAt: moment))
        }
        return simulation
    }

    /// How many milliseconds after its publication each release was acted on; nil where it was not.
    private static func latencies(_ simulation: ScheduleSimulation) -> [Int64?] {
        simulation.github.publications.flatMap { upstream, items in
            items.dropFirst().map { item in
                simulation.github.started["\(upstream) \(item.tag)"].map { $0 - item.completeAt }
            }
        }
    }

    @Test("each release is found by the next survey, and nothing but sweeps is asked of REST meanwhile") func next()
        throws
    {
        var simulation = try Self.simulation()
        simulation.run(until: 3 * Self.day)
        let latencies = Self.latencies(simulation)
        #expect(latencies.count == 9)
        #expect(latencies.allSatisfy { $0 ?? .max < 20_000 }, "\(latencies)")
        let github = simulation.github
        #expect(github.repetitions == 0 && github.refusals == 0)
        // 14 requests a day for sweeps, and a few for each release.
        let looks = github.looks.dropFirst(24).prefix(24).reduce(0, +)
        #expect((12...60).contains(looks), "\(looks) requests in a day")
        #expect(github.points.dropFirst().allSatisfy { $0 <= 1000 }, "a fifth of 5 000")
    }

    @Test("a survey that says for a day that nothing has changed: the sweep finds everything") func lying() throws {
        var simulation = try Self.simulation()
        simulation.github.liesSince = 2 * Self.hour
        simulation.run(until: 3 * Self.day)
        let latencies = Self.latencies(simulation)
        #expect(latencies.count == 9)
        #expect(latencies.allSatisfy { $0 ?? .max <= Self.day + Self.hour }, "\(latencies)")
        #expect(latencies.contains { $0 ?? 0 > Self.hour }, "the survey lies indeed")
    }

    @Test("GraphQL switched off in the middle: every release is found by REST, and again by surveys a day later")
    func switchedOff() throws {
        var simulation = try Self.simulation(days: 4)
        simulation.run(until: 12 * Self.hour)
        simulation.github.hasGraphQL = false
        simulation.run(until: 30 * Self.hour)
        let looks = simulation.github.looks.dropFirst(14).prefix(10).reduce(0, +) / 10
        #expect((600...1100).contains(looks), "polled by REST within a fifth of the limit: \(looks) an hour")
        simulation.github.hasGraphQL = true
        simulation.run(until: 4 * Self.day)
        #expect(Self.latencies(simulation).allSatisfy { $0 ?? .max < 60 * 60_000 }, "\(Self.latencies(simulation))")
        #expect(simulation.github.points.suffix(12).allSatisfy { $0 > 200 }, "surveys are made again")
        #expect(simulation.github.looks.suffix(12).reduce(0, +) < 100)
    }

    @Test("the points used up by others: surveys wait for the reset, and REST takes over") func used() throws {
        var simulation = try Self.simulation(days: 2)
        simulation.run(until: 2 * Self.hour + 60_000)
        simulation.github.usePoints(5000)
        simulation.run(until: 2 * Self.day)
        #expect(Self.latencies(simulation).allSatisfy { $0 ?? .max < 60 * 60_000 })
        #expect(simulation.github.refusals <= 8, "\(simulation.github.refusals) refused requests")
    }

    @Test("a new configuration: what is gone is not asked for, what is new is") func reload() throws {
        var simulation = try Self.simulation()
        simulation.run(until: Self.hour)
        var config = simulation.core.config
        config.upstreams["u1"] = nil
        config.actions["u1"] = nil
        config.upstreams["u2"]?.source = AnySource(GitHubReleases(repository: "o/other"))
        simulation.take(.reconfigured(config))
        simulation.forgetSurveys()
        simulation.run(until: 2 * Self.hour)
        let asked = simulation.surveyed.map { Set($0.entries.map(\.upstream)) }
        #expect(asked.allSatisfy { !$0.contains("u1") && $0.contains("u3") })
        #expect(asked.last?.contains("u2") == true)
    }
}
