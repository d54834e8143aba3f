import Testing
import WatcherCore

@Suite("Version") struct VersionTests {
    @Test(
        "each of these is below the next",
        arguments: [
            [
                "1.0.0-alpha", "1.0.0-alpha2", "1.0.0-beta", "1.0.0-beta2", "1.0.0-beta10", "1.0.0-rc", "1.0.0-rc2",
                "1.0.0",
            ],
            ["v3.0.0.2", "v3.0.0.2-1", "v3.0.0.2-2", "v3.0.0.2-10", "v3.0.0.3"],
            ["2.2.0", "2.2.0-p1", "2.2.0-p2", "2.2.1"],
            ["1.0-a1", "1.0-b1", "1.0-c1", "1.0"], ["1.0-rc.2", "1.0-rc.10"], ["1.0-rc-2", "1.0-rc-10"],
            ["1.0a", "1.0b2", "1.0rc1", "1.0"], ["1.0-RC1", "1.0-rc2"], ["1.9", "1.10", "1.10.1", "2"],
            ["curl-8_9_1", "curl-8_10_0"], ["openssl-3.0.9", "openssl-3.0.10"], ["1.0-rc1", "1.0-rc1-1", "1.0-rc2"],
            ["0", "0.0.1", "1"], ["999999999999999998", "999999999999999999"],
        ])
    func ascending(tags: [String]) throws {
        let versions = try tags.map { try #require(Version($0), "\($0) is read") }
        for (low, high) in zip(versions, versions.dropFirst()) {
            #expect(low < high)
            #expect(!(high < low) && low != high)
        }
    }

    @Test(
        "these are the same",
        arguments: [
            ("1", "1.0.0"), ("v1.2", "1.2"), ("1.0+build.5", "1.0"), ("1.0-rc1+x", "1.0.0-RC1"),
            ("1.0-a", "1.0-alpha0"),
            ("1_2_3", "1.2.3"), ("release-1.2", "1.2"), ("1.0-1", "1.0-p1"), ("1.0.0-rc.1", "1.0rc1"), ("01.02", "1.2"),
        ])
    func same(left: String, right: String) throws {
        #expect(try #require(Version(left)) == #require(Version(right)))
    }

    @Test(
        "these have no version",
        arguments: [
            "", "latest", "v", "-1.0", "_1", ".1", "1.", "1..2", "1.0-", "1.0-dev", "untagged-1234abcd", "1.0-nightly",
            "1.0 2", "1.0-p", "v 1", "1.0/2", "１.0", "1.0-rc1x", "99999999999999999999", "1.99999999999999999999",
            "1.0-rc99999999999999999999", "é1", "1.0\n", "rc1", "nightly-20240101", "v-Beta-2", "my-app-snapshot_3",
            String(repeating: "1.", count: 64) + "1",
        ])
    func unreadable(tag: String) { #expect(Version(tag) == nil) }

    @Test(
        "the text is the tag without its prefix and its build",
        arguments: [
            ("v3.2.3.2", "3.2.3.2"), ("openssl-3.0.10", "3.0.10"), ("1.0+b1", "1.0"), ("5.6.0-rc", "5.6.0-rc"),
            ("curl-8_10_0", "8_10_0"), ("v3.0.0.2-1", "3.0.0.2-1"),
        ])
    func text(tag: String, text: String) { #expect(Version(tag)?.text == text) }

    @Test("major and minor are the first two components")
    func parts() {
        #expect(Version("v3.2.1")?.major == 3 && Version("v3.2.1")?.minor == 2 && Version("7")?.minor == 0)
    }

    // MARK: - All real tags

    private static func real() throws -> [String] {
        try ["elabftw", "s6-overlay"].flatMap { try Known.tags($0).map { $0[0] } }
    }

    @Test("of the 542 real tags all but these have a version")
    func realTagsAreRead() throws {
        let tags = try Self.real()
        #expect(tags.count == 542)
        #expect(tags.filter { Version($0) == nil }.sorted() == Self.withoutVersion)
        #expect(tags.allSatisfy(Tag.isSafe))
    }

    /// A fork's own releases, long ago.
    private static let withoutVersion = [
        "3.4.14", "3.4.15", "3.4.15", "3.4.16", "3.4.16", "3.4.17", "3.5.0", "3.5.1", "3.5.2", "3.5.4", "3.5.5",
        "3.5.6",
        "3.6.1.1", "3.6.1", "3.6.2.1", "3.6.3", "3.6.4.1", "3.6.4", "3.6.5", "3.6.6", "3.6.7",
    ].enumerated().map { $1 + "_mayorlab" + ([2, 4].contains($0) ? ".2" : "") }

    @Test("a real tag is a prerelease exactly when its column says so")
    func realPrereleases() throws {
        // `0.11.0a` came after 0.11.0, before `a` was read as alpha; nobody takes it any more.
        for row in try Known.tags("elabftw") where row[0] != "0.11.0a" {
            #expect(Version(row[0])?.isPrerelease ?? false == (row[1] == "yes"), "\(row[0])")
        }
    }

    @Test("the order of all real tags is total: antisymmetric and transitive over all pairs")
    func totalOrder() throws {
        for name in ["elabftw", "s6-overlay"] {
            let versions = try Known.tags(name).compactMap { Version($0[0]) }.sorted()
            // In a sorted list every pair must agree: with that, the order is transitive.
            for low in versions.indices {
                for high in versions.indices where low < high {
                    let (a, b) = (versions[low], versions[high])
                    guard !(b < a), (a < b) != (a == b) else {
                        Issue.record("\(a.text) and \(b.text)")
                        return
                    }
                }
            }
        }
    }

    @Test("final releases of one line were tagged in the order of their versions")
    func realOrderInTime() throws {
        for (name, column) in [("elabftw", 3), ("s6-overlay", 2)] {
            var lines: [String: [(Version, String)]] = [:]
            for row in try Known.tags(name) {
                guard let version = Version(row[0]), !version.isPrerelease, !row[column].isEmpty else { continue }
                lines["\(version.major).\(version.minor)", default: []].append((version, row[column]))
            }
            for (line, entries) in lines {
                let inTime = entries.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
                let late = zip(inTime, inTime.dropFirst()).filter { $1.0 < $0.0 }.map { $0.1.0.text }
                #expect(late == [], "\(name) \(line)")
            }
        }
    }
}
