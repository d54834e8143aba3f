import FoundationEssentials
import Testing
import WatcherCore

@Suite("Configurations in the documentation")
struct ConfigDocumentationTests {
    private static let page = ConfigFixtures.root.appending(
        path: "Sources/WatcherCore/WatcherCore.docc/Notifiers.md")

    /// What stands between the fences of JSON: entries of `notifiers`.
    private static func blocks() throws -> [Substring] {
        let text = String(decoding: try Data(contentsOf: page), as: UTF8.self)
        return text.split(separator: "```json\n").dropFirst().compactMap { $0.split(separator: "\n```").first }
    }

    @Test("every notifier on the page is read without a problem or a warning, and every service is among them")
    func notifiers() throws {
        var services: Set<String> = []
        for block in try Self.blocks() {
            let text = #"{ "upstreams": { "app": { "github": "owner/app" } }, "notifiers": {"# + block + "} }"
            let reading = try ConfigReader.read(Array(text.utf8)).get()
            #expect(reading.warnings == [], "\(block)")
            for notifier in reading.config.notifiers.values {
                services.insert(String("\(notifier.service)".prefix { $0 != "(" }))
            }
        }
        #expect(services.count == 12, "\(services.sorted())")
    }
}
