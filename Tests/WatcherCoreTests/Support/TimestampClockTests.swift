import Testing
import WatcherCore

@Suite("A clock that is set") struct TimestampClockTests {
    @Test(
        "a pause is not cut short by a part of a second when the clock is set forward",
        arguments: [5001, 6500, 999_999])
    func pause(step: Int64) {
        var core = Core(Known.config(), mode: Core.Mode(repeats: true), ledger: Ledger())
        _ = core.advance(at: Known.at(0))
        core.apply(.checked(upstream: "one", .failed(.rateLimited(seconds: 60, "slow down")), nil), at: Known.at(0))
        _ = core.advance(at: Known.at(0))
        var later = Known.at(59, milliseconds: 999)
        later.wall += step
        core.apply(.requested(.checkNow, number: 1), at: later)
        #expect(core.advance(at: later).isEmpty)
    }

    @Test("a dry run does not wait for runs that it would not look at")
    func dryRun() throws {
        var bench = Bench(Known.config())
        bench.look([Known.release("1.0.0", id: 1)])
        bench.look([Known.release("1.0.0", id: 1), Known.release("1.0.1", id: 2)])
        let job = try #require(bench.dispatches.first).job
        bench.step(.dispatched(job: job, .accepted(Run(id: 5, url: "")), nil))
        bench.restart(mode: Core.Mode(waits: true, acts: false), after: 0)
        bench.step()
        bench.step(.checked(upstream: "one", .unchanged, nil))
        #expect(bench.core.wakeIn(at: Known.at(bench.clock)) == nil)
    }
}
