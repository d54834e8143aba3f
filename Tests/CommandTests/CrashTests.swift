import Foundation
import TestSupport
import Testing

/// Ends the program at a certain system call, without a word of test code in it.
enum Strace {
    static func killing(at call: String, _ number: Int) -> [String] {
        [
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
            "inject=\(call):signal=KILL:when=\(number)",
        ]
    }

    static func failing(_ call: String, _ error: String) -> [String] {
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):error=\(error)"]
    }

    /// Some containers forbid to trace.
    static let isUsable: Bool = {
        guard
            let pid = try? Spawn.start(
                ["strace", "-f", "-o", "/dev/null", "true"],
                environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"],
                .files(out: "/dev/null", err: "/dev/null"))
        else { return false }
        return Spawn.reap(pid) == 0
    }()
}

@Suite("A process that dies", .enabled(if: Strace.isUsable, "strace is not to be had"))
struct CrashTests {
    /// From the news to the end of the run: 6 saves with two `fsync` each, and about as many requests.
    static let moments = [("fsync", 1...14), ("rename", 1...7), ("sendto", 1...10), ("recvfrom", 1...14)].flatMap {
        call, numbers in
        numbers.map { (call, $0) }
    }

    @Test("loses no job and no message, and starts nothing twice", arguments: moments)
    func anyMoment(_ call: String, _ number: Int) async throws {
        try await withWorld { world async throws in
            world.set("actions.build-image.workflowDispatch.lookup", "3s")
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            let killed = try await world.run("once", "--wait", wrapper: Strace.killing(at: call, number))
            #expect([0, 137].contains(killed.status))
            for _ in 0..<4 { try await world.pass("--wait") }
            #expect(world.runs.map { $0.inputs["elabftw_version"] } == ["5.6.13"])
            #expect(world.lastSeen("elabftw") == "5.6.13")
            for path in [world.hookPath, world.slackPath] {
                #expect(Set(world.sink.messages(path).map(\.text)).count >= 2)
            }
            #expect(Set(world.told) == ["release 5.6.13", "succeeded build-image"])
            let ids = Dictionary(grouping: world.messages) { $0["type"]?.string }.mapValues {
                Set($0.compactMap { $0["id"]?.string })
            }
            #expect(ids.values.allSatisfy { $0.count == 1 }, "one id for each message, however often it came: \(ids)")
            try await world.quietPass()
            #expect(try await world.jobs().map { $0["status"] } == ["succeeded"])
            #expect(world.files().map(\.path) == ["state.json", "state.json.lock"])
        }
    }

    @Test("a temporary file that was left behind does not stand in the way") func leftOver() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            let killed = try await world.run("once", wrapper: Strace.killing(at: "rename", 1))
            #expect(killed.status == 137)
            #expect(world.files().map(\.path).contains("state.json.tmp"))
            try await world.pass()
            #expect(world.files().map(\.path) == ["state.json", "state.json.lock"])
            #expect(world.runs.count == 1)
        }
    }
}
