import Testing
import WatcherCore

/// `Tests/Fixtures/libversion.tsv` says how both compare, and why where they differ.
@Suite("Cases of libversion") struct LibversionTests {
    /// Its cases without switches, then those among the others in which no switch is set.
    private static let count = 157 + 22

    @Test("all of its cases are there, and each that is meant otherwise has its reason")
    func complete() throws {
        let cases = try Corpus.libversion()
        #expect(cases.count == Self.count)
        for row in cases {
            #expect(row.count == 5, "\(row)")
            #expect(["<", "=", ">"].contains(row[2]), "\(row)")
            #expect((row[2] == row[3]) == row[4].isEmpty, "\(row)")
        }
    }

    @Test("each compares as the table says, in both directions")
    func cases() throws {
        for row in try Corpus.libversion() {
            #expect(Self.relation(row[0], row[1]) == row[3], "\(row)")
            let other = ["<": ">", ">": "<"][row[3]] ?? row[3]
            #expect(Self.relation(row[1], row[0]) == other, "\(row)")
        }
    }

    private static func relation(_ left: String, _ right: String) -> String {
        guard let left = Version(left), let right = Version(right) else { return "unreadable" }
        let lines = [left.line, right.line].map(LineName.key)
        guard lines[0] == lines[1], left.variant == right.variant else { return "variants" }
        return left < right ? "<" : left == right ? "=" : ">"
    }
}
