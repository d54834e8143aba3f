import Foundation
import Synchronization

/// An SMTP server that says what a test wants: `nil` is silence until the client is gone.
final class MailServer: Sendable {
    private struct State {
        var commands: [String] = []
        var message: [String] = []
    }

    private let state = Mutex(State())
    private let reply: @Sendable (String) -> String?

    /// `reply` gets each command, `""` for the greeting and `"."` for the end of a message.
    private init(exactly reply: @escaping @Sendable (String) -> String?) { self.reply = reply }

    /// Takes everything, but for what `other` says.
    convenience init(offering extensions: [String] = [], other: @escaping @Sendable (String) -> String? = { _ in "" }) {
        self.init(exactly: { command in
            guard let special = other(command) else { return nil }
            if !special.isEmpty { return special }
            switch command.prefix(4) {
            case "": return "220 mail.example ready"
            case "EHLO":
                let lines = ["mail.example"] + extensions
                return lines.dropLast().map { "250-\($0)\r\n" }.joined() + "250 \(lines.last ?? "")"
            case "DATA": return "354 go on"
            case ".": return "250 2.0.0 queued as 1"
            case "QUIT": return "221 bye"
            case "AUTH": return "334 "
            case "AG1l": return "235 welcome"
            default: return "250 ok"
            }
        })
    }

    var commands: [String] { state.withLock { $0.commands } }
    /// With the dots that were doubled on the way undone.
    var message: [String] { state.withLock { $0.message } }

    func serve(_ connection: Connection) {
        guard answer("", connection) else { return }
        while let command = connection.readLine() {
            state.withLock { $0.commands.append(command) }
            guard answer(command, connection) else { return }
            guard command == "DATA", reply(command)?.hasPrefix("354") == true else { continue }
            while let line = connection.readLine(), line != "." {
                state.withLock { $0.message.append(line.hasPrefix(".") ? String(line.dropFirst()) : line) }
            }
            guard answer(".", connection) else { return }
        }
    }

    private func answer(_ command: String, _ connection: Connection) -> Bool {
        guard let reply = reply(command) else {
            connection.waitForClose()
            return false
        }
        return connection.write(reply + "\r\n")
    }
}

/// A mail server for the length of `body`.
func withMailServer<R>(_ mail: MailServer, _ body: (LoopbackServer) async throws -> R) async throws -> R {
    let server = try LoopbackServer { mail.serve($0) }
    defer { server.stop() }
    return try await body(server)
}
