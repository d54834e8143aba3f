import Foundation

/// What strace wrote about a pass: who made which calls, and what they were about.
struct SystemCalls: Sendable {
    struct Call: Sendable {
        /// 0 is the main thread, the others follow in the order in which they show up. Where the start of the program
        /// was not traced nobody knows which is the main one: then they begin with 1.
        let thread: Int
        let name: String
        /// The how-manieth of its name in its thread, from 1.
        let number: Int
        /// A file below the state's folder, a library, `a socket`, …: nothing that differs from run to run.
        let subject: String
    }

    let calls: [Call]

    /// All that touches files, descriptors or the network.
    static let traced = "%file,%desc,%network"
    /// Of these, what maps memory or starts the program: it changes nothing outside of the process.
    static let harmless: Set<String> = ["mmap", "execve", "mprotect"]

    init(log path: String, world: World) throws {
        let text = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        var threads: [Substring: Int] = [:]
        var first = 0
        var counts: [String: Int] = [:]
        calls = text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            guard parts.count == 2, let rest = parts.last?.drop(while: { $0 == " " }),
                let bracket = rest.firstIndex(of: "("), rest.first?.isLetter == true
            else { return nil }
            let name = String(rest[..<bracket])
            if threads.isEmpty { first = name == "execve" ? 0 : 1 }
            let thread = threads[parts[0]] ?? threads.count + first
            threads[parts[0]] = thread
            let number = (counts["\(thread) \(name)"] ?? 0) + 1
            counts["\(thread) \(name)"] = number
            return Call(
                thread: thread, name: name, number: number,
                subject: Self.subject(rest[rest.index(after: bracket)...], world))
        }
    }

    /// How often each kind of call was made by the thread that made it most often: so many numbers reach somebody.
    var reach: [(name: String, most: Int)] {
        Dictionary(grouping: counted, by: \.name)
            .mapValues { $0.map(\.number).max() ?? 0 }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The calls that are hit.
    var counted: [Call] { calls.filter { !Self.harmless.contains($0.name) } }

    /// How many calls of this pass nobody was hit at, because another thread got to their number first.
    func missed(by results: [CrashCase]) -> Int {
        let hit = Set(results.compactMap { $0.hit.map { "\($0.thread == 0) \($0.name) \($0.number)" } })
        return counted.count { !hit.contains("\($0.thread == 0) \($0.name) \($0.number)") }
    }

    private static func subject(_ arguments: Substring, _ world: World) -> String {
        let found =
            if let quote = arguments.firstIndex(of: "\""), !arguments[..<quote].contains("<") || isAtFolder(arguments) {
                arguments[arguments.index(after: quote)...].prefix { $0 != "\"" }
            } else if let angle = arguments.firstIndex(of: "<") {
                arguments[arguments.index(after: angle)...].prefix { $0 != ">" }
            } else {
                Substring()
            }
        if found.isEmpty || found.hasPrefix("unfinished") { return "" }
        if found.hasPrefix("socket:") || found.hasPrefix("TCP:") || found.hasPrefix("UNIX") { return "a socket" }
        if found.hasPrefix("pipe:") { return "a pipe" }
        if found.hasPrefix("anon_inode") { return String(found.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }) }
        if found.hasPrefix(world.folder) { return "…" + found.dropFirst(world.folder.count) }
        if found.contains("/scratch/") { return "standard output" }
        if found.hasPrefix("/proc/") { return "/proc" }
        if found.contains(".so") { return "a library" }
        if found.hasSuffix("/watcher") { return "the program" }
        // Nothing of the machine on which the table was made.
        guard ["/dev", "/etc", "/sys", "/usr"].contains(where: found.hasPrefix) else { return "…" }
        return String(found)
    }

    /// `openat(AT_FDCWD</folder>, "path"`: with `-y` the folder is shown as well.
    private static func isAtFolder(_ arguments: Substring) -> Bool { arguments.hasPrefix("AT_FDCWD") }
}
