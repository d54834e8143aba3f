import Foundation
import Testing

/// The parts of a lab: scripts beside this folder, real programs, and a folder that outlives a test.
enum Lab {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    struct Outcome {
        var status: Int32
        var output: String
    }

    /// Where labs keep what takes long to make. Named by the environment, so that CI can put it where it likes.
    static let folder = ProcessInfo.processInfo.environment["WATCHER_LAB_FOLDER"] ?? "/var/tmp/watcher-lab"

    /// The release binary: static, so that it runs where there is no Swift.
    static let binary = root + "/.build/release/watcher"

    /// `$WATCHER_BINARY`, else the release binary, else the one that was built beside these tests.
    static let program: String = {
        if let named = ProcessInfo.processInfo.environment["WATCHER_BINARY"], !named.isEmpty { return named }
        if FileManager.default.isExecutableFile(atPath: binary) { return binary }
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: tests).deletingLastPathComponent().path + "/watcher"
    }()

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Labs run where CI says so or a person asks; elsewhere they are skipped, with this reason.
    static let isWanted =
        ProcessInfo.processInfo.environment["WATCHER_LABS"] == "1"
        || ProcessInfo.processInfo.environment["CI"] == "true"
    static let whyNot: Testing.Comment =
        "labs need root and minutes: WATCHER_LABS=1 runs them, as does make test as root"

    /// Runs a shell line to its end, or for so long; standard output and error together.
    @discardableResult
    static func sh(_ line: String, okay: Bool = true, seconds: Int = 180) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        let setup = FileManager.default.fileExists(atPath: folder + "/env") ? ". '\(folder)/env'; " : ""
        process.arguments = ["--kill-after=5", "\(seconds)", "/bin/sh", "-c", setup + line]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        if okay, process.terminationStatus != 0 {
            let word =
                process.terminationStatus == 124 ? "no end after \(seconds) s" : "status \(process.terminationStatus)"
            throw Failure(description: "\(line): \(word): \(output)")
        }
        return Outcome(status: process.terminationStatus, output: output)
    }

    static func script(_ name: String, _ command: String, _ argument: String = "") throws {
        // A lab's engine stays behind when its script has ended: its output must not keep ours open.
        let log = "\(folder)-\(name).log"
        try sh(
            "'\(root)/Tests/Labs/\(name)' \(command) '\(folder)' '\(argument)' > '\(log)' 2>&1 < /dev/null || { tail -n 3 '\(log)'; exit 1; }",
            seconds: 1200)
    }
}
