import Foundation
import TestSupport
import Testing
import WatcherCore

@testable import WatcherService

@Suite("The state file") struct StateFileTests {
    @Test("a missing file is an empty ledger") func missing() throws {
        try withFolder { folder throws in #expect(try StateFile(path: folder + "/state.json").load() == Ledger()) }
    }

    @Test("a file of the present format is read, and written again byte for byte") func present() throws {
        let fixture = Fixtures.folder.appending(path: "state/v1.json")
        try withFolder { folder throws in
            let file = StateFile(path: folder + "/state.json")
            if ProcessInfo.processInfo.environment["WATCHER_WRITE_FIXTURES"] != nil {
                try file.save(StateFixtures.full)
                try Data(contentsOf: URL(filePath: file.path)).write(to: fixture)
            }
            let ledger = try StateFile(path: fixture.path).load()
            #expect(ledger == StateFixtures.full)
            try file.save(ledger)
            #expect(try Data(contentsOf: URL(filePath: file.path)) == Data(contentsOf: fixture))
            #expect(try file.load() == ledger)
        }
    }

    @Test(
        "a file as it was at first is read: with upstreams that are indented, with what is as usual written out",
        arguments: ["v1-indented", "v1-whole", "v1-compact"])
    func earlier(_ name: String) throws {
        let fixture = Fixtures.folder.appending(path: "state/\(name).json")
        #expect(try StateFile(path: fixture.path).load() == StateFixtures.earlier)
    }

    @Test("it is for people too: indented, its keys in order, its times in words") func readable() throws {
        try withFolder { folder throws in
            let file = StateFile(path: folder + "/state.json")
            try file.save(StateFixtures.full)
            let text = try String(contentsOfFile: file.path, encoding: .utf8)
            #expect(text.hasSuffix("}\n"))
            #expect(text.contains("\n  \"version\" : 1\n"))
            #expect(text.contains("\"2026-08-03T10:00:00Z\""))
            #expect(text.contains("https://github.com/"), "no slash is escaped")
        }
    }

    @Test(
        "what is no state says where, and nothing is changed",
        arguments: [
            ("", "it is no JSON, or cut off"), ("{", "it is no JSON, or cut off"), ("[]", "has the wrong type"),
            ("null", "not one of ours"), ("{}", ".version is missing"),
            (#"{"version":"1"}"#, ".version has the wrong type"),
            (#"{"version":0}"#, "there never was a version 0"), (#"{"version":-1}"#, "there never was a version -1"),
            (#"{"version":1.5}"#, "not one of ours"), (#"{"version":1}"#, "is missing"),
            (#"{"version":1,"upstreams":[],"jobs":[],"history":[]}"#, ".upstreams has the wrong type"),
            (#"{"version":1,"upstreams":{"a":{"lastSeen":{"tag":1}}}}"#, ".upstreams.a"),
        ])
    func wrong(_ text: String, _ words: String) throws {
        try withFolder { folder throws in
            let file = StateFile(path: folder + "/state.json")
            try Data(text.utf8).write(to: URL(filePath: file.path))
            let failure = #expect(throws: StateFile.Failure.self) { try file.load() }
            guard case .notJSON(let path, _)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(path == file.path)
            #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "")")
            #expect(try String(contentsOfFile: file.path, encoding: .utf8) == text)
        }
    }

    @Test("a newer format is told apart from what is no state") func newer() throws {
        try withFolder { folder throws in
            let file = StateFile(path: folder + "/state.json")
            try Data(#"{"version": 2, "upstreams": 5}"#.utf8).write(to: URL(filePath: file.path))
            #expect(throws: StateFile.Failure.fromTheFuture(path: file.path, version: 2)) { try file.load() }
        }
    }

    @Test("a file beyond all reason is not read into memory") func huge() throws {
        try withFolder { folder throws in
            let path = folder + "/state.json"
            try Data().write(to: URL(filePath: path))
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.truncate(atOffset: UInt64(DurableFile.sizeLimit) + 1)
            try handle.close()
            #expect(throws: StateFile.Failure.unreadable(.init(call: "read", path: path, code: EFBIG))) {
                try StateFile(path: path).load()
            }
        }
    }

    @Test("two upstreams with all their releases and a year of news stay within 100 kB") func small() throws {
        try withFolder { folder throws in
            let file = StateFile(path: folder + "/state.json")
            var ledger = StateFixtures.full
            for (name, tags) in [
                ("elabftw", try Fixtures.elabftwTags()), ("s6-overlay", try Fixtures.s6OverlayTags()),
            ] {
                for (index, tag) in tags.enumerated() {
                    ledger.upstreams[name, default: UpstreamState()].seen.add(
                        SourceID(Int64(300_000_000 + index)), tag: tag, .taken)
                }
            }
            for number in 0..<200 {
                var job = StateFixtures.job(tag: "5.6.\(number)", generation: 0)
                job.end(.succeeded, reason: nil, at: StateFixtures.now)
                ledger.retire(job)
                _ = ledger.outbox.add({ StateFixtures.message($0) }, to: ["hook", "team-chat"], at: StateFixtures.now)
                for notifier in ["hook", "team-chat"] {
                    guard let id = ledger.outbox.next(for: notifier, at: StateFixtures.later)?.id else { continue }
                    _ = ledger.outbox.record(.delivered, message: id, notifier: notifier, at: StateFixtures.later)
                }
            }
            try file.save(ledger)
            #expect(try Data(contentsOf: URL(filePath: file.path)).count < 100_000)
        }
    }
}

/// A folder of its own for a test, gone afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.path + "/watcher-service-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}
