import Foundation
import TestSupport

/// One run of the real program, and what came in while it ran.
struct Finished: Sendable {
    var status: Int32
    /// Standard output, then standard error, in lines.
    var output: [String]
    var errors: [String]
    var seconds: Double
    var requests: [RecordedRequest]
    var messages: [RecordedRequest]

    var lines: [String] { output + errors }
    var text: String { lines.joined(separator: "\n") }
    var dispatches: [RecordedRequest] { requests.filter { $0.endpoint == .dispatch } }

    /// Standard output as the JSON that it is with `--json`.
    var json: WireJSON? { try? WireJSON(parsing: Array(output.joined(separator: "\n").utf8)) }
}

extension Stage {
    /// A pass takes far less than a second here; one that takes so long hangs.
    static let patience = Duration.seconds(30)

    /// Runs `watcher` as cron does: without a terminal, with a small environment, secrets in variables.
    func watcher(_ arguments: [String]) async throws -> Finished {
        let (asked, told) = (github.requests.count, sink.messages().count)
        let (output, errors) = (folder.appending(path: "stdout"), folder.appending(path: "stderr"))
        let process = Process()
        process.executableURL = URL(filePath: binary)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder.path, "WATCHER_CONFIG": "config.json",
            "GITHUB_TOKEN": Self.token, "SLACK_WEBHOOK_URL": sink.url + Self.chatPath, "AUDIT_SECRET": Self.hookSecret,
        ]
        process.standardInput = FileHandle.nullDevice
        // Files, because a pipe that nobody reads would stop the program when it is full.
        process.standardOutput = try Self.empty(output)
        process.standardError = try Self.empty(errors)
        let start = ContinuousClock.now
        let status = try await Self.run(process, arguments)
        return Finished(
            status: status, output: try Self.lines(output), errors: try Self.lines(errors),
            seconds: (ContinuousClock.now - start) / .seconds(1),
            requests: Array(github.requests.dropFirst(asked)), messages: Array(sink.messages().dropFirst(told)))
    }

    /// Starts the program and waits for its end; one that outlasts `patience` is ended.
    private static func run(_ process: Process, _ arguments: [String]) async throws -> Int32 {
        let (ends, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        try process.run()
        let status = await withTaskGroup(of: Int32?.self) { group in
            group.addTask { await ends.first { _ in true } }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        guard let status else {
            kill(process.processIdentifier, SIGKILL)
            throw Trouble("watcher \(arguments.joined(separator: " ")) did not end within \(patience)")
        }
        return status
    }

    private static func empty(_ file: URL) throws -> FileHandle {
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }

    private static func lines(_ file: URL) throws -> [String] {
        var lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        return lines.map(String.init)
    }
}
