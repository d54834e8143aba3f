import Testing
import WatcherCore

@Suite("Wrong configurations")
struct ConfigWrongTests {
    @Test("each wrong configuration gives exactly its problems", arguments: ConfigFixtures.names(.wrong))
    func golden(_ name: String) throws {
        let expected = try #require(ConfigFixtures.table(.wrong)[name])
        guard case .failure(let error) = ConfigReader.read(ConfigFixtures.bytes(.wrong, name)) else {
            Issue.record("no problem was found")
            return
        }
        #expect(ConfigFixtures.lines(error.problems) == expected)
        #expect(!expected.isEmpty)
    }

    @Test("the table of problems and the files name the same configurations")
    func complete() {
        #expect(ConfigFixtures.table(.wrong).keys.sorted() == ConfigFixtures.names(.wrong))
        #expect(ConfigFixtures.names(.wrong).count >= 80)
    }

    @Test("no secret is in any problem or warning")
    func noSecrets() {
        for folder in [ConfigFixtures.Folder.wrong, .warn] {
            for name in ConfigFixtures.names(folder) {
                let text =
                    switch ConfigReader.read(ConfigFixtures.bytes(folder, name)) {
                    case .success(let reading): "\(reading.warnings)"
                    case .failure(let error): "\(error.problems) \(error.warnings)"
                    }
                // What the files put into every place that may hold a secret, and into misplaced ones.
                for secret in ["hunter2", "ghp_", "plain-token", "4815162342", "Bearer"] {
                    #expect(!text.contains(secret), "\(name)")
                }
            }
        }
    }

    @Test("problems are lower case, on one line and without a full stop", arguments: ConfigFixtures.names(.wrong))
    func style(_ name: String) {
        for line in ConfigFixtures.table(.wrong)[name] ?? [] {
            let text = line.split(separator: ": ", maxSplits: 1).last ?? ""
            #expect(text.first?.isUppercase == false, "\(line)")
            #expect(!text.hasSuffix("."), "\(line)")
        }
    }

    @Test("a problem names path, place, what was found, what was expected and what was meant")
    func parts() throws {
        let bytes = Array(#"{ "upstreams": { "a": { "github": "o/a", "onFirstSight": "akt" } } }"#.utf8)
        guard case .failure(let error) = ConfigReader.read(bytes) else {
            Issue.record("no problem was found")
            return
        }
        let expected = ConfigProblem(
            kind: .badValue, path: "$.upstreams.a.onFirstSight", position: JSONPosition(line: 1, column: 58),
            found: "\"akt\"", expected: "\"baseline\", \"act\" or \"build-if-missing\"", suggestion: "act")
        #expect(error.problems == [expected])
    }

    @Test("a misspelled key that must be there is told as unknown, with what was meant, and as missing, in one run")
    func misspelled() {
        let bytes = Array(
            #"{ "upstreams": { "a": { "gihtub": "o/a" } }, "notifiers": { "n": { "slak": {} } }, "statefile": 1 }"#.utf8
        )
        guard case .failure(let error) = ConfigReader.read(bytes) else {
            Issue.record("no problem was found")
            return
        }
        #expect(
            error.problems.map { "\($0.kind) \($0.path) \($0.suggestion ?? "")" } == [
                "conflict $.upstreams.a ", "unknownKey $.upstreams.a.gihtub github",
                "conflict $.notifiers.n ", "unknownKey $.notifiers.n.slak slack", "unknownKey $.statefile stateFile",
            ])
    }
}
