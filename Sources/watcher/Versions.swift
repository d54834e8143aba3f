import ArgumentParser
import Glibc
import WatcherCore

struct Versions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "Read tags from standard input and print how each is read, newest first.",
        discussion: """
            One tag a line: its line, version, variant and stage. The line that would be followed comes first, and in it the
            highest final release is marked. Works offline.

              git tag | watcher versions
              git tag | watcher versions --line helm-
            """)

    @Option(
        help: ArgumentHelp("Print this line only: what stands before the version, such as helm-.", valueName: "line"))
    var line: String?
    @Flag(help: "Print one JSON document.")
    var json = false
    @OptionGroup var common: CommonOptions

    /// Bytes read from standard input: a million tags.
    private static let inputLimit = 64 << 20

    func run() throws {
        let report = VersionReport(try Self.tags(), line: line)
        if json {
            Terminal.say(report.json)
        } else {
            report.lines(isAligned: Terminal.isInteractive).forEach { Terminal.say($0) }
        }
    }

    private static func tags() throws -> [String] {
        var input: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ValidationError("standard input cannot be read") }
            if count == 0 { break }
            input += buffer[..<count]
            guard input.count <= inputLimit else { throw ValidationError("more than \(inputLimit >> 20) MiB of tags") }
        }
        return input.split(separator: UInt8(ascii: "\n")).map { line in
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }.filter { !$0.isEmpty }
    }
}
