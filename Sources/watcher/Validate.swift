import ArgumentParser
import WatcherCore
import WatcherService

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Read the configuration and print all its problems. Touches no network.",
        discussion: """
            Status 0 when it is valid, with warnings or without; 78 when it is not.

              watcher validate --config config.example.json
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        let setup: AppContext
        do throws(AppContext.Failure) {
            setup = try AppContext(configPath: common.config, environment: common.environment)
        } catch {
            if json, case .wrong(let path, let wrong) = error {
                Terminal.say(document(path, wrong.problems, wrong.warnings.map(\.description)))
                throw ExitCode(error.status)
            }
            throw error
        }
        let secrets = setup.unreadableSecrets
        let warnings =
            setup.warnings.map(\.description)
            + secrets.filter { $0.problem == nil }.flatMap(\.lines).map { $0 + " (not readable here)" }
            + setup.missingOutputFolders.map { "\($0.key): the directory \($0.folder) does not exist" }
        if let unusable = secrets.first(where: { $0.problem != nil }) {
            guard json else { throw unusable }
            Terminal.say(document(setup.path, secrets.compactMap(\.problem), warnings))
            throw ExitCode(unusable.status)
        }
        if json { return Terminal.say(document(setup.path, [], warnings)) }
        for warning in warnings { Terminal.log("warning: " + warning) }
        let config = setup.config
        Terminal.say(
            "\(setup.path) is valid: \(count(config.upstreams.count, "upstream")), \(count(config.actions.count, "action")), \(count(config.notifiers.count, "notifier"))"
        )
    }

    private func count(_ number: Int, _ word: String) -> String { Words.count(number, word) }

    private func document(_ path: String, _ problems: [ConfigProblem], _ warnings: [String]) -> JSONValue {
        .object([
            .init("config", .string(path)), .init("valid", .bool(problems.isEmpty)),
            .init(
                "problems",
                .array(
                    problems.map {
                        .compact([
                            ("path", .string($0.path)), ("line", .integer($0.line)), ("column", .integer($0.column)),
                            ("problem", .string($0.description)), ("suggestion", $0.suggestion.map { .string($0) }),
                        ])
                    })),
            .init("warnings", .array(warnings.map { .string($0) })),
        ])
    }
}
