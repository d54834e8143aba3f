import Foundation
import TestSupport
import Testing

/// A real homeserver with its default limits: what it has in its room is what people read.
@Suite("In a real Matrix room", .serialized, .enabled(if: Lab.isWanted, Lab.whyNot))
struct MatrixLabTests {
    private struct Room {
        let notifier: WireJSON
        private let folder = Lab.folder + "/matrix"

        init() throws {
            try Lab.script("matrix.sh", "up")
            let facts = try Lab.facts("matrix/lab.json")
            // By way of the proxy.
            notifier = [
                "matrix": [
                    "homeserver": facts["proxy"] ?? .null, "room": facts["room"] ?? .null,
                    "token": facts["token"] ?? .null,
                ]
            ]
        }

        func close() { try? Lab.script("matrix.sh", "down") }

        /// Oldest first.
        func messages() throws -> [String] {
            let output = try Lab.sh("'\(Lab.root)/Tests/Labs/matrix.sh' messages '\(Lab.folder)'").output
            return try WireJSON(parsing: Array(output.utf8)).array?.compactMap { $0["body"]?.string } ?? []
        }

        /// `200 held m-…`, `429 given m-…`: each answer that the homeserver has given.
        func answers() -> [Substring] {
            let text = (try? String(contentsOfFile: folder + "/answers", encoding: .utf8)) ?? ""
            return text.split(separator: "\n")
        }

        func holdAnswers(_ isHeld: Bool) throws {
            if isHeld {
                try Data().write(to: URL(filePath: folder + "/hold"))
            } else {
                try FileManager.default.removeItem(atPath: folder + "/hold")
            }
        }
    }

    /// Six messages and their repetitions stay within the homeserver's burst or wait for it: at most two minutes.
    @Test("each message is there exactly once, although watcher was killed between sending and recording it")
    func exactlyOnce() async throws {
        let room = try Room()
        defer { room.close() }
        let watcher = try LabWatcher()
        defer { watcher.remove() }
        try await withGitHubLookalike { (github: GitHubLookalike) async throws in
            github.publish("lab/app0", "1.0.0")
            try watcher.configure(github, notifiers: ["room": room.notifier])
            try watcher.run("once")
            try room.holdAnswers(true)
            for number in 1...5 {
                github.publish("lab/app0", "1.0.\(number)")
                let held = room.answers().count { $0.contains("held") }
                let process = try watcher.start("run")
                try await Lab.wait("an answer that is held back", seconds: 60) {
                    room.answers().count { $0.contains("held") } > held
                }
                #expect(kill(process.processIdentifier, SIGKILL) == 0)
                process.waitUntilExit()
                #expect(watcher.waiting > 0, "the message was not recorded as delivered")
            }
            try room.holdAnswers(false)
            let process = try watcher.start("run")
            try await Lab.wait("an empty outbox", seconds: 120) { watcher.waiting == 0 }
            process.terminate()
            process.waitUntilExit()
        }
        let sent = room.answers().count { $0.hasPrefix("200") }
        #expect(sent >= 10, "each message was sent twice: \(room.answers())")
        #expect(try room.messages().map { $0.prefix { !$0.isNewline } } == (1...5).map { "app0 1.0.\($0) is out" })
    }

    /// The homeserver takes ten at once and then one in five seconds: this takes more than four minutes.
    @Test("all of 60 messages arrive under its default rate limit, each once", .timeLimit(.minutes(10)))
    func limited() async throws {
        let room = try Room()
        defer { room.close() }
        let watcher = try LabWatcher()
        defer { watcher.remove() }
        try await withGitHubLookalike { (github: GitHubLookalike) async throws in
            for number in 0..<60 { github.publish("lab/app\(number)", "1.0.0") }
            try watcher.configure(github, upstreams: 60, notifiers: ["room": room.notifier])
            try watcher.run("once")
            for number in 0..<60 { github.publish("lab/app\(number)", "1.0.1") }
            let process = try watcher.start("run")
            try await Lab.wait("an empty outbox", seconds: 500) {
                watcher.state["upstreams"]?.object?.values.allSatisfy {
                    $0["lastSeen"]?["tag"]?.string == "1.0.1"
                } == true && watcher.waiting == 0
            }
            process.terminate()
            process.waitUntilExit()
        }
        #expect(room.answers().contains { $0.hasPrefix("429") }, "the limit was never met")
        let titles = try room.messages().map { String($0.prefix { !$0.isNewline }) }
        #expect(titles.sorted() == (0..<60).map { "app\($0) 1.0.1 is out" }.sorted())
    }
}
