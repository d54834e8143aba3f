import Foundation
import Glibc
import TestSupport
import Testing

/// `watcher run` in a world, with systemd at its side.
struct DaemonUnderTest: Sendable {
    let world: World
    let process: Running
    let systemd: NotifySocket

    /// Asks it to stop, and gives it the 5 seconds that the contract gives it.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Output {
        let asked = ContinuousClock.now
        process.signal(signal)
        let output = try await world.end(process, sourceLocation: sourceLocation)
        #expect(ContinuousClock.now - asked < .seconds(5), sourceLocation: sourceLocation)
        #expect(output.status == 0, "\(output.out)\(output.err)", sourceLocation: sourceLocation)
        return output
    }

    /// A new configuration: the world's as it is now. Returns when it is in use, or when it was refused.
    func reload() async throws {
        let place = systemd.lines.count
        try world.writeConfig()
        process.signal(SIGHUP)
        try await systemd.wait(for: "RELOADING=1", from: place)
        try await systemd.wait(for: "READY=1", from: place)
    }
}

extension World {
    /// Runs the daemon, looking at each upstream every second, and ends it.
    func withDaemon(
        _ arguments: String..., wrapper: [String] = [], every: String? = "1s", isStopped: Bool = true,
        sourceLocation: SourceLocation = #_sourceLocation, _ body: (DaemonUnderTest) async throws -> Void
    ) async throws {
        set("poll.every", every.map { .string($0) })
        github.configure { $0.tokenLimit = 10_000_000 }
        let systemd = try NotifySocket(in: folder)
        environ("NOTIFY_SOCKET", systemd.path)
        defer {
            environ("NOTIFY_SOCKET", nil)
            systemd.close()
            try? FileManager.default.removeItem(atPath: systemd.path)
        }
        let process = try launch(["run"] + arguments, wrapper: wrapper, isTerminal: false, limit: .seconds(240))
        let daemon = DaemonUnderTest(world: self, process: process, systemd: systemd)
        try await systemd.wait(for: "READY=1")
        try await body(daemon)
        if isStopped { try await daemon.stop(sourceLocation: sourceLocation) }
    }

    /// Until something holds that announces itself by no event, such as what is in a file.
    func eventually(
        _ words: String, timeout: Duration = .seconds(30), sourceLocation: SourceLocation = #_sourceLocation,
        _ holds: () throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + timeout
        while try !holds() {
            guard ContinuousClock.now < end else {
                Issue.record(
                    "never: \(words)\n\(String(decoding: state.bytes, as: UTF8.self))", sourceLocation: sourceLocation)
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Until every upstream was looked at so many more times.
    func looks(_ count: Int = 1, at repository: String = elabftw) async throws {
        let before = github.count(Route(.releases, of: repository))
        try await github.waitForRequests(Route(.releases, of: repository), count: before + count, timeout: .seconds(60))
    }

    /// Until the webhook was told that: such as `release 5.6.13`.
    func waitUntilTold(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("told \(what)", sourceLocation: sourceLocation) { told.contains(what) }
    }
}

extension World {
    func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

    /// `R`, `S`, `T` (stopped) and the like.
    func processState(_ pid: pid_t) -> String? { processStatus(pid, "State").map { String($0.prefix(1)) } }

    /// A field of `/proc/PID/status`, such as `RssAnon` or `Threads`.
    func processStatus(_ pid: pid_t, _ field: String) -> String? {
        guard let data = try? Data(contentsOf: URL(filePath: "/proc/\(pid)/status")) else { return nil }
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(field + ":") }
        return line.map { $0.dropFirst(field.count + 1).trimmingCharacters(in: .whitespaces) }
    }
}
