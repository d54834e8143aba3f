import Subprocess
import SystemPackage
import WatcherCore

/// Another program, run without a shell: an argument is what it is.
///
/// Each gets a session of its own, so that its end is the end of all that it started: a cancelled task and a time-out
/// send SIGTERM to the whole group, and SIGKILL to what is left of it after `patience`.
struct ExternalProgram: Sendable {
    /// A plain name is looked up in `PATH`; one with a slash is a path.
    var name: String
    /// Also says where programs are.
    var environment: [String: String]
    /// Nil: that of this process.
    var workingDirectory: String?

    /// How long a group may take to end when it was asked to.
    static let patience = Duration.seconds(3)

    enum Failure: Error, Sendable, Equatable {
        case notFound(String)
        case notRunnable(String, reason: String)
        case timedOut(String, after: Duration)
        case cancelled
    }

    struct Output: Sendable {
        /// Of `exit`; 128 and more for a signal, as shells have it.
        var status: Int32
        var text: String
        /// What it said about errors.
        var errors: String
    }

    /// Bytes of input: what a pipe holds for a program that does not read yet (`pipe(7)`).
    static let inputLimit = 65_536

    /// Runs it to its end, with what it says kept up to `limit` bytes: more is an error.
    ///
    /// `input` is in the pipe before the program starts, at most `inputLimit` bytes: nothing is written to a program that
    /// has closed its end, which the library would not survive.
    func run(
        _ arguments: [String], input: String = "", limit: Int = 1 << 20, timeout: Duration
    ) async throws(Failure) -> Output {
        let given = try standardInput(Array(input.utf8))
        return try await within(timeout) {
            let result = try await Subprocess.run(
                executable, arguments: Arguments(arguments), environment: variables,
                workingDirectory: workingDirectory.map { FilePath($0) }, platformOptions: options,
                input: .fileDescriptor(given, closeAfterSpawningProcess: true), output: .string(limit: limit),
                error: .string(limit: limit))
            return Output(
                status: result.terminationStatus.shellStatus, text: result.standardOutput, errors: result.standardError)
        }
    }

    /// Runs it to its end and hands on what it says, errors included, as it comes. Returns its status.
    func follow(
        _ arguments: [String], input: [UInt8] = [], timeout: Duration, _ take: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(Failure) -> Int32 {
        let given = try standardInput(input)
        return try await within(timeout) {
            let result = try await Subprocess.run(
                executable, arguments: Arguments(arguments), environment: variables,
                workingDirectory: workingDirectory.map { FilePath($0) }, platformOptions: options,
                input: .fileDescriptor(given, closeAfterSpawningProcess: true), output: .sequence,
                error: .combinedWithOutput
            ) { execution in
                for try await buffer in execution.standardOutput {
                    take(unsafe buffer.withUnsafeBytes { unsafe Array($0) })
                }
            }
            return result.terminationStatus.shellStatus
        }
    }

    private func standardInput(_ bytes: [UInt8]) throws(Failure) -> FileDescriptor {
        do {
            let pipe = try FileDescriptor.pipe(options: .closeOnExec)
            defer { try? pipe.writeEnd.close() }
            guard bytes.count <= Self.inputLimit else {
                try pipe.readEnd.close()
                throw Failure.notRunnable(name, reason: "its input is longer than \(Self.inputLimit) bytes")
            }
            try pipe.writeEnd.writeAll(bytes)
            return pipe.readEnd
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .notRunnable(name, reason: "a pipe: \(error)")
        }
    }

    private var executable: Executable { name.contains("/") ? .path(FilePath(name)) : .name(name) }

    private var variables: Environment {
        .custom(
            environment.reduce(into: [Environment.Key: String]()) { all, variable in
                if let key = Environment.Key(rawValue: variable.key) { all[key] = variable.value }
            })
    }

    private var options: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.patience)
        ]
        return options
    }

    private func within<Value: Sendable>(
        _ timeout: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure>? = await withTaskGroup { group in
            // Side by side, so that whichever ends first, the program or its time, cuts off the other; and not on the
            // caller's thread, of which a program that never stops talking would not let go.
            group.addTask(executorPreference: globalConcurrentExecutor) { await self.outcome(body) }
            // The time limit, beside the program.
            group.addTask {
                try? await Task.sleep(for: timeout)
                return Result<Value, Failure>?.none
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            // What was cut off is waited for: nothing of it is left when this returns.
            await group.waitForAll()
            return first
        }
        if Task.isCancelled { throw .cancelled }
        guard let result else { throw .timedOut(name, after: timeout) }
        return try result.get()
    }

    private func outcome<Value>(_ body: () async throws -> Value) async -> Result<Value, Failure>? {
        do {
            return .success(try await body())
        } catch let error as SubprocessError where error.code == .executableNotFound {
            return .failure(.notFound(name))
        } catch let error as SubprocessError {
            return .failure(.notRunnable(name, reason: error.description.cleanedLine(limit: 200)))
        } catch {
            return .failure(.cancelled)
        }
    }
}

extension ExternalProgram.Failure: CustomStringConvertible {
    var description: String {
        switch self {
        case .notFound(let name) where name.contains("/"): "there is no program \(name)"
        case .notFound(let name): "there is no program \(name) in PATH"
        case .notRunnable(let name, let reason): "\(name) cannot be run: \(reason)"
        case .timedOut(let name, let duration): "\(name) did not end within \(duration)"
        case .cancelled: "interrupted"
        }
    }
}

extension TerminationStatus {
    fileprivate var shellStatus: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}
