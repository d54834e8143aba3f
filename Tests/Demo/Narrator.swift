import Foundation
import Glibc

/// The demo's voice: chapters, commands, what they printed, and checks. Plain text without a terminal.
struct Narrator: Sendable {
    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "1;31"
        case green = "32"
        case cyan = "36"
    }

    static let width = 100
    /// Between chapters, and only where somebody watches.
    static let pause = Duration.milliseconds(1500)

    private let isColored: Bool
    private let isPaced: Bool

    init(mayPause: Bool) {
        let environment = ProcessInfo.processInfo.environment
        let isTerminal = isatty(STDOUT_FILENO) == 1
        isColored = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        isPaced = isTerminal && mayPause
    }

    func say(_ text: String = "") {
        // A reader that has gone away, or a full disk, does not change what is true.
        try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }

    func chapter(_ number: Int, _ title: String) async throws {
        if isPaced, number > 1 { try await Task.sleep(for: Self.pause) }
        let line = "── \(number). \(title) "
        say()
        say(styled(line + String(repeating: "─", count: max(0, Self.width - line.count)), .bold))
    }

    /// What happens in the world, in sentences.
    func tell(_ text: String) {
        for line in Self.wrapped(text) { say(line) }
    }

    /// What happens at GitHub, on a line of its own.
    func upstream(_ text: String) { say(styled("  ● \(text)", .cyan)) }

    func command(_ arguments: [String]) {
        say()
        say(styled("  $ " + (["watcher"] + arguments).joined(separator: " "), .bold))
    }

    /// Lines that a program printed or sent, at most `limit` of them.
    func quote(_ lines: [String], limit: Int = .max) {
        for line in lines.prefix(limit) { say(styled("  │ ", .dim) + line) }
        if lines.count > limit { say(styled("  │ … and \(lines.count - limit) lines more", .dim)) }
    }

    /// A remark of the demo about what can be seen.
    func remark(_ text: String) { say(styled("    \(text)", .dim)) }

    func passed(_ claim: String) { say(styled("  ✓ ", .green) + claim) }

    func failed(_ claim: String, _ found: String) {
        say(styled("  ✗ \(claim)", .red))
        if !found.isEmpty { say(styled("    found: \(found)", .red)) }
    }

    /// The last words.
    func close(_ failures: [String]) {
        say()
        if failures.isEmpty { return say(styled("All of it was as it should be.", .green)) }
        say(styled("\(failures.count) not as it should be:", .red))
        for failure in failures { say("  ✗ \(failure)") }
    }

    private func styled(_ text: String, _ style: Style) -> String {
        isColored ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
