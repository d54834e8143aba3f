import Testing
import WatcherCore

@Suite("The configuration to start from")
struct StarterConfigTests {
    @Test("is valid as it is, and follows what was named")
    func valid() throws {
        let text = try StarterConfig.text(repositories: ["vercel/next.js", "owner/app"])
        let reading = try ConfigReader.read(Array(text.utf8)).get()
        #expect(reading.warnings == [])
        #expect(reading.config.upstreams.mapValues(\.repository) == ["next-js": "vercel/next.js", "app": "owner/app"])
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
    }

    @Test("is valid with everything that stands in comments")
    func complete() throws {
        let text = try StarterConfig.text(repositories: ["owner/app"]).split(separator: "\n").map { line in
            guard let mark = line.firstRange(of: "// "), line.hasPrefix("  //"),
                !line.contains("\"upstreams\": { \"app")
            else {
                return String(line)
            }
            let rest = line[mark.upperBound...]
            return rest.first.map { "\"{}] ".contains($0) } == true ? String(rest) : String(line)
        }.joined(separator: "\n")
        let reading = try ConfigReader.read(Array(text.utf8)).get()
        #expect(reading.warnings == [])
        #expect(reading.config.actions["rebuild"]?.upstreams == ["app"])
        #expect(reading.config.notifiers["phone"]?.events == [.release, .failed, .attention])
        #expect(reading.config.upstreams["app"]?.minimumAge == 1_800)
        #expect(reading.config.github.token == .environment("GITHUB_TOKEN"))
        #expect(reading.config.poll.every == 900)
    }

    @Test("a repository that is none is reported")
    func wrong() {
        #expect(throws: ConfigError.self) { try StarterConfig.text(repositories: ["app"]) }
        #expect(throws: ConfigError.self) { try StarterConfig.text(repositories: ["owner/app", "owner/app"]) }
    }
}
