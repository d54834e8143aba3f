import Testing

@testable import WatcherCore

@Suite("Asking about many repositories at once") struct SurveyTests {
    private static func entries(_ count: Int) -> [SurveyQuery.Entry] {
        (0..<count).map { SurveyQuery.Entry(upstream: "u\($0)", nodeID: "R_\($0)") }
    }

    private static func asked(_ survey: inout Survey) -> [Int] {
        var sizes: [Int] = []
        while survey.hasQueue { sizes.append(survey.next("https://x").entries.count) }
        return sizes
    }

    @Test("a round asks about everything, a hundred at a time, and the next begins an interval after it")
    func batches() {
        var survey = Survey()
        survey.begin(Self.entries(250), nextIn: 15_000, at: Known.at(0))
        #expect(Self.asked(&survey) == [100, 100, 50])
        #expect(survey.nextUptime == nil, "the end of a question brings the next")
        for _ in 0..<3 { survey.ended() }
        let isGood = survey.endRound()
        #expect(isGood)
        #expect(survey.nextUptime == Known.at(15).uptime)
        #expect(!survey.isDue(at: Known.at(14)) && survey.isDue(at: Known.at(15)))
    }

    @Test("what is too large is asked by halves, down to a floor, and whole again after good rounds") func halves() {
        var survey = Survey()
        survey.begin(Self.entries(100), nextIn: 15_000, at: Known.at(0))
        var sizes: [Int] = []
        for _ in 0..<4 {
            let query = survey.next("https://x")
            survey.ended()
            let goesOn = survey.shrink(query)
            #expect(goesOn)
            sizes.append(survey.batchSize)
        }
        #expect(sizes == [50, 25, 12, 10])
        let query = survey.next("https://x")
        survey.ended()
        let goesOn = survey.shrink(query)
        #expect(!goesOn, "no smaller than the floor")
        for round in 0..<Survey.roundsUntilLarger {
            survey.begin(Self.entries(20), nextIn: 0, at: Known.at(Int64(round)))
            #expect(Self.asked(&survey) == [10, 10])
            for _ in 0..<2 { survey.ended() }
            _ = survey.endRound()
        }
        #expect(survey.batchSize == 20)
    }

    @Test("failures in a row give up the round, and the wait for the next has a limit") func backoff() {
        var survey = Survey()
        var waits: [Int64] = []
        var now: Int64 = 0
        for _ in 0..<4 {
            survey.begin(Self.entries(500), nextIn: 15_000, at: Known.at(now))
            for _ in 0..<3 {
                guard survey.hasQueue else { break }
                _ = survey.next("https://x")
                survey.ended()
                survey.failed(interval: 15_000, at: Known.at(now))
            }
            #expect(!survey.hasQueue)
            _ = survey.endRound()
            let next = survey.nextUptime ?? 0
            waits.append((next - Known.at(now).uptime) / 1000)
            now += waits.last ?? 0
        }
        #expect(waits == [120, 240, 300, 300])
    }

    @Test("a server without GraphQL is asked again after a day, and said to have none once") func unsupported() {
        var survey = Survey()
        let first = survey.turnOff("404", at: Known.at(0))
        #expect(first)
        #expect(!survey.isDue(at: Known.at(86_399)) && survey.isDue(at: Known.at(86_400)))
        let again = survey.turnOff("404", at: Known.at(86_400))
        #expect(!again)
        let works = survey.answered()
        #expect(works)
        let still = survey.answered()
        #expect(!still)
    }

    @Test(
        "the interval is what a fifth of the limit allows, between 15 seconds and 2 minutes",
        arguments: [(2, 15), (4, 16), (5, 20), (6, 15), (300, 15), (3000, 111), (10_000, 120)])
    func pace(_ count: Int, _ seconds: Int64) throws {
        let config = try ScheduleSimulation.config(count)
        let upstream = try #require(config.upstreams["u0"])
        #expect(PollPace(config).interval(of: upstream) == seconds)
    }

    @Test("no token, survey off, an interval of one's own, or a handful: no survey") func none() throws {
        var config = try ScheduleSimulation.config(6)
        let upstream = try #require(config.upstreams["u0"])
        #expect(PollPace(config).surveys(upstream))
        var own = upstream
        own.every = 600
        #expect(!PollPace(config).surveys(own) && PollPace(config).interval(of: own) == 600)
        config.github.survey = .off
        #expect(!PollPace(config).surveys(upstream))
        let anonymous = try ScheduleSimulation.config(6, token: false)
        #expect(!PollPace(anonymous).surveys(upstream) && PollPace(anonymous).interval(of: upstream) == 900)
        #expect(!PollPace(try ScheduleSimulation.config(5)).surveys(upstream))
    }

    @Test(
        "a name that another repository has taken, seen by a survey first: one check stops it, and it is checked seldom"
    )
    func takenOver() throws {
        let config = try ScheduleSimulation.config(6)
        var state = UpstreamState()
        state.repositoryID = 7
        state.repository = "o/u0"
        state.nodeID = "R_7"
        state.seen.add(1, tag: "1.0.0", .taken)
        state.lastSweep = Known.time(0)
        var ledger = Ledger()
        for upstream in config.upstreams.keys { ledger.upstreams[upstream] = state }
        for upstream in config.upstreams.keys { ledger.upstreams[upstream]?.repository = "o/\(upstream)" }
        var bench = Bench(config, mode: Core.Mode(repeats: true), ledger: ledger)
        let first = bench.step(.woke)
        let checks = first.compactMap { if case .check(let check) = $0 { check.target } else { nil } }
        for target in checks { bench.step(.checked(target, .unchanged, nil)) }
        bench.clock += 60
        let question = try #require(
            first.compactMap { if case .survey(let query) = $0 { query } else { nil } }.first)
        let answers = question.entries.map { entry in entry.upstream == "u0" ? SurveyObservation.gone : .unknown }
        bench.step(.surveyed(question, .answered(answers, points: 1), nil))
        let target = try #require(checks.first { $0.upstream == "u0" })
        #expect(bench.commands.contains { if case .check(let check) = $0 { check.target == target } else { false } })
        let other = RepositoryIdentity(id: 8, fullName: "o/u0")
        bench.step(.checked(target, .list(Self.list(identity: other)), nil))
        #expect(bench.ledger.upstreams["u0"]?.replacedBy == 8)
        var stops = bench.notes.count { $0.topic == "repository replaced" }
        for _ in 0..<10 {
            bench.clock += 1
            bench.step(.woke)
            stops += bench.notes.count { $0.topic == "repository replaced" }
        }
        #expect(stops == 1)
    }

    private static func list(identity: RepositoryIdentity) -> ReleaseList {
        ReleaseList(
            releases: [Known.release("1.0.0", id: 1)], isComplete: true, isSweep: true, etag: nil, identity: identity)
    }

    @Test(
        "a cost that no question can have stretches the interval, and no number overflows", arguments: [.max, .min, 0])
    func cost(_ points: Int) throws {
        let config = try ScheduleSimulation.config(6)
        var bench = Bench(config, mode: Core.Mode(repeats: true))
        bench.step(.woke)
        let query = SurveyQuery(apiURL: config.github.apiURL, entries: [])
        bench.step(.surveyed(query, .answered([], points: points), nil))
        #expect(bench.core.survey.points == (points == .max ? Survey.pointsLimit : 1))
        #expect(bench.core.wakeIn(at: Known.at(0)) != nil)
    }
}
