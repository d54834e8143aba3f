import Foundation

/// One place at which the program is hit: a system call, which one of its kind, and by what.
struct CrashPoint: Sendable, Hashable, CustomStringConvertible {
    enum Blow: Sendable, Hashable, CustomStringConvertible {
        /// SIGKILL on entering the call, which is not made any more.
        case kill
        /// The call fails with this error once, and works again afterwards.
        case error(String)
        /// This call and all of its kind after it fail.
        case errors(String)

        var description: String {
            switch self {
            case .kill: "kill"
            case .error(let name): name
            case .errors(let name): name + "+"
            }
        }
    }

    let blow: Blow
    let call: String
    /// The how-manieth call of its kind, counted from 1 for each thread: the first thread to get there is hit.
    let number: Int

    var description: String { "\(blow) \(call) \(number)" }

    /// What strace is asked to do; `paths` keeps it, and its counting, to calls that touch these.
    func strace(log: String, paths: [String] = []) -> [String] {
        let what =
            switch blow {
            case .kill: "signal=KILL:when=\(number)"
            case .error(let name): "error=\(name):when=\(number)"
            case .errors(let name): "error=\(name):when=\(number)+"
            }
        return Self.strace(log: log, calls: call, paths: paths) + ["-e", "inject=\(call):\(what)"]
    }

    /// On one processor the program has one thread for its own work, so that a number means the same call each time.
    static func strace(log: String, calls: String, paths: [String]) -> [String] {
        ["taskset", "-c", String(Int.random(in: 0..<processors)), "strace", "-f", "-qq", "-y", "-o", log]
            + ["-e", "trace=execve,\(calls)"] + paths.flatMap { ["-P", $0] }
    }

    private static let processors = ProcessInfo.processInfo.activeProcessorCount
}

/// Numbers that look random and are the same for the same seed.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
