import Testing
import WatcherCore

@Suite("Clocks that are set, and machines that sleep") struct ClockTests {
    static let day: Int64 = 86_400_000
    static let hour: Int64 = 3_600_000

    /// Two upstreams for a few hours with a token, after which one has just published something.
    private func simulation(publishingAt moment: Int64 = 10 * hour, completeAfter: Int64 = 0) throws
        -> ScheduleSimulation
    {
        var simulation = ScheduleSimulation(try ScheduleSimulation.config(2, every: "2m"), SimulatedGitHub(limit: 5000))
        for (index, name) in ["u0", "u1"].enumerated() {
            simulation.github.publications[name] = [
                .init(id: Int64(index + 1), tag: "1.0.0", publishedAt: -Self.day, completeAt: -Self.day)
            ]
        }
        simulation.github.publications["u0"]?.append(
            .init(id: 3, tag: "1.0.1", publishedAt: moment, completeAt: moment + completeAfter))
        simulation.run(until: 2 * Self.hour)
        return simulation
    }

    static let steps: [(name: String, milliseconds: Int64)] = [
        ("a year forward", 365 * day), ("a day back", -day), ("an hour back", -hour),
        ("30 years back", -30 * 365 * day),
        ("a second forward", 1000), ("to 1970", -1_790_000_000_000 + 1),
    ]

    @Test("the clock set: no storm, no silence, nothing repeated", arguments: steps.indices)
    func set(_ index: Int) throws {
        var simulation = try simulation()
        simulation.forgetChecks()
        simulation.wallAhead += Self.steps[index].milliseconds
        simulation.run(until: 3 * Self.hour)
        // 30 looks an hour at each of two upstreams.
        #expect((50...75).contains(simulation.checks.count), "\(simulation.checks.count) looks in an hour")
        #expect(simulation.github.started.isEmpty)
        simulation.run(until: 12 * Self.hour)
        #expect(simulation.github.started.count == 1, "what comes afterwards is taken")
        #expect(simulation.github.repetitions == 0)
        #expect(simulation.core.ledger.history.map(\.status) == ["succeeded"])
        #expect(gaps(simulation).max() ?? .max <= 180, "\(gaps(simulation).max() ?? 0) seconds without a look")
    }

    @Test("the clock set while a run is followed: it is followed to its end", arguments: steps.indices)
    func following(_ index: Int) throws {
        var simulation = try simulation(publishingAt: 2 * Self.hour + 1000)
        simulation.run(until: 2 * Self.hour + 5 * 60_000)
        #expect(simulation.core.ledger.jobs.count == 1)
        simulation.wallAhead += Self.steps[index].milliseconds
        simulation.run(until: 3 * Self.hour)
        #expect(simulation.core.ledger.history.map(\.status) == ["succeeded"])
        #expect(simulation.github.repetitions == 0)
    }

    @Test("the clock set while assets are waited for: the deadline keeps its distance", arguments: [2, 3])
    func waiting(_ index: Int) throws {
        var simulation = try simulation(publishingAt: 2 * Self.hour + 1000, completeAfter: Self.hour)
        simulation.run(until: 2 * Self.hour + 5 * 60_000)
        simulation.wallAhead += Self.steps[index].milliseconds
        simulation.run(until: 5 * Self.hour)
        #expect(simulation.github.started.count == 1)
    }

    @Test("the clock set over and over: as many looks as ever") func dance() throws {
        var simulation = try simulation()
        simulation.forgetChecks()
        for step in 1...60 {
            simulation.wallAhead += (step.isMultiple(of: 2) ? 1 : -1) * Int64(step) * Self.day
            simulation.run(until: 2 * Self.hour + Int64(step) * 60_000)
        }
        #expect((50...75).contains(simulation.checks.count), "\(simulation.checks.count) looks in an hour")
    }

    @Test("asleep for a night: one look at each on waking, not all that were missed") func suspended() throws {
        var simulation = try simulation(publishingAt: 4 * Self.hour)
        simulation.forgetChecks()
        simulation.sleep(8 * Self.hour)
        simulation.run(until: 10 * Self.hour + 60_000)
        #expect((2...6).contains(simulation.checks.count), "\(simulation.checks)")
        #expect(simulation.github.started.count == 1, "what came meanwhile is taken at once")
        simulation.run(until: 11 * Self.hour)
        #expect(simulation.checks.count < 80)
    }

    @Test("a pause that GitHub asked for is as long as it asked, whatever the clock does", arguments: steps.indices)
    func pause(_ index: Int) throws {
        var simulation = try simulation()
        simulation.github.refusesUntil = 3 * Self.hour
        simulation.run(until: 2 * Self.hour + 10 * 60_000)
        let refusals = simulation.github.refusals
        #expect(refusals > 0)
        simulation.forgetChecks()
        simulation.wallAhead += Self.steps[index].milliseconds
        simulation.run(until: 3 * Self.hour - 1000)
        #expect(simulation.checks.isEmpty, "\(simulation.checks.first.map { "\($0)" } ?? "")")
        simulation.run(until: 4 * Self.hour)
        #expect((50...75).contains(simulation.checks.count), "\(simulation.checks.count) looks in the hour after it")
        #expect(simulation.github.refusals == refusals, "no try before the time is over")
    }

    @Test("a token that others have used up: no look until it is full again, and no silence then") func usedUp() throws
    {
        var simulation = ScheduleSimulation(try ScheduleSimulation.config(30), SimulatedGitHub(limit: 5000))
        simulation.run(until: 2 * Self.hour + 60_000)
        simulation.github.limit = 900
        simulation.forgetChecks()
        simulation.run(until: 6 * Self.hour)
        #expect(simulation.github.refusals == 0, "the limit is not hit")
        #expect(gaps(simulation).max() ?? .max < 3600)
        simulation.github.limit = 5000
        simulation.run(until: 8 * Self.hour)
        simulation.forgetChecks()
        simulation.run(until: 9 * Self.hour)
        #expect((800...1000).contains(simulation.checks.count), "\(simulation.checks.count) looks in an hour")
    }

    /// Seconds between two looks, whoever they are at.
    private func gaps(_ simulation: ScheduleSimulation) -> [Int64] {
        zip(simulation.checks, simulation.checks.dropFirst()).map { ($1.at - $0.at) / 1000 }
    }
}
