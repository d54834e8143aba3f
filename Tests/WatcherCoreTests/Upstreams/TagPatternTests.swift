import Testing
import WatcherCore

@Suite("Patterns for tags") struct TagPatternTests {
    private static let tag = String(repeating: "0", count: 40)

    @Test("a pattern that would take forever ends within milliseconds, also where the limit is not needed for it")
    func noLimitNeeded() throws {
        let compiled = try #require(TagPattern(#"([0-9]+\.?)+x"#))
        let tag = "1" + String(repeating: ".0", count: 40)
        let took = ContinuousClock().measure { #expect(compiled.match(tag) != .whole(version: nil)) }
        #expect(took < .milliseconds(500))
    }

    @Test("a pattern that would take forever is given up within milliseconds, and the release is ignored for it")
    func limit() throws {
        let tag = Self.tag
        let pattern = #"([0-9]+\.?)+[xy]"#
        let compiled = try #require(TagPattern(pattern))
        let took = ContinuousClock().measure { #expect(compiled.match(tag) == .overLimit) }
        #expect(took < .milliseconds(500))
        var config = Config.Upstream(repository: "owner/one")
        config.include = pattern
        let decision = ReleaseClassifier(config, seen: SeenReleases(), now: Known.at(0)).decide(
            Known.release(tag, id: 1))
        #expect(decision == .ignore(.patternLimit))
    }

    @Test("a long list of such tags ends too")
    func manyOverTheLimit() throws {
        let pattern = try #require(TagPattern(#"([0-9]+\.?)+[xy]"#))
        let took = ContinuousClock().measure {
            for number in 0..<10_000 { _ = pattern.match("\(number)" + Self.tag) }
        }
        #expect(took < .seconds(10))
    }

    @Test("the whole tag must match, and the group version says what the version is")
    func group() throws {
        let pattern = try #require(TagPattern(#"build-(?<version>\d+\.\d+)-of-\d+"#))
        #expect(pattern.match("build-1.2-of-9") == .whole(version: "1.2"))
        #expect(pattern.match("build-1.2-of-9x") == .different)
        #expect(TagPattern("v(?<version>x)?[0-9]")?.match("v1") == .whole(version: nil))
    }

    @Test("a pattern cannot raise the limits or leave bytes by itself")
    func options() {
        #expect(TagPattern.objection(to: "(*UTF).*") != nil)
        #expect(TagPattern(#"(*LIMIT_MATCH=4000000000)([0-9]+\.?)+[xy]"#)?.match(Self.tag) == .overLimit)
    }

    @Test("the version of include's group is the one that is compared and that prereleases are told by")
    func classified() {
        var config = Config.Upstream(repository: "owner/one")
        config.include = #"(?<version>[0-9.]+)-rc-is-our-name"#
        config.minimumVersion = Version("2.0")
        let judge = ReleaseClassifier(config, seen: SeenReleases(), now: Known.at(0))
        #expect(judge.decide(Known.release("1.9-rc-is-our-name", id: 1)) == .ignore(.belowMinimum))
        guard case .accept(let version) = judge.decide(Known.release("2.1-rc-is-our-name", id: 2)) else {
            Issue.record("not accepted")
            return
        }
        #expect(version.text == "2.1" && !version.isPrerelease)
    }
}
