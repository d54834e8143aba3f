import Curl
import TestSupport
import Testing
@testable import WatcherCore
import WatcherService

@Suite("The executor") struct ExecutorTests {
    private static func withExecutor(
        _ config: Config, _ body: (Executor) async throws -> Void
    ) async throws {
        let setup = AppContext(config, environment: [:])
        let http = try setup.httpClient()
        let executor = try setup.executor(http)
        do {
            try await body(executor)
        } catch {
            await http.shutdown()
            throw error
        }
        await http.shutdown()
    }

    @Test("a command about what has gone from the configuration comes back as an event that says so") func gone()
        async throws
    {
        try await Self.withExecutor(Config()) { executor async throws in
            let message = Message.example(of: .test, id: "m-0123456789ab", at: Timestamp(seconds: 0))
            let commands: [Command] = [
                .check(.init(upstream: "x", isSweep: true, etag: nil)), .identify(upstream: "x"),
                .dispatch(.init(job: "w-0", action: "x", inputs: [:])),
                .lookUp(job: "w-0", action: "x", since: Timestamp(seconds: 0)),
                .follow(job: "w-0", action: "x", run: Run(id: 1, url: "")), .deliver(message, notifier: "x"),
            ]
            for command in commands {
                let event = await executor.perform(command)
                #expect("\(event)".contains("no longer in the configuration"), "\(event)")
            }
            #expect(await executor.perform(.heartbeat) == .heartbeat(nil))
            #expect(await executor.perform(.wake(milliseconds: 0)) == .woke)
        }
    }

    @Test("looks at 1 000 upstreams share few connections") func thousand() async throws {
        try await withGitHubLookalike { github async throws in
            var config = Config()
            config.github.apiURL = github.url
            github.configure { $0.anonymousLimit = 100_000 }
            for number in 0..<1000 {
                github.publish("o/u\(number)", "1.0")
                config.upstreams["u\(number)"] = Config.Upstream(repository: "o/u\(number)")
            }
            try await Self.withExecutor(config) { executor async throws in
                let good = await withTaskGroup(of: Bool.self) { group in
                    var (next, good) = (0, 0)
                    func add() {
                        guard next < 1000 else { return }
                        let check = Command.Check(upstream: "u\(next)", isSweep: false, etag: nil)
                        group.addTask {
                            if case .checked(_, .list, _) = await executor.perform(.check(check)) {
                                true
                            } else {
                                false
                            }
                        }
                        next += 1
                    }
                    for _ in 0..<config.github.concurrency { add() }
                    while let one = await group.next() {
                        good += one ? 1 : 0
                        add()
                    }
                    return good
                }
                #expect(good == 1000)
            }
            #expect(github.count(Route(.releases)) == 1000)
            #expect(github.traffic.connections <= 16)
            #expect(github.traffic.peakInFlight <= 16)
        }
    }

    @Test("a look that is cancelled comes back at once as interrupted") func cancelled() async throws {
        try await withGitHubLookalike { github async throws in
            github.publish("o/u", "1.0")
            github.fail(Route(.releases), with: .blackHole)
            var config = Config()
            config.github.apiURL = github.url
            config.upstreams["u"] = Config.Upstream(repository: "o/u")
            try await Self.withExecutor(config) { executor async throws in
                try await withThrowingTaskGroup(of: Event?.self) { group in
                    group.addTask { await executor.perform(.check(.init(upstream: "u", isSweep: false, etag: nil))) }
                    try await github.waitForRequests(Route(.releases))
                    group.cancelAll()
                    guard case .checked("u", .failed(.cancelled), _)? = try await group.next() ?? nil else {
                        Issue.record("not interrupted")
                        return
                    }
                }
            }
        }
    }
}
