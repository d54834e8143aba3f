import FoundationEssentials
import Testing
import WatcherCore

@Suite("docs/versions.md") struct VersionDocumentationTests {
    private static func page() throws -> String {
        String(decoding: try Data(contentsOf: ConfigFixtures.root.appending(path: "docs/versions.md")), as: UTF8.self)
    }

    @Test("ten tags or more are explained, and each is read as the page says")
    func examples() throws {
        let rows = try Self.page().split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map { cell in
                String(cell.filter { $0 != "`" }).trimmed
            }
        }
        #expect(rows.count >= 10)
        for row in rows {
            let version = try #require(Version(row[0]))
            #expect(version.line == (row[1] == "\"\"" ? "" : row[1]), "\(row)")
            #expect(version.text == row[2], "\(row)")
            #expect(version.variant == row[3], "\(row)")
            #expect(row[4].hasPrefix(version.stage.name), "\(row)")
            // `final: above -ls315`: the tag that it is above ends like that.
            if let below = row[4].split(separator: " ").last.map(String.init), row[4].contains("above") {
                let tag =
                    below.hasPrefix("-") ? row[0].prefix { $0 != "-" } + below : Substring(row[0].dropLast()) + "v"
                #expect(try #require(Version(String(tag))) < version, "\(tag)")
            }
        }
    }

    @Test("it shows how to read any repository's tags")
    func command() throws {
        let page = try Self.page()
        #expect(page.contains("git ls-remote --tags") && page.contains("| watcher versions"))
    }
}

extension String {
    fileprivate var trimmed: String {
        var rest = self[...].drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
