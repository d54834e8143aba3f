import Curl
import Synchronization
import TestSupport
import Testing
@testable import WatcherCore

@testable import WatcherService

@Suite("The pace of requests", .timeLimit(.minutes(1))) struct RequestPaceTests {
    /// A clock that jumps to what is waited for.
    private final class JumpingClock: Sendable {
        private let uptime = Mutex<Int64>(0)
        /// Called before each jump.
        let jumps = Mutex<@Sendable () -> Void>({})

        var now: Int64 { uptime.withLock { $0 } }
        func jump(to other: Int64) { uptime.withLock { $0 = max($0, other) } }
        var time: RequestPace.Time {
            RequestPace.Time(
                now: { self.now },
                wait: { uptime in
                    self.jumps.withLock { $0() }
                    self.jump(to: uptime)
                })
        }
    }

    /// A clock that stands: who waits does so until the wait is cancelled.
    private struct StandingClock {
        let uptime = JumpingClock()
        private let waits: AsyncStream<Void>
        private let wait: AsyncStream<Void>.Continuation

        init() { (waits, wait) = AsyncStream.makeStream() }

        var time: RequestPace.Time {
            RequestPace.Time(
                now: { [uptime] in uptime.now },
                wait: { [wait] _ in
                    wait.yield()
                    try? await Task.sleep(for: .seconds(3600))
                })
        }

        func someoneWaits() async { for await _ in waits { break } }
    }

    @Test("16 upstreams with ten pages of releases each: every request has a permission") func pages() async throws {
        try await withGitHubLookalike { github async throws in
            github.configure {
                $0.largestPage = 1
                $0.anonymousLimit = 10_000
            }
            for number in 1...10 { github.publish("o/many", "1.0.\(number)") }
            var config = Config()
            config.github.apiURL = github.url
            config.github.requestsPerMinute = 20
            for number in 0..<16 { config.upstreams["u\(number)"] = Config.Upstream(repository: "o/many") }
            let clock = JumpingClock()
            clock.jumps.withLock {
                $0 = { [traffic = github.traffic] in
                    let made = traffic.requests.count
                    #expect(made <= (clock.now / RequestWindow.length + 1) * 20)
                }
            }
            var setup = AppContext(config, environment: [:])
            setup.paces = RequestPaces(time: clock.time)
            let http = try setup.httpClient()
            let executor = try setup.executor(http)
            var core = Core(config, mode: Core.Mode(), ledger: Ledger())
            try await Engine(perform: executor.perform, save: { _ in }).run(&core, sources: [])
            await http.shutdown()
            clock.jumps.withLock { $0 = {} }
            #expect(core.report.upstreams.values.map(\.word) == Array(repeating: .baseline, count: 16))
            #expect(github.count() == 16 * 11)
            #expect(clock.now == 8 * RequestWindow.length)
        }
    }

    @Test("a pause that the server asks for ends all waits, in its words, and what comes later is not sent either")
    func pause() async throws {
        let clock = StandingClock()
        let pace = RequestPace(limit: 1, time: clock.time)
        #expect(await pace.turn() == nil)
        async let second = pace.turn()
        await clock.someoneWaits()
        #expect(pace.waiting.count == 1 && pace.waiting.until == RequestWindow.length)
        pace.note(.transient("bad gateway"))
        #expect(pace.waiting.count == 1)
        pace.note(.rateLimited(seconds: 90, "slow down"))
        #expect(await second == .rateLimited(seconds: 90, "slow down"))
        #expect(pace.waiting.count == 0)
        clock.uptime.jump(to: 89_001)
        #expect(await pace.turn() == .rateLimited(seconds: 1, "slow down"))
        clock.uptime.jump(to: 90_000)
        #expect(await pace.turn() == nil)
    }

    @Test("a pause without a named time holds for a minute at least") func unnamed() async {
        let clock = StandingClock()
        let pace = RequestPace(limit: 10, time: clock.time)
        pace.note(.rateLimited(seconds: nil, "secondary limit"))
        clock.uptime.jump(to: 59_999)
        #expect(await pace.turn() == .rateLimited(seconds: nil, "secondary limit"))
        clock.uptime.jump(to: 60_000)
        #expect(await pace.turn() == nil)
    }

    @Test("a dispatch that is cut off while it waits for its turn has certainly started nothing") func cutOff()
        async throws
    {
        try await withGitHubLookalike { github async throws in
            let clock = StandingClock()
            let pace = RequestPace(limit: 1, time: clock.time)
            #expect(await pace.turn() == nil)
            let http = try HTTPClient()
            let client = GitHubClient(http, apiURL: github.url, token: "t", pace: pace)
            let target = WorkflowTarget(
                Config.WorkflowDispatch(repository: "o/ci", workflow: "build.yaml", ref: "main"),
                defaultAPIURL: github.url)
            let outcome = await withTaskGroup { group in
                group.addTask { await client.dispatch(target, inputs: [:]).0 }
                await clock.someoneWaits()
                group.cancelAll()
                return await group.next()
            }
            #expect(outcome == .refused(.cancelled))
            #expect(github.count() == 0)
            await http.shutdown()
        }
    }

    @Test("what was sent counts for the next configuration too, and each account for itself") func reload() async {
        let clock = JumpingClock()
        let paces = RequestPaces(time: clock.time)
        var config = Config()
        config.github.requestsPerMinute = 2
        let before = paces.pace(.github, config)
        _ = (await before.turn(), await before.turn())
        config.github.requestsPerMinute = 3
        let after = paces.pace(.github, config)
        #expect(await after.turn() == nil && clock.now == 0)
        #expect(await after.turn() == nil && clock.now == RequestWindow.length)
        #expect(paces.pace(.server("example.org"), config).limit == 120)
        #expect(await paces.pace(.action("x"), config).turn() == nil && clock.now == RequestWindow.length)
    }

    @Test("the progress of a pass names the limit that all its checks wait for") func progress() async {
        let clock = StandingClock()
        let paces = RequestPaces(time: clock.time)
        var config = Config()
        config.github.requestsPerMinute = 1
        let pace = paces.pace(.github, config)
        #expect(await pace.turn() == nil)
        let waiting = Task { await pace.turn() }
        await clock.someoneWaits()
        var progress = PassProgress(
            checked: 3, total: 9, underWay: 1, limitedUntil: nil, requestsPerMinute: 800, jobs: [])
        let now = Instant(wall: 0, uptime: 1000)
        #expect(
            progress.limited(by: paces).line(at: now)
                == "checked 3 of 9, goes on in 1 min: limit of 1 requests a minute")
        progress.underWay = 2
        #expect(progress.limited(by: paces).line(at: now) == "checked 3 of 9")
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
    }

    @Test("a check that waits for its turns is not taken for one that is stuck") func health() {
        var config = Config()
        #expect(Engine.commandLimit(config) < Engine.commandLimit + 600_000)
        config.github.requestsPerMinute = 1
        config.github.concurrency = 100
        #expect(Engine.commandLimit(config) > 100 * Int64(GitHubClient.pageLimit) * 60_000)
    }
}
