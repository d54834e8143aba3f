import ArgumentParser
import WatcherCore

/// What people type, before and after it is parsed.
enum CommandLineWords {
    /// Options that every command takes, written before the command, moved behind it: `watcher --config x once`.
    static func ordered(_ arguments: [String], commands: [String]) -> [String] {
        // What the shells' completions ask names a command and is none.
        guard arguments.first != "---completion" else { return arguments }
        let index = commandPlace(in: arguments)
        guard index > 0, index < arguments.endIndex, commands.contains(arguments[index]) else { return arguments }
        return [arguments[index]] + arguments[..<index] + arguments[(index + 1)...]
    }

    /// Where the command stands: behind the options that come before it.
    private static func commandPlace(in arguments: [String]) -> Int {
        var index = arguments.startIndex
        while index < arguments.endIndex, arguments[index].hasPrefix("-") {
            index += optionsWithValue.contains(arguments[index]) ? 2 : 1
        }
        return min(index, arguments.endIndex)
    }

    private static let optionsWithValue = ["--config", "--color"]

    /// A hint that names a command, with the `--config` that was given: without it the command would read another one.
    static func completed(_ hint: String, arguments: [String], commands: [String]) -> String {
        guard let path = value(of: "--config", in: arguments), !hint.contains("--config"),
            !hint.contains("did you mean"), commands.contains(where: { hint.contains("watcher \($0)") })
        else { return hint }
        let word = path.utf8.allSatisfy { $0 > 0x20 && !"'\"\\$`*?;&|<>()".utf8.contains($0) } ? path : "'\(path)'"
        return hint + " (with --config \(word))"
    }

    /// What `--color` says, read before the rest of the command line is: an error of that is coloured too.
    static func color(in arguments: [String]) -> ColorChoice {
        value(of: "--color", in: arguments).flatMap(ColorChoice.init) ?? .auto
    }

    private static func value(of option: String, in arguments: [String]) -> String? {
        let words = arguments.prefix { $0 != "--" }
        return words.last { $0.hasPrefix(option + "=") }.map { String($0.dropFirst(option.count + 1)) }
            ?? words.lastIndex(of: option).flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
    }

    /// What is said in place of "unexpected argument" when the command is unknown; nil when it is something else.
    static func unknownCommand(_ arguments: [String], commands: [String]) -> (problem: String, hint: String)? {
        let word = arguments.dropFirst(commandPlace(in: arguments)).first
        guard let word, !commands.contains(word), word != "help" else { return nil }
        let meant = Suggestion.nearest(to: word, among: commands)
        return (
            "unknown command \(word)",
            meant.map { "did you mean watcher \($0)?" } ?? "watcher --help lists all commands"
        )
    }

    /// The end of a message about a name that is not among the known ones: the one that was meant, or those there are.
    static func known(_ name: String, _ known: some Collection<String>) -> String {
        if let meant = Suggestion.nearest(to: name, among: known) { return "; did you mean \(meant)?" }
        let names = known.sorted()
        guard !names.isEmpty else { return "; there are none" }
        return "; known: " + names.prefix(nameLimit).joined(separator: ", ")
            + (names.count > nameLimit ? " and \(names.count - nameLimit) more" : "")
    }

    /// How many names are listed.
    private static let nameLimit = 20
}
