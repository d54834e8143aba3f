import Foundation

extension World {
    static func date(_ text: String) -> Date? { try? Date(text, strategy: .iso8601) }

    /// Whole seconds, as the state keeps times.
    static func text(_ date: Date) -> String { date.formatted(.iso8601) }

    /// A moment so many seconds ago.
    static func ago(_ seconds: Double) -> Date { Date(timeIntervalSinceNow: -seconds) }
}

extension World {
    static func text(at path: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }
}
