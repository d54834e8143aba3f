import Foundation
import Glibc
import Synchronization
import TestSupport

/// What a run of the program left behind.
struct Output: Sendable {
    /// The exit status, or 128 and the signal that ended it.
    let status: Int32
    let out: String
    let err: String
    let took: Duration
    let ended: ContinuousClock.Instant

    /// Standard output as one JSON document; null when it is none.
    var json: WireJSON { (try? WireJSON(parsing: Array(out.utf8))) ?? .null }
    var lines: [Substring] { out.split(separator: "\n") }
    var isSilent: Bool { out.isEmpty && err.isEmpty }
}

/// A process under way.
final class Running: Sendable {
    struct Expired: Error, CustomStringConvertible {
        let words: [String]
        let out: String
        let err: String

        var description: String { "\(words.joined(separator: " ")) did not end in time\n\(out)\n\(err)" }
    }

    let pid: pid_t
    private let words: [String]
    private let limit: Duration
    private let began = ContinuousClock.now
    private let ended = Promise<Output>()
    private let errors: String

    /// What it has written to standard error so far; nothing when that is a terminal.
    var errorsSoFar: String {
        (try? String(decoding: Data(contentsOf: URL(filePath: errors)), as: UTF8.self)) ?? ""
    }

    /// After `limit` the process and its group are ended, and waiting for it throws.
    ///
    /// - Throws: `Spawn.Failure` when there is no such program, or no terminal to be had.
    init(
        _ words: [String], environment: [String: String], scratch: String, isTerminal: Bool, columns: UInt16 = 0,
        limit: Duration
    ) throws {
        self.words = words
        self.limit = limit
        let name = scratch + "/" + UUID().uuidString
        errors = name + ".err"
        let terminal = isTerminal ? try Terminal(columns: columns) : nil
        let streams: Spawn.Streams =
            terminal.map { .terminal(path: $0.path) } ?? .files(out: name + ".out", err: name + ".err")
        pid = try Spawn.start(words, environment: environment, streams)
        Thread.detachNewThread { [pid, began, ended] in
            let shown = terminal?.read()
            let status = Spawn.reap(pid)
            let end = ContinuousClock.now
            func text(_ end: String) -> String {
                (try? String(decoding: Data(contentsOf: URL(filePath: name + end)), as: UTF8.self)) ?? ""
            }
            let signal = status & 0x7F
            ended.keep(
                Output(
                    status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, out: shown ?? text(".out"),
                    err: shown == nil ? text(".err") : "", took: end - began, ended: end))
        }
    }

    /// To the process alone.
    func signal(_ signal: Int32) { kill(pid, signal) }

    /// To the process and all that it started.
    func killGroup() { kill(-pid, SIGKILL) }

    func end() async throws -> Output {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                _ = await self.ended.value
                return true
            }
            group.addTask {
                try await Task.sleep(for: self.limit)
                return false
            }
            let isInTime = try await group.next() ?? false
            if !isInTime { killGroup() }
            group.cancelAll()
            let output = await ended.value
            guard isInTime else { throw Expired(words: words, out: output.out, err: output.err) }
            return output
        }
    }
}

/// A value that is there later, for everybody who waits.
final class Promise<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiters: [CheckedContinuation<Value, Never>] = []
    }

    private let state = Mutex(State())

    func keep(_ value: Value) {
        let waiters = state.withLock { state in
            state.value = value
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }

    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let value = state.withLock { state in
                    if state.value == nil { state.waiters.append(continuation) }
                    return state.value
                }
                if let value { continuation.resume(returning: value) }
            }
        }
    }
}

/// Lets so many pass at once.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ places: Int) { state = Mutex(State(free: places)) }

    func pass<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiters.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
        defer {
            state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard !state.waiters.isEmpty else {
                    state.free += 1
                    return nil
                }
                return state.waiters.removeFirst()
            }?.resume()
        }
        return try await body()
    }
}
