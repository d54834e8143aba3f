import Testing
import WatcherCore

@Suite("Warnings about configurations")
struct ConfigWarningTests {
    @Test("each doubtful configuration is read, with exactly its warnings", arguments: ConfigFixtures.names(.warn))
    func golden(_ name: String) throws {
        let expected = try #require(ConfigFixtures.table(.warn)[name])
        let reading = try ConfigReader.read(ConfigFixtures.bytes(.warn, name)).get()
        #expect(ConfigFixtures.lines(reading.warnings) == expected)
        #expect(!expected.isEmpty)
        #expect(reading.warnings.allSatisfy { $0.kind == .advice })
    }

    @Test("the table of warnings and the files name the same configurations")
    func complete() {
        #expect(ConfigFixtures.table(.warn).keys.sorted() == ConfigFixtures.names(.warn))
    }

    @Test("the example gives no warning")
    func example() throws {
        #expect(try ConfigReader.read(ConfigFixtures.example).get().warnings == [])
    }

    @Test("warnings are told beside problems too")
    func besideProblems() {
        let bytes = Array(#"{ "upstreams": {}, "poll": { "jitter": "0%", "sweep": 5 } }"#.utf8)
        guard case .failure(let error) = ConfigReader.read(bytes) else {
            Issue.record("no problem was found")
            return
        }
        #expect(error.problems.count == 1)
        #expect(error.warnings.count == 2)
    }
}
