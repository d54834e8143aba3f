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

    @Test("a command for a server or a notifier that is no longer configured comes back as an event that says so")
    func gone()
        async throws
    {
        try await Self.withExecutor(Config()) { executor async throws in
            let message = Message.example(of: .test, id: "m-0123456789ab", at: Timestamp(seconds: 0))
            let elsewhere = "https://ghes.example/api/v3"
            let target = CheckTarget(upstream: "x", apiURL: elsewhere, repository: "o/x")
            let workflow = WorkflowTarget(
                Config.WorkflowDispatch(repository: "o/ci", workflow: "build.yaml", ref: "main"),
                defaultAPIURL: elsewhere)
            let commands: [Command] = [
                .dispatch(.init(job: "w-0", action: "x", target: workflow, inputs: [:])),
                .lookUp(job: "w-0", action: "x", workflow, since: Timestamp(seconds: 0)),
                .follow(job: "w-0", action: "x", workflow, run: Run(id: 1, url: "")), .deliver(message, notifier: "x"),
            ]
            for command in commands {
                let event = await executor.perform(command)
                #expect("\(event)".contains("no longer "), "\(event)")
            }
            // The core has another configuration by then and drops these.
            let check = Command.Check(target: target, isSweep: true, etag: nil)
            #expect(await executor.perform(.check(check)) == .checked(target, .failed(.cancelled), nil))
            #expect(await executor.perform(.identify(target)) == .identified(target, .failed(.cancelled), nil))
            #expect(await executor.perform(.heartbeat) == .heartbeat(nil))
            #expect(await executor.perform(.wake(milliseconds: 0)) == .woke)
        }
    }

    @Test("looks at 1 000 upstreams share few connections") func thousand() async throws {
        try await withGitHubLookalike { github async throws in
            var config = Config()
            config.github.apiURL = github.url
            config.github.requestsPerMinute = 100_000
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
                        let target = CheckTarget(upstream: "u\(next)", apiURL: github.url, repository: "o/u\(next)")
                        let check = Command.Check(target: target, isSweep: false, etag: nil)
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
            let target = CheckTarget(upstream: "u", apiURL: github.url, repository: "o/u")
            let check = Command.Check(target: target, isSweep: false, etag: nil)
            try await Self.withExecutor(config) { executor async throws in
                try await withThrowingTaskGroup(of: Event?.self) { group in
                    group.addTask { await executor.perform(.check(check)) }
                    try await github.waitForRequests(Route(.releases))
                    group.cancelAll()
                    guard case .checked(_, .failed(.cancelled), _)? = try await group.next() ?? nil else {
                        Issue.record("not interrupted")
                        return
                    }
                }
            }
        }
    }
}
