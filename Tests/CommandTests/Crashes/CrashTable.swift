import Foundation

/// The outcome of many blows, as a table that is kept beside the tests.
struct CrashTable {
    /// What is counted: the calls of the `program`, or those on the `state`'s files.
    let scope: String
    var rows: [String] = []

    static let header = [
        "action", "counted", "blow", "call", "number", "thread", "about", "ended", "passes", "begun", "jobs",
        "messages", "verdict",
    ].joined(separator: "\t")

    mutating func add(_ result: CrashCase) {
        guard let point = result.point else { return }
        let thread = result.hit.map { $0.thread == 0 ? "main" : "other" } ?? "nobody"
        rows.append(
            [
                result.action.name, scope, point.blow.description, point.call, String(point.number), thread,
                result.hit?.subject ?? "", String(result.status), String(result.passes), String(result.begun),
                String(result.jobs), String(result.messages),
                result.faults.isEmpty ? "good" : result.faults.joined(separator: "; "),
            ].joined(separator: "\t"))
    }

    /// In the order of blow, call and number.
    func write(to path: String) throws {
        let ordered = rows.sorted { $0.localizedStandardCompare($1) == .orderedAscending }
        try Data((([Self.header] + ordered).joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    }
}
