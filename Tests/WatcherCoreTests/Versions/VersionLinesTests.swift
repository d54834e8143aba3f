import Testing
import WatcherCore

@Suite("Lines of tags") struct VersionLinesTests {
    private static func lines(_ tags: [String], line: String? = nil) -> VersionLines {
        VersionLines(tags.compactMap { Version($0).map { VersionLines.Tag($0) } }, line: line)
    }

    @Test("the line with the most versions is followed, packagings and prereleases counted once")
    func most() {
        let lines = Self.lines(["a-1.0", "a-1.1", "b-2.0", "b-2.0-p1", "b-2.0-p2", "b-2.1-rc1"])
        #expect(lines.followed?.name == "a-")
        #expect(lines.followed?.highest?.tag == "a-1.1")
        #expect(lines.lines.map(\.name) == ["a-", "b-"])
        #expect(lines.lines.map(\.count) == [2, 4])
    }

    @Test("of lines with as many versions the newest is followed, and the others are named")
    func equals() {
        let old = VersionLines.Tag(Version("a-2.0")!, publishedAt: Timestamp("2020-01-01T00:00:00Z"))
        let new = VersionLines.Tag(Version("b-1.0")!, publishedAt: Timestamp("2024-01-01T00:00:00Z"))
        let lines = VersionLines([old, new])
        #expect(lines.followed?.name == "b-")
        #expect(lines.equals.map(\.name) == ["a-"])
    }

    @Test("tags without a name are the project's own line, also beside charts that are released more often")
    func own() {
        let charts = (0..<20).map { "chart-3.\($0).0" }
        #expect(Self.lines((0..<10).map { "v1.\($0)" } + charts).followed?.name == "")
        #expect(Self.lines((0..<3).map { "v1.\($0)" } + charts).followed?.name == "chart-")
    }

    @Test("neither case nor the separator makes another line")
    func key() {
        let lines = Self.lines(["OpenSSL_1_1_1w", "openssl-3.0.0", "openssl-3.1.0"])
        #expect(lines.lines.count == 1)
        #expect(lines.followed?.name == "openssl-")
        #expect(lines.followed?.highest?.tag == "openssl-3.1.0")
    }

    @Test(
        "single numbers and dates that cannot be versions beside the others are not the highest",
        arguments: [
            (["V_9_9_P2", "V_10_5_P1", "V_10_4_P1", "V20000512"], "V_10_5_P1"),
            (["4.0.1", "4.0.2", "4.0.3", "5", "176"], "4.0.3"), (["1.0", "1.1", "2"], "2"),
            (["v255", "v256", "v255.4", "v257"], "v257"), (["20240101", "20240201.1", "0.1"], "20240201.1"),
            (["0.117.0", "0.118.5", "2020.12.1", "2021.1.0"], "2021.1.0"),
        ]) func strays(tags: [String], highest: String)
    { #expect(Self.lines(tags).followed?.highest?.tag == highest) }

    @Test(
        "the variant that most releases have is followed: usually none",
        arguments: [
            (["1.0", "1.1", "1.2-java17", "1.2-java21"], "1.1"),
            (["1.0-ce", "1.1-ce", "1.2-ce", "1.3-ce", "0.9"], "1.3-ce"),
        ]) func variants(tags: [String], highest: String)
    { #expect(Self.lines(tags).followed?.highest?.tag == highest) }

    @Test("a line that is asked for is followed, and none when there is no such line")
    func asked() {
        #expect(Self.lines(["v1.0", "v1.1", "api/v2.0"], line: "api/").followed?.highest?.tag == "api/v2.0")
        #expect(Self.lines(["v1.0"], line: "API/").lines.map(\.name) == [""])
    }
}
