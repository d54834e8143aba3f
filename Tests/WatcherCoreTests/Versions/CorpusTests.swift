import Testing
import WatcherCore

@Suite("Corpus of real tags") struct CorpusTests {
    @Test("every tag with a number is read")
    func readable() throws {
        let tags = try Corpus.rows("tags").map { $0[1] }.filter { $0.utf8.contains { (0x30...0x39).contains($0) } }
        #expect(tags.count > 17_000)
        #expect(tags.filter { Version($0) == nil } == [])
    }

    @Test("the newest final release of each project's line is found")
    func truth() throws {
        let tags = Dictionary(grouping: try Corpus.rows("tags"), by: { $0[0] })
        for row in try Corpus.rows("truth") {
            let versions = (tags[row[0]] ?? []).compactMap { Version($0[1]).map { VersionLines.Tag($0) } }
            let lines = VersionLines(versions, line: row[1].isEmpty ? nil : row[1])
            #expect(lines.followed?.highest?.tag == row[2], "\(row[0]) \(row[1])")
        }
    }

    @Test("pairs compare as their projects mean it")
    func pairs() throws {
        for row in try Corpus.rows("pairs") {
            let (left, right) = try (#require(Version(row[0])), #require(Version(row[2])))
            #expect((left < right ? "<" : left == right ? "=" : ">") == row[1], "\(row[0]) \(row[1]) \(row[2])")
        }
    }

    @Test("prereleases are told from final releases")
    func stages() throws {
        for row in try Corpus.rows("stages") {
            #expect(try #require(Version(row[0])).isPrerelease == (row[1] == "pre"), "\(row[0])")
        }
    }
}
