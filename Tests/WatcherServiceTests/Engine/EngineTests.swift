import Curl
import Foundation
import Synchronization
import TestSupport
import Testing
@testable import WatcherCore

@testable import WatcherService

@Suite("The engine", .timeLimit(.minutes(1))) struct EngineTests {
    /// What happened, in its order.
    private final class Diary: Sendable {
        private let entries = Mutex<[String]>([])

        func note(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
    }

    private static func config(_ upstreams: Int, action: Bool = true) throws -> Config {
        let names = (0..<upstreams).map { "u\($0)" }
        let list = names.map { #""\#($0)": {"github": "o/\#($0)"}"# }.joined(separator: ",")
        let actions = """
            "actions": {"build": {"upstreams": ["u0"], "workflowDispatch": {"repository": "o/r", "workflow": "w.yaml",
            "ref": "main", "follow": false, "inputs": {"v": "{{u0.tag}}", "job": "{{job.id}}"}}}},
            """
        let text = """
            {"github": {"token": "t", "requestsPerMinute": 60000}, \(action ? actions : "") "upstreams": {\(list)},
            "notifiers": {"hook": {"webhook": {"url": "https://example.org/hook"}}}}
            """
        return try ConfigReader.read(Array(text.utf8)).get().config
    }

    private static func list(_ tags: [String]) -> ReleaseList {
        ReleaseList(
            releases: tags.map { tag in
                Release(
                    id: tag == "1.0" ? 1 : 2, tag: tag, name: nil, url: "https://github.com/o/r/\(tag)", isDraft: false,
                    isPrerelease: false, publishedAt: Timestamp(seconds: 1_785_000_000), assets: [])
            }, isComplete: true, isSweep: true, identity: RepositoryIdentity(id: 7, fullName: "o/u0"))
    }

    /// A ledger in which every upstream has been seen with 1.0.
    private static func seen(_ config: Config) async throws -> Ledger {
        var core = Core(config, mode: Core.Mode(), ledger: Ledger())
        let engine = Engine(perform: { answer($0, ["1.0"]) }, save: { _ in })
        try await engine.run(&core, sources: [])
        return core.ledger
    }

    private static func answer(_ command: Command, _ tags: [String]) -> Event {
        switch command {
        case .check(let check):
            var list = list(tags)
            list.isSweep = check.isSweep
            list.identity = RepositoryIdentity(id: 7, fullName: "o/\(check.target.upstream)")
            return .checked(check.target, .list(list), nil)
        case .identify(let target):
            return .identified(target, .known(RepositoryIdentity(id: 7, fullName: target.source.name)), nil)
        case .dispatch(let dispatch):
            return .dispatched(job: dispatch.job, .accepted(Run(id: 5, url: "https://github.com/o/r/runs/5")), nil)
        case .deliver(let message, let notifier):
            return .delivered(message: message.id, notifier: notifier, .delivered)
        case .lookUp(let job, _, _, _): return .lookedUp(job: job, .absent(others: 0), nil)
        case .follow(let job, _, _, _): return .followed(job: job, .underway(title: ""), nil)
        case .heartbeat: return .heartbeat(nil)
        default: return .woke
        }
    }

    @Test("what acts is started only after what it acts on is saved") func saveFirst() async throws {
        let config = try Self.config(1)
        let ledger = try await Self.seen(config)
        var core = Core(config, mode: Core.Mode(), ledger: ledger)
        let diary = Diary()
        let engine = Engine(
            perform: { command in
                if command.acts {
                    let isMessage = if case .deliver = command { true } else { false }
                    diary.note(isMessage ? "deliver" : "dispatch")
                }
                return Self.answer(command, ["1.0", "1.1"].reversed())
            },
            save: { ledger in
                let job = ledger.jobs.first.map { "\($0.status)" } ?? (ledger.history.isEmpty ? "no job" : "done")
                diary.note(
                    "save \(job), \(ledger.outbox.messages.count) messages, \(ledger.upstreams["u0"]?.lastSeen?.tag ?? "")"
                )
            })
        try await engine.run(&core, sources: [])
        let entries = diary.all
        let dispatch = try #require(entries.firstIndex(of: "dispatch"))
        let intent = try #require(entries.firstIndex(of: "save running, 1 messages, 1.1"))
        #expect(intent < dispatch, "\(entries)")
        #expect(!entries[..<intent].contains("deliver"))
        #expect(entries.last == "save done, 0 messages, 1.1", "\(entries)")
    }

    @Test("signals are heard while the loop's thread is stuck") func stuck() async throws {
        let client = try HTTPClient()
        let config = try Self.config(1)
        let (signals, signal) = AsyncStream<Event>.makeStream()
        let heard = DispatchSemaphore(value: 0)
        let inTime = Mutex<[Bool]>([])
        let engine = Engine(
            perform: { Self.answer($0, ["1.1", "1.0"]) },
            save: { _ in
                signal.yield(.shutdownRequested)
                let outcome = heard.wait(timeout: .now() + 10)
                inTime.withLock { $0.append(outcome == .success) }
            })
        let ledger = try await Self.seen(config)
        try await withTaskExecutorPreference(client.executor) { () async throws(DurableFile.Failure) in
            var core = Core(config, mode: Core.Mode(), ledger: ledger)
            let source = signals.map { event in
                heard.signal()
                return event
            }
            try await engine.run(&core, sources: [source])
        }
        #expect(inTime.withLock { $0.first } == true)
        await client.shutdown()
    }

    @Test("a save that takes its time holds up no transfer") func slowSave() async throws {
        let sink = WebhookSink()
        try await sink.start()
        let client = try HTTPClient()
        let config = try Self.config(1)
        let answered = DispatchSemaphore(value: 0)
        let inTime = Mutex<[Bool]>([])
        let engine = Engine(
            perform: { Self.answer($0, ["1.1", "1.0"]) },
            save: { [url = sink.url] _ in
                Task {
                    _ = try? await client.send(HTTPRequest(url: url))
                    answered.signal()
                }
                let outcome = answered.wait(timeout: .now() + 10)
                inTime.withLock { $0.append(outcome == .success) }
            })
        let ledger = try await Self.seen(config)
        try await withTaskExecutorPreference(client.executor) { () async throws(DurableFile.Failure) in
            var core = Core(config, mode: Core.Mode(), ledger: ledger)
            try await engine.run(&core, sources: [])
        }
        let saves = inTime.withLock { $0 }
        #expect(!saves.isEmpty && saves.allSatisfy { $0 })
        await client.shutdown()
        await sink.stop()
    }

    @Test("a pass over 1 000 upstreams without news is one save") func oneSave() async throws {
        let config = try Self.config(1000, action: false)
        let ledger = try await Self.seen(config)
        var core = Core(config, mode: Core.Mode(), ledger: ledger)
        let saves = Diary()
        let engine = Engine(perform: { Self.answer($0, ["1.0"]) }, save: { _ in saves.note("save") })
        try await engine.run(&core, sources: [])
        #expect(saves.all.count == 1)
        #expect(core.report.upstreams.count == 1000)
        #expect(core.report.upstreams.values.allSatisfy { $0.word == .unchanged })
    }

    @Test("the first check of 1 000 upstreams is few saves") func firstSight() async throws {
        let config = try Self.config(1000, action: false)
        var core = Core(config, mode: Core.Mode(), ledger: Ledger())
        let saves = Diary()
        let engine = Engine(perform: { Self.answer($0, ["1.0"]) }, save: { _ in saves.note("save") })
        try await engine.run(&core, sources: [])
        #expect(saves.all.count <= 3, "\(saves.all.count)")
    }

    @Test("when the save fails nothing is started, and the failure is thrown") func saveFails() async throws {
        let config = try Self.config(1)
        let ledger = try await Self.seen(config)
        var core = Core(config, mode: Core.Mode(), ledger: ledger)
        let diary = Diary()
        let failure = DurableFile.Failure(call: "fsync", path: "/state.json", code: ENOSPC)
        let engine = Engine(
            perform: { command in
                if command.acts { diary.note("\(command)") }
                return Self.answer(command, ["1.1", "1.0"])
            },
            save: { (_) throws(DurableFile.Failure) in throw failure })
        await #expect(throws: failure) { try await engine.run(&core, sources: []) }
        #expect(diary.all.isEmpty)
    }

    @Test("a dry run saves nothing and starts nothing") func dryRun() async throws {
        let config = try Self.config(1)
        let ledger = try await Self.seen(config)
        var core = Core(config, mode: Core.Mode(acts: false), ledger: ledger)
        let diary = Diary()
        let engine = Engine(
            perform: { command in
                if command.acts { diary.note("\(command)") }
                return Self.answer(command, ["1.1", "1.0"])
            }, save: { _ in diary.note("save") })
        try await engine.run(&core, sources: [])
        #expect(diary.all.isEmpty)
        #expect(core.ledger.jobs.count == 1)
    }

    /// Comes back when the task is cancelled.
    private static func hang() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        _ = continuation
    }

    /// One request to stop as soon as `begun` has been told.
    private static func stop(after begun: AsyncStream<Void>) -> any AsyncSequence<Event, Never> & Sendable {
        begun.prefix(1).map { _ in Event.shutdownRequested }
    }

    @Test("a look is cut off at once by a request to stop, and counts for nothing") func stopLook() async throws {
        let config = try Self.config(1)
        var core = Core(config, mode: Core.Mode(), ledger: try await Self.seen(config))
        let before = core.ledger.upstreams
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let engine = Engine(
            perform: { command in
                guard case .check(let check) = command else {
                    // The grace never ends here: so nothing waited for it.
                    await Self.hang()
                    return .woke
                }
                begin.yield()
                await Self.hang()
                return .checked(check.target, .failed(.cancelled), nil)
            }, save: { _ in })
        try await engine.run(&core, sources: [Self.stop(after: begun)])
        #expect(core.ledger.upstreams == before)
    }

    @Test("a dispatch gets its grace, and what comes of it within that is saved") func grace() async throws {
        let config = try Self.config(1)
        var core = Core(config, mode: Core.Mode(), ledger: try await Self.seen(config))
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let saved = Mutex<Ledger?>(nil)
        let engine = Engine(
            perform: { command in
                switch command {
                case .dispatch:
                    begin.yield()
                    // Answered only after the request to stop has been taken in.
                    for await _ in asked { break }
                    return Self.answer(command, [])
                case .wake(Engine.grace):
                    ask.yield()
                    await Self.hang()
                    return .woke
                case .deliver(let message, let notifier):
                    // Cut off when nothing but messages is left that could be waited for.
                    return .delivered(message: message.id, notifier: notifier, nil)
                default: return Self.answer(command, ["1.1", "1.0"])
                }
            }, save: { ledger in saved.withLock { $0 = ledger } })
        try await engine.run(&core, sources: [Self.stop(after: begun)])
        let ledger = try #require(saved.withLock { $0 })
        #expect(ledger == core.ledger)
        #expect(ledger.history.map(\.status) == ["succeeded"])
        #expect(ledger.outbox.messages.count == 2, "the messages are not lost")
    }

    @Test("what still acts when the grace is over is cut off, and its outcome is unknown") func graceOver() async throws
    {
        let config = try Self.config(1)
        let ledger = try await Self.seen(config)
        var core = Core(config, mode: Core.Mode(), ledger: ledger)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let clock = Mutex<Int64>(0)
        let engine = Engine(
            perform: { command in
                switch command {
                case .dispatch(let dispatch):
                    begin.yield()
                    await Self.hang()
                    return .dispatched(job: dispatch.job, .unknown("no answer to the dispatch"), nil)
                case .deliver(let message, let notifier):
                    await Self.hang()
                    return .delivered(message: message.id, notifier: notifier, nil)
                case .wake(let milliseconds):
                    clock.withLock { $0 += milliseconds }
                    return .woke
                default: return Self.answer(command, ["1.1", "1.0"])
                }
            }, save: { _ in },
            clock: {
                let now = clock.withLock { $0 }
                return Instant(wall: 1_785_751_200_000 + now, uptime: 1000 + now)
            })
        try await engine.run(&core, sources: [Self.stop(after: begun)])
        let job = try #require(core.ledger.jobs.first)
        guard case .lookingUp = job.phase else {
            Issue.record("\(job.phase)")
            return
        }
        #expect(core.ledger.outbox.messages.count == 1)
    }
}
