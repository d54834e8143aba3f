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
            ["1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0a", "1.0b"], ["1.0-RC1", "1.0-rc2"],
            ["1.9", "1.10", "1.10.1", "2"],
            ["curl-8_9_1", "curl-8_10_0"], ["openssl-3.0.9", "openssl-3.0.10"], ["1.0-rc1", "1.0-rc1-1", "1.0-rc2"],
            ["0-rc1", "0", "0.0.1", "1"], ["999999999999999998", "999999999999999999", "1000000000000000000"],
            ["0.9.8y", "0.9.8z", "0.9.8za", "0.9.8zh", "0.9.9"],
            ["20240101T115959Z", "20240101T120000Z", "20240102T000000Z"],
            ["release-2023-12-31", "release-2024-05-01", "release-2024-05-01.2"],
            ["jdk8u402-b06", "jdk8u402-ga", "jdk8u412-ga"], ["2022.3.1b2", "2022.3.1f1", "2022.3.2a1"],
            ["5.0.0.Alpha1", "5.0.0.Beta1", "5.0.0.CR1", "5.0.0.Final", "5.0.1.Final"],
            ["v2.0~1", "v2.0~rc1", "v2.0"],
            ["1.2.3-dev.20240101", "1.2.3-dev.20240102", "1.2.3-m1", "1.2.3-ea1", "1.2.3"],
        ])
    func ascending(tags: [String]) throws {
        let versions = try tags.map { try #require(Version($0), "\($0) is read") }
        for (low, high) in zip(versions, versions.dropFirst()) {
            #expect(low < high, "\(low.tag) < \(high.tag)")
            #expect(!(high < low) && low != high)
        }
    }

    @Test(
        "these are the same",
        arguments: [
            ("1", "1.0.0"), ("v1.2", "1.2"), ("1.0+build.5", "1.0"), ("1.0-rc1+x", "1.0.0-RC1"),
            ("1.0-a", "1.0-alpha0"), ("1_2_3", "1.2.3"), ("release-1.2", "1.2"), ("1.0-1", "1.0-p1"),
            ("1.0.0-rc.1", "1.0rc1"), ("01.02", "1.2"), ("1.0.RELEASE", "1.0"), ("v.1.0", "1.0"), ("1.0.", "1.0"),
            ("1.0-3-gdeadbee", "1.0-3"), ("1.40.2.8395-c67dce28e-ls200", "1.40.2.8395-ls200"),
        ])
    func same(left: String, right: String) throws {
        #expect(try #require(Version(left)) == #require(Version(right)))
    }

    @Test(
        "only what has no number cannot be read",
        arguments: ["", "latest", "v", "untagged-abcd", "nightly", "stable/x", "\u{FF11}.\u{FF10}", "é"])
    func unreadable(tag: String) { #expect(Version(tag) == nil) }

    struct Reading: Sendable, CustomTestStringConvertible {
        var tag: String
        var line = ""
        var text: String
        var variant = ""
        var stage = Version.Stage.final
        var testDescription: String { tag }
    }

    @Test(
        "line, version, variant and stage of a tag",
        arguments: [
            Reading(tag: "v3.2.3.2", text: "3.2.3.2"), Reading(tag: "V_10_5_P1", text: "10_5_P1"),
            Reading(tag: "openssl-3.0.10", line: "openssl-", text: "3.0.10"),
            Reading(tag: "1.0+b1", text: "1.0"), Reading(tag: "n8n@1.70.1", line: "n8n@", text: "1.70.1"),
            Reading(tag: "@scope/name@1.2.3-beta.1", line: "@scope/name@", text: "1.2.3-beta.1", stage: .beta),
            Reading(tag: "cmd/builder/v0.159.0", line: "cmd/builder/", text: "0.159.0"),
            Reading(tag: "riverdriver/riverpgxv5/v0.43.0", line: "riverdriver/riverpgxv5/", text: "0.43.0"),
            Reading(tag: "RELEASE.2025-10-15T17-29-55Z", line: "RELEASE.", text: "2025-10-15T17-29-55Z"),
            Reading(tag: "log4j-2.17.1", line: "log4j-", text: "2.17.1"),
            Reading(tag: "k8s-5", line: "k8s-", text: "5"),
            Reading(tag: "REL9_5_ALPHA1", line: "REL", text: "9_5_ALPHA1", stage: .alpha),
            Reading(tag: "go1.22rc1", line: "go", text: "1.22rc1", stage: .candidate),
            Reading(tag: "b4567", line: "b", text: "4567"),
            Reading(tag: "3proxy-0.9.4", line: "3proxy-", text: "0.9.4"),
            Reading(tag: "jdk-21.0.12+12.1-ea-beta", line: "jdk-", text: "21.0.12", stage: .preview),
            Reading(tag: "prerelease-3.3.4", line: "prerelease-", text: "3.3.4", stage: .preview),
            Reading(tag: "next@14.0.0", line: "next@", text: "14.0.0"),
            Reading(tag: "test/v1.0", line: "test/", text: "1.0"),
            Reading(tag: "3.70.5-java17", text: "3.70.5-java17", variant: "java17"),
            Reading(tag: "3.12-alpine3.19", text: "3.12-alpine3.19", variant: "alpine3.19"),
            Reading(tag: "1.2.3-linux-x86_64", text: "1.2.3-linux-x86_64", variant: "linux-x86_64"),
            Reading(tag: "v17.3.0-rc42-ee", text: "17.3.0-rc42-ee", variant: "ee", stage: .candidate),
            Reading(tag: "4.0.19.2979-ls316", text: "4.0.19.2979-ls316"),
            Reading(tag: "5.14-2.0.0.5344-ls15", line: "5.14-", text: "2.0.0.5344-ls15"),
            Reading(tag: "release-1.5.0@1234", line: "release-", text: "1.5.0@1234"),
            Reading(tag: "x86_64-1.2.3", line: "x86_64-", text: "1.2.3"), Reading(tag: "..1", text: "1"),
        ])
    func parts(expected: Reading) throws {
        let version = try #require(Version(expected.tag))
        #expect(version.line == expected.line)
        #expect(version.text == expected.text)
        #expect(version.variant == expected.variant)
        #expect(version.stage == expected.stage)
    }

    @Test("major and minor are the first two components, of any length")
    func components() {
        #expect(Version("v3.2.1")?.major == "3" && Version("v3.2.1")?.minor == "2" && Version("7")?.minor == "0")
        #expect(Version("0.5")?.major == "0" && Version("0.5")?.minor == "5" && Version("0.0.3")?.minor == "0")
        let long = String(repeating: "9", count: 40)
        #expect(Version("1.\(long)")?.minor == long)
    }

    @Test(
        "the level of a change is the first number that differs",
        arguments: [
            ("1.2.3", "2.0", Version.Level.major), ("1.2.3", "1.3.0", .minor), ("1.2.3", "1.2.4", .patch),
            ("1.2.3", "1.2.3-p1", .patch), ("2024.5.1", "2025.1", .major), ("7", "8", .major),
        ]) func levels(before: String, after: String, level: Version.Level) throws
    {
        #expect(try #require(Version(after)).level(from: #require(Version(before))) == level)
    }

    // MARK: - All real tags

    private static func real() throws -> [String] {
        try ["elabftw", "s6-overlay"].flatMap { try Known.tags($0).map { $0[0] } }
    }

    @Test("the 542 real tags have a version, and a fork's own are a variant")
    func realTagsAreRead() throws {
        let tags = try Self.real()
        #expect(tags.count == 542)
        #expect(tags.allSatisfy { Version($0) != nil && Tag.isSafe($0) })
        #expect(tags.filter { Version($0)?.variant != "" }.allSatisfy { Version($0)?.variant == "mayorlab" })
    }

    @Test("a real tag is a prerelease exactly when its column says so")
    func realPrereleases() throws {
        for row in try Known.tags("elabftw") {
            #expect(Version(row[0])?.isPrerelease == (row[1] == "yes"), "\(row[0])")
        }
    }

    @Test("final releases of one line were tagged in the order of their versions")
    func realOrderInTime() throws {
        for (name, column) in [("elabftw", 3), ("s6-overlay", 2)] {
            var lines: [String: [(Version, String)]] = [:]
            for row in try Known.tags(name) {
                guard let version = Version(row[0]), !version.isPrerelease, !row[column].isEmpty,
                    version.variant.isEmpty
                else { continue }
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
