import Testing

@testable import WatcherCore

@Suite("How tags are read, as a table") struct VersionReportTests {
    private static let report = VersionReport(["v1.9", "v1.10-rc1", "openssl-3.0.1", "日本-1.2", "none"], line: nil)

    @Test("for people the columns are aligned, by the width that characters have at a terminal") func aligned() {
        let lines = Self.report.lines(isAligned: true)
        let place = lines[0].prefix(while: { $0 != "L" }).count
        for line in lines.dropFirst() where !line.hasPrefix("none") {
            let tag = line.prefix { $0 != " " }
            let blanks = line.dropFirst(tag.count).prefix { $0 == " " }
            #expect(String(tag).displayWidth + blanks.count == place, "\(line)")
        }
    }

    @Test("for programs there is a tab between the columns, and each line has all of them") func tabs() {
        let lines = Self.report.lines(isAligned: false)
        #expect(lines.count == 6)
        #expect(lines.allSatisfy { $0.count { $0 == "\t" } == 5 })
        #expect(lines.contains("v1.9\t-\t1.9\t-\tfinal\thighest"), "\(lines)")
    }
}
