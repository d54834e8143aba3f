import CFuzzer
import FoundationEssentials
import Glibc

/// `fuzz`: the names of all targets. `fuzz NAME seeds FOLDER`: writes a target's seeds. `fuzz NAME …`: runs it, with the
/// arguments of libFuzzer.
@main
enum Fuzz {
    /// What the callback from C reaches.
    nonisolated(unsafe) private static var current = FuzzTarget("none") { _ in }

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1 else { return print(fuzzTargets.map(\.name).joined(separator: "\n")) }
        guard let target = fuzzTargets.first(where: { $0.name == arguments[1] }) else {
            preconditionFailure("no target is called \(arguments[1])")
        }
        if arguments.count == 4, arguments[2] == "seeds" {
            for (number, seed) in target.seeds.enumerated() {
                try Data(seed.utf8).write(to: URL(filePath: "\(arguments[3])/seed-\(number)"))
            }
            return
        }
        unsafe current = target
        run(["fuzz", "-max_len=\(target.lengthLimit)"] + arguments.dropFirst(2))
    }

    /// Does not return before the fuzzer ends.
    private static func run(_ arguments: [String]) {
        var count = Int32(arguments.count)
        var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            var address = buffer.baseAddress
            let status = unsafe LLVMFuzzerRunDriver(&count, &address) { data, size in
                unsafe Fuzz.current.run(Array(UnsafeBufferPointer(start: data, count: size)))
                return 0
            }
            exit(status)
        }
    }
}

/// A function that gets any bytes.
struct FuzzTarget {
    let name: String
    /// Bytes of one input.
    let lengthLimit: Int
    /// What it is meant for: the fuzzer begins there.
    let seeds: [String]
    let run: @Sendable ([UInt8]) -> Void

    init(_ name: String, lengthLimit: Int = 4096, seeds: [String] = [], run: @escaping @Sendable ([UInt8]) -> Void) {
        self.name = name
        self.lengthLimit = lengthLimit
        self.seeds = seeds
        self.run = run
    }
}

/// Ends the program, for the fuzzer to keep the input.
func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
    if !condition { fatalError(what()) }
}
