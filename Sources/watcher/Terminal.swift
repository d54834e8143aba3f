import ArgumentParser
import Glibc
import Synchronization
import WatcherCore

/// The program's voice. Results go to standard output; logs and errors to standard error. A failure is `error: …` and,
/// where there is a next step, `hint: …`: lower case, no full stop.
enum Terminal {
    static let isInteractive = isatty(STDOUT_FILENO) == 1

    /// The colours of standard output and of standard error, as `--color` and the environment have it.
    static let style = style(of: STDOUT_FILENO)
    private static let errorStyle = style(of: STDERR_FILENO)

    private static func style(of file: Int32) -> TextStyle {
        let choice = CommandLineWords.color(in: Array(CommandLine.arguments.dropFirst()))
        return TextStyle(usesColor: choice.usesColor(isTerminal: isatty(file) == 1, environment: Environment.all))
    }

    /// Columns of the terminal, asked each time because a window is resized; nil where it does not tell.
    static var width: Int? {
        var size = winsize()
        if unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return Environment.all["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Columns that are counted on where the terminal does not tell.
    static let usualWidth = 80

    /// A result. At a terminal it is broken between words, and the tone is that of its first `toned` characters.
    static func say(_ line: String, _ tone: TextStyle.Tone = .plain, toned: Int = .max) {
        write(laidOut(line, tone, toned, on: STDOUT_FILENO, style), to: STDOUT_FILENO)
    }

    static func say(_ json: JSONValue) { write(json.text(.pretty)) }

    /// A whole document, as it is.
    static func write(_ document: String) { write(document, to: STDOUT_FILENO) }

    /// Hints name the configuration that was named.
    static func log(_ line: String) {
        var line = line
        if line.hasPrefix("hint: ") {
            line = CommandLineWords.completed(
                line, arguments: Array(CommandLine.arguments.dropFirst()),
                commands: Watcher.commandNames.filter { !["init", "schema", "versions"].contains($0) })
        }
        let tone: TextStyle.Tone = line.hasPrefix("error: ") ? .alarm : line.hasPrefix("hint: ") ? .hint : .warning
        let word = ["error: ", "hint: ", "warning: "].first { line.hasPrefix($0) }
        write(laidOut(line, tone, word.map { $0.count - 1 } ?? 0, on: STDERR_FILENO, errorStyle), to: STDERR_FILENO)
    }

    static func fail(_ lines: [String], hint: String? = nil) {
        for line in lines { log("error: " + line) }
        if let hint { log("hint: " + hint) }
    }

    private static func laidOut(
        _ line: String, _ tone: TextStyle.Tone, _ toned: Int, on file: Int32, _ style: TextStyle
    ) -> String {
        let clean = printable(line)
        // By bytes: characters cost forty times as much, and a pass over thousands of upstreams has as many lines.
        var lines = clean.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
        if isatty(file) == 1, let width { lines = lines.flatMap { $0.wrapped(to: width) } }
        if style.usesColor {
            lines = lines.enumerated().map { number, line in
                guard toned < .max else { return style.paint(line, tone) }
                return number == 0 ? style.paint(String(line.prefix(toned)), tone) + line.dropFirst(toned) : line
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Lower case, without a full stop: as everything that is said here.
    static func inOurVoice(_ text: String) -> String {
        let text = text.hasSuffix(".") ? String(text.dropLast()) : text
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    /// Action required.
    static let actionRequired = ExitCode(1)

    /// No text from outside moves the cursor, rings the bell or reverses the line.
    private static func printable(_ line: String) -> String {
        line.unicodeScalars.contains(where: isUnsafe)
            ? String(String.UnicodeScalarView(line.unicodeScalars.map { isUnsafe($0) ? "?" : $0 })) : line
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
            || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }

    /// The error number of a write to standard output that failed; a reader that has gone away is none.
    private static let outputFailure = Atomic<Int32>(0)

    /// What a command ends with that has done all it had to: results that nobody got are a failure.
    static var outputStatus: Int32 {
        let code = outputFailure.load(ordering: .relaxed)
        guard code != 0 else { return 0 }
        fail(["standard output: write: \(unsafe String(cString: strerror(code)))"])
        return 74
    }

    /// The line at the end of the terminal's output that is written anew.
    private static let shown = Mutex("")

    /// Whether such a line can be shown.
    static let canUpdate = isInteractive && !["", "dumb"].contains(Environment.all["TERM", default: ""])

    /// Shows it, in place of the one before; an empty one takes it away.
    static func showProgress(_ line: String) {
        guard canUpdate else { return }
        let line = printable(line).fitted(to: max((width ?? usualWidth) - 1, 1))
        shown.withLock { shown in
            guard line != shown else { return }
            writeBytes(clearLine + line, to: STDOUT_FILENO)
            shown = line
        }
    }

    /// To the beginning of the line, which is erased.
    private static let clearLine = "\r\u{1B}[K"

    /// Everything else goes above that line.
    private static func write(_ text: String, to file: Int32) {
        guard canUpdate else { return writeBytes(text, to: file) }
        shown.withLock { shown in
            if !shown.isEmpty { writeBytes(clearLine, to: STDOUT_FILENO) }
            writeBytes(text, to: file)
            if !shown.isEmpty { writeBytes(shown, to: STDOUT_FILENO) }
        }
    }

    private static func writeBytes(_ text: String, to file: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                if file == STDOUT_FILENO, errno != EPIPE { outputFailure.store(errno, ordering: .relaxed) }
                return
            }
            bytes = bytes.dropFirst(count)
        }
    }
}

/// The process's environment, as it was at the start.
enum Environment {
    static let all: [String: String] = {
        var found: [String: String] = [:]
        var entry = unsafe environ
        while let pointer = unsafe entry.pointee {
            let text = unsafe String(cString: pointer)
            if let equals = text.firstIndex(of: "=") {
                found[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            unsafe entry += 1
        }
        return found
    }()
}
