import Foundation
import TestSupport
import Testing

extension World {
    /// First sight of both upstreams: remembered, and nothing done.
    func baseline(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        publishBaseline()
        let output = try await run("once", sourceLocation: sourceLocation)
        try #require(output.status == 0 && output.isSilent, "\(output)", sourceLocation: sourceLocation)
    }

    /// A pass that goes well.
    @discardableResult
    func pass(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> Output {
        let output =
            switch arguments.count {
            case 0: try await run("once", sourceLocation: sourceLocation)
            default: try await run("once", arguments[0], sourceLocation: sourceLocation)
            }
        #expect(output.status == 0, "\(output.out)\(output.err)", sourceLocation: sourceLocation)
        return output
    }

    /// A pass in which nothing is said, nothing is started and nobody is told.
    func quietPass(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let (dispatches, messages) = (github.count(Route(.dispatch)), told.count)
        let output = try await run("once", sourceLocation: sourceLocation)
        #expect(output.status == 0, sourceLocation: sourceLocation)
        #expect(output.isSilent, "\(output.out)\(output.err)", sourceLocation: sourceLocation)
        #expect(github.count(Route(.dispatch)) == dispatches, sourceLocation: sourceLocation)
        #expect(told.count == messages, "\(told)", sourceLocation: sourceLocation)
    }

    /// The contract's `jobs[]`, as `status` prints it.
    func jobs(sourceLocation: SourceLocation = #_sourceLocation) async throws -> [WireJSON] {
        try await run("status", "--json", sourceLocation: sourceLocation).json["jobs"]?.array ?? []
    }

    /// What the shell is offered behind a command, with `$WATCHER_CONFIG` set.
    func completed(_ command: String) async throws -> [String] {
        let asked = try await end(
            try launch(
                ["---completion", command, "--", "positional@0", "0", "0", "watcher", command, ""], wrapper: [],
                isTerminal: false, limit: Self.limit))
        return asked.lines.map(String.init)
    }

    /// Moves a time in the state back, as if so many seconds had passed since.
    func age(_ path: String, by seconds: Int) throws {
        let parts = path.split(separator: ".").map(String.init)
        let text = try #require(parts.reduce(state) { $0[$1] ?? .null }.string, "no time at \(path)")
        let date = try #require(World.date(text)).addingTimeInterval(-Double(seconds))
        try editState(path, .string(World.text(date)))
    }
}

extension World {
    /// Moves the `until` of something that waits back.
    func age(_ path: String, until index: Int, by seconds: Int) throws {
        let parts = path.split(separator: ".").map(String.init)
        var waiting = parts.reduce(state) { $0[$1] ?? .null }.array ?? []
        try #require(waiting.indices.contains(index), "nothing waits")
        let text = try #require(waiting[index]["until"]?.string)
        let date = try #require(World.date(text)).addingTimeInterval(-Double(seconds))
        waiting[index].set(["until"], .string(World.text(date)))
        try editState(path, .array(waiting))
    }
}

extension World {
    /// Moves all times of the first open job back, as if so many seconds had passed since.
    func ageJob(by seconds: Int) throws {
        let jobs = state["jobs"]?.array ?? []
        let first = try #require(jobs.first)
        try editState("jobs", .array([World.aged(first, by: seconds)] + jobs.dropFirst()))
    }

    private static func aged(_ json: WireJSON, by seconds: Int) -> WireJSON {
        switch json {
        case .string(let text) where text.count == 20:
            date(text).map { .string(World.text($0.addingTimeInterval(-Double(seconds)))) } ?? json
        case .object(let members): .object(members.mapValues { aged($0, by: seconds) })
        case .array(let elements): .array(elements.map { aged($0, by: seconds) })
        default: json
        }
    }
}
