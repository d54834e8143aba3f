import Testing

@testable import WatcherCore

@Suite("What a daemon keeps for as long as it lives") struct CoreGrowthTests {
    @Test("deliveries and jobs that ended are not kept in memory") func bounded() throws {
        var bench = Bench(Known.config(), mode: Core.Mode(repeats: true))
        for number in 0..<300 {
            bench.core.apply(.delivered(message: "m-\(number)", notifier: "chat", .delivered), at: Known.at(0))
            bench.core.lookedAt.insert("job-\(number)")
            bench.step(.followed(job: "job-\(number)", .missing, nil))
            #expect(bench.core.report.deliveries.count <= 1 && bench.core.report.jobs.isEmpty)
        }
        #expect(bench.core.lookedAt.count <= 101)
    }

    @Test("a pass that ends by itself reports all that it did") func once() {
        var bench = Bench(Known.config())
        bench.look([Known.release("1.0.0", id: 1)])
        bench.step()
        #expect(bench.core.report.upstreams["one"]?.word == .baseline)
    }
}
