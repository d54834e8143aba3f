import Curl
import FoundationEssentials
import Glibc
package import Logging
package import WatcherCore

/// The daemon's log on standard error: for the journal with its priorities, as JSON on request, else for people.
package struct ServiceLog: LogHandler {
    package enum Format: String, Sendable, CaseIterable { case auto, text, journal, json }

    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let format: Format
    private let queue: LogQueue

    /// `auto` is the journal where `$JOURNAL_STREAM` names our standard error, else text.
    package init(_ format: Format, isVerbose: Bool, environment: [String: String]) throws(AppContext.Failure) {
        let format = format == .auto ? (Self.isJournal(environment) ? .journal : .text) : format
        self.format = format
        logLevel = isVerbose ? .debug : .info
        do throws(HTTPError) {
            queue = try LogQueue(file: STDERR_FILENO) { count in Self.dropped(count, format) }
        } catch {
            throw .http(error)
        }
    }

    /// To be called at the end: what has been logged is written, as far as standard error is read.
    package func drain() { queue.drain() }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: Logging.LogEvent) {
        var fields: [(String, String)] = []
        var text = "\(event.message)"
        for (key, value) in (event.metadata ?? [:]).sorted(by: { $0.key < $1.key }) {
            if key == Self.textKey { text = "\(value)" } else { fields.append((key, "\(value)")) }
        }
        queue.add(Self.line(format, event.level, "\(event.message)", fields, text: text))
    }

    private static func line(
        _ format: Format, _ level: Logger.Level, _ message: String, _ fields: [(String, String)], text: String
    ) -> [UInt8] {
        switch format {
        case .text, .auto: return bytes(text)
        case .journal:
            // Constant words first, what varies as fields: a line to search for.
            let values = fields.map { " \($0)=\(quoted($1))" }.joined()
            return bytes("<\(priority(level))>\(message)\(values.isEmpty ? "" : ":" + values)")
        case .json:
            let members: [(String, JSONValue?)] =
                [
                    ("time", .string(Clock.now().floor.description)), ("level", .string(level.rawValue)),
                    ("message", .string(message)),
                ] + fields.map { ($0, .string($1)) }
            return bytes(JSONValue.compact(members).text())
        }
    }

    /// Says how many lines were dropped while nobody read standard error.
    private static func dropped(_ count: Int, _ format: Format) -> [UInt8] {
        let lines = "\(count) log line\(count == 1 ? "" : "s")"
        return line(
            format, .warning, "log lines dropped", [("count", "\(count)")],
            text: "warning: \(lines) dropped while standard error was not read")
    }

    /// The whole in words: shown to people, left out where the fields say the same.
    private static let textKey = "text"

    /// Logs what the core noted.
    package static func tell(_ note: WatcherCore.LogEvent, to logger: Logger) {
        var fields = note.fields.mapValues { Logger.MetadataValue.string($0) }
        if let hint = note.hint { fields["hint"] = .string(hint) }
        let hint = note.hint.map { " (hint: \($0))" } ?? ""
        fields[textKey] = .string(note.text + hint)
        let level: Logger.Level =
            switch note.level {
            case .detail: .debug
            case .news: .notice
            case .failure: .error
            }
        logger.log(level: level, "\(note.topic)", metadata: fields)
    }

    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    private static func quoted(_ value: String) -> String {
        value.contains { $0 == " " || $0 == "\"" || $0 == "=" } || value.isEmpty
            ? JSONValue.string(value).text() : value
    }

    private static func isJournal(_ environment: [String: String]) -> Bool {
        guard let stream = environment["JOURNAL_STREAM"] else { return false }
        var status = stat()
        return unsafe fstat(STDERR_FILENO, &status) == 0 && stream == "\(status.st_dev):\(status.st_ino)"
    }

    private static func bytes(_ line: String) -> [UInt8] {
        let clean = line.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return Array(String(String.UnicodeScalarView(clean)).utf8) + [0x0A]
    }
}
