import Foundation

/// `watcher-demo`: a release day of two real projects in front of the reader's eyes, against a GitHub on loopback.
///
/// Everything that is shown is done by the real `watcher`; everything that is claimed with a ✓ has been checked. Ends
/// with status 0 when all is as it should be, with 1 when something is not, and with 64 for a wrong command line. It is
/// the README's demo and a test of the release binary at once.
@main struct Demo {
    static let usage = """
        usage: watcher-demo [--no-pause] [--watcher PATH]

          --no-pause      do not wait between the chapters (nor is there a wait without a terminal)
          --watcher PATH  the program to show; otherwise the one beside this program

        NO_COLOR is respected. Needs no internet: GitHub and the chat are played on loopback.

        """

    static func main() async {
        var watcher: String?
        var mayPause = true
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            switch argument {
            case "--no-pause": mayPause = false
            case "--help", "-h": end(0, usage)
            case "--watcher":
                guard let path = arguments.popFirst() else { end(64, "error: --watcher needs a path\n\n" + usage) }
                watcher = path
            default: end(64, "error: unknown argument \(argument)\n\n" + usage)
            }
        }
        let narrator = Narrator(mayPause: mayPause)
        do {
            let failures = try await Stage.with(watcher: watcher ?? sibling) { stage in
                var story = Story(stage, narrator)
                try await story.tell()
                return story.failures
            }
            narrator.close(failures)
            exit(failures.isEmpty ? 0 : 1)
        } catch {
            end(1, "error: \(error)\n")
        }
    }

    /// `watcher` in the build folder, where this program is too.
    private static var sibling: String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(filePath: own).deletingLastPathComponent().appending(path: "watcher").path
    }

    private static func end(_ status: Int32, _ text: String) -> Never {
        try? (status == 0 ? FileHandle.standardOutput : .standardError).write(contentsOf: Data(text.utf8))
        exit(status)
    }
}
