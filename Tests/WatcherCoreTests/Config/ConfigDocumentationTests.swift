import FoundationEssentials
import Testing
import WatcherCore

@Suite("Configurations in the documentation")
struct ConfigDocumentationTests {
    private static func page(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: ConfigFixtures.root.appending(path: path)), as: UTF8.self)
    }

    /// What stands between the fences of JSON: entries of `notifiers`.
    private static func blocks() throws -> [String] {
        try page("Sources/WatcherCore/WatcherCore.docc/Notifiers.md").split(separator: "```json\n").dropFirst()
            .compactMap { $0.split(separator: "\n```").first.map(String.init) }
    }

    /// The rows of the table of services, each a notifier without its name.
    private static func rows() throws -> [String] {
        let table =
            try page("docs/notifiers.md").split(separator: "| service | ").last?.split(separator: "\n\n").first ?? ""
        return table.split(separator: "\n")
            .compactMap { $0.split(separator: "` | `{").dropFirst().first?.split(separator: "`").first }
            .map { "\"team\": {" + $0 }
    }

    @Test(
        "every build that is shown is read without a problem or a warning",
        arguments: [("docs/local-builds.md", "\"actions\": {"), ("deploy/image/README.md", "\"imageBuild\": {")])
    func builds(page: String, opening: String) throws {
        let blocks = try Self.page(page).split(separator: "```json\n").dropFirst()
            .compactMap { $0.split(separator: "\n```").first.map(String.init) }.filter { $0.hasPrefix(opening) }
        #expect(blocks.count == 1)
        for block in blocks {
            let actions =
                opening.hasPrefix("\"actions") ? block : #""actions": {"a": {"upstreams": ["elabftw"], "# + block + "}}"
            let text =
                #"{"upstreams": {"elabftw": {"github": "elabftw/elabftw"}, "s6-overlay": {"github": "a/s6"}}, "#
                + actions + "}"
            let reading = try ConfigReader.read(Array(text.utf8)).get()
            #expect(reading.warnings == [], "\(block)")
            #expect(reading.config.actions.count == 1)
        }
    }

    @Test(
        "every notifier that is shown is read without a problem or a warning, and every service is among them",
        arguments: [blocks, rows])
    func notifiers(shown: @Sendable () throws -> [String]) throws {
        var services: Set<String> = []
        for block in try shown() {
            let text = #"{ "upstreams": { "app": { "github": "owner/app" } }, "notifiers": {"# + block + "} }"
            let reading = try ConfigReader.read(Array(text.utf8)).get()
            #expect(reading.warnings == [], "\(block)")
            for notifier in reading.config.notifiers.values {
                services.insert(type(of: notifier.service.base).key)
            }
        }
        #expect(services == Set(notifierTypes.map { $0.key }))
    }

    @Test("README is short, and the configuration that it shows is valid")
    func readme() throws {
        let text = try Self.page("README.md")
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 151)
        let block = text.split(separator: "```json\n").dropFirst().first?.split(separator: "```").first ?? ""
        let reading = try ConfigReader.read(Array(block.utf8)).get()
        #expect(reading.warnings == [])
        #expect(reading.config.actions.count == 1 && reading.config.notifiers.count == 1)
    }

    static let pages: [String] = {
        let folder = ConfigFixtures.root.appending(path: "docs").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return ["README.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
    }()

    @Test("every link to a file leads to one", arguments: pages)
    func links(page: String) throws {
        let folder = page.hasPrefix("docs/") ? "docs/" : ""
        for match in try Self.page(page).matches(of: /\]\(([^)#: ]+)(?:#[^)]*)?\)/) {
            let path = ConfigFixtures.root.appending(path: folder + match.1).path
            #expect(FileManager.default.fileExists(atPath: path), "\(match.1) in \(page)")
        }
    }

    @Test("the steps of a page name no path of the source tree", arguments: ["cron", "systemd"])
    func installedPaths(page: String) throws {
        let commands = try Self.page("docs/\(page).md").split(separator: "\n").filter { $0.hasPrefix("    ") }
        #expect(!commands.isEmpty)
        for command in commands { #expect(!command.contains("deploy/"), "\(command)") }
    }
}
