import ArgumentParser
import WatcherCore
import WatcherService

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a configuration to start from, with comments. Never over a file.",
        discussion: """
            It follows the named repositories, or two as an example, and is valid as it is: what else there is stands in
            comments.

              watcher init cli/cli
              watcher init --config watcher.json nginx/nginx openssl/openssl
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The repositories to follow.", valueName: "owner/name"))
    var repositories: [String] = []

    func run() throws {
        let text: String
        do throws(ConfigError) {
            text = try StarterConfig.text(
                repositories: repositories.isEmpty ? StarterConfig.exampleRepositories : repositories)
        } catch {
            throw ValidationError(error.problems.map(\.description).joined(separator: "\n"))
        }
        let path = DefaultPaths(environment: common.environment).config(common.config)
        do throws(DurableFile.Failure) {
            try DefaultPaths.makeFolder(DurableFile.folder(of: path), mode: 0o755)
            try DurableFile.create(path, with: Array(text.utf8))
        } catch {
            throw AppContext.Failure.notWritten(error)
        }
        Terminal.say("\(path) written. Next steps:")
        Terminal.say("  \(command("validate", path))    check it after each change")
        Terminal.say("  \(command("once", path))        first check: records what is there as baseline")
        Terminal.say("  \(command("status", path))      what has been seen; new releases are reported from now on")
    }

    /// A command that reads this file.
    private func command(_ name: String, _ path: String) -> String {
        guard common.config != nil else { return "watcher \(name)" }
        let isPlain = path.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0)) }
        let quoted =
            "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
        return "watcher \(name) --config \(isPlain ? path : quoted)"
    }
}
