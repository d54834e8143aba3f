import ArgumentParser
import Glibc
import Synchronization
import WatcherCore

/// The program's voice. Results go to standard output; logs and errors to standard error. A failure is `error: …` and,
/// where there is a next step, `hint: …`: lower case, no full stop.
enum Terminal {
    static let isInteractive = isatty(STDOUT_FILENO) == 1

    static func say(_ line: String) { write(Self.printable(line) + "\n", to: STDOUT_FILENO) }

    static func say(_ json: JSONValue) { write(json.text(.pretty)) }

    /// A whole document, as it is.
    static func write(_ document: String) { write(document, to: STDOUT_FILENO) }

    static func log(_ line: String) { write(Self.printable(line) + "\n", to: STDERR_FILENO) }

    static func fail(_ lines: [String], hint: String? = nil) {
        for line in lines { log("error: " + line) }
        if let hint { log("hint: " + hint) }
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

    private static func write(_ text: String, to file: Int32) {
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
