import ArgumentParser
import WatcherCore

struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of the configuration.",
        discussion: """
            For editors, which complete and check what is written: name the file as "$schema" in the configuration.

              watcher schema > config.schema.json
              watcher schema --format markdown
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case json, markdown, man }

    @Option(help: "The schema as JSON, or its keys as Markdown or as part of a manual page.")
    var format = Format.json
    @OptionGroup var common: CommonOptions

    func run() {
        switch format {
        case .json: Terminal.say(ConfigSchema.json())
        case .markdown: Terminal.write(ConfigReference().markdown)
        case .man: Terminal.write(ConfigReference().manual)
        }
    }
}
