import Testing
import WatcherCore

@Suite("Decision") struct DecisionTests {
    private static func decide(
        _ release: Release, at seconds: Int64 = 0, seen: SeenReleases = SeenReleases(),
        _ change: (inout Config.Upstream) -> Void = { _ in }
    ) -> Decision {
        var config = Config.Upstream(repository: "owner/one")
        change(&config)
        return ReleaseClassifier(config, seen: seen, now: Known.at(seconds)).decide(release)
    }

    private static func isAccepted(_ decision: Decision) -> Bool { if case .accept = decision { true } else { false } }

    private static func wait(_ decision: Decision) -> Decision.Wait? {
        if case .wait(let wait) = decision { wait } else { nil }
    }

    @Test("a plain release is accepted")
    func plain() { #expect(Self.isAccepted(Self.decide(Known.release("5.6.12", id: 1)))) }

    @Test(
        "a prerelease is one by its flag or by the shape of its tag",
        arguments: [("1.0.0", true), ("1.0.0-rc1", false), ("1.0-beta", true)])
    func prerelease(tag: String, flag: Bool) {
        let release = Known.release(tag, id: 1, prerelease: flag)
        #expect(Self.decide(release) == .ignore(.prerelease))
        #expect(Self.isAccepted(Self.decide(release) { $0.prereleases = true }))
    }

    @Test("a draft is neither taken nor remembered")
    func draft() { #expect(Self.decide(Known.release("1.0", id: 1, published: nil, draft: true)) == .draft) }

    @Test(
        "a tag that is not made of the known characters is never taken",
        arguments: ["1.0;x", "$(x)", "1.0 ", "-1.0", "1.0\n", "1//2", "ü1", "1.0" + String(repeating: "0", count: 126)])
    func unsafe(tag: String) { #expect(Self.decide(Known.release(tag, id: 1)) == .ignore(.unusableTag)) }

    @Test(
        "what lies below minimumVersion is ignored, what equals it is not",
        arguments: [("5.4.9", false), ("5.5.0", true), ("5.5", true), ("v5.10", true), ("5.5.0-rc1", false)])
    func minimum(tag: String, isTaken: Bool) {
        let decision = Self.decide(Known.release(tag, id: 1)) {
            $0.minimumVersion = Version("5.5.0")
            $0.prereleases = true
        }
        #expect(decision == .ignore(.belowMinimum) || isTaken)
        #expect(Self.isAccepted(decision) == isTaken)
    }

    @Test("include and exclude match the whole tag")
    func patterns() {
        let release = Known.release("v3.2.3", id: 1)
        #expect(Self.isAccepted(Self.decide(release) { $0.include = "v3.*" }))
        #expect(Self.decide(release) { $0.include = "v3" } == .ignore(.notIncluded))
        #expect(Self.decide(release) { $0.include = "3.2.3" } == .ignore(.notIncluded))
        #expect(Self.decide(release) { $0.exclude = #"v3\.2\..*"# } == .ignore(.excluded))
        #expect(Self.isAccepted(Self.decide(release) { $0.exclude = "3" }))
        #expect(Self.decide(release) { ($0.include, $0.exclude) = ("v.*", "v3.*") } == .ignore(.excluded))
    }

    @Test(
        "each glob needs an asset, and all that it matches must be uploaded and not empty",
        arguments: [
            ([], true), (["a.xz"], false), (["a.xz", "b.xz"], false), (["a.xz", "b.xz", "c.sig"], false),
            (["b.xz:open", "a.xz"], true), (["a.xz:starter"], true), (["a.xz:0"], true), (["c.sig"], true),
            (["a.xz", "b.xz:0"], true), (["a.xz", "x.xz:new"], true), (["a.xz", "c.sig:open"], false),
        ] as [([String], Bool)])
    func assets(names: [String], waits: Bool) {
        let assets = names.map { text in
            let parts = text.split(separator: ":").map(String.init)
            return switch parts.last {
            case "0": Release.Asset(name: parts[0], size: 0)
            case let state? where parts.count > 1: Release.Asset(name: parts[0], state: state)
            default: Release.Asset(name: parts[0])
            }
        }
        let decision = Self.decide(Known.release("1.0", id: 1, assets: assets)) { $0.requiredAssets = [Glob("*.xz")] }
        #expect(Self.wait(decision)?.missing == (waits ? ["*.xz"] : nil))
        #expect(Self.isAccepted(decision) == !waits)
    }

    @Test("a release waits until it is old enough, to the second")
    func age() {
        let release = Known.release("1.0", id: 1, published: 0)
        let early = Self.wait(Self.decide(release, at: 599) { $0.minimumAge = 600 })
        #expect(early?.missing == [] && early?.until == Known.time(600))
        #expect(Self.isAccepted(Self.decide(release, at: 600) { $0.minimumAge = 600 }))
    }

    @Test(
        "a release without a date waits as if it had been published just now, and not at all where no age is asked for")
    func undated() {
        let release = Known.release("1.0", id: 1, published: nil)
        let wait = Self.wait(Self.decide(release, at: 100) { $0.minimumAge = 600 })
        #expect(wait?.missing == [] && wait?.until == Known.time(700))
        #expect(Self.isAccepted(Self.decide(release)))
    }

    @Test("a tag that was taken under another id is not taken again, an ignored one is")
    func republished() {
        var seen = SeenReleases()
        seen.add(1, tag: "1.0", .taken)
        seen.add(2, tag: "1.1", .firstSight)
        seen.add(3, tag: "1.2", .prerelease)
        #expect(Self.decide(Known.release("1.0", id: 11), seen: seen) == .ignore(.republished))
        #expect(Self.decide(Known.release("1.1", id: 12), seen: seen) == .ignore(.republished))
        #expect(Self.isAccepted(Self.decide(Known.release("1.2", id: 13), seen: seen)))
    }

    @Test("a prerelease whose flag is taken off is news, one whose tag says so as well is not")
    func promotion() {
        var seen = SeenReleases()
        seen.add(1, tag: "1.0", .prerelease)
        seen.add(2, tag: "1.1-rc1", .prerelease)
        #expect(Self.isAccepted(Self.decide(Known.release("1.0", id: 1), seen: seen)))
        #expect(Self.decide(Known.release("1.0", id: 1, prerelease: true), seen: seen) == .known(.prerelease))
        #expect(Self.decide(Known.release("1.1-rc1", id: 2), seen: seen) == .known(.prerelease))
    }

    @Test("what was decided stays decided, whatever the configuration says later", arguments: Seen.allCases)
    func remembered(reason: Seen) {
        var seen = SeenReleases()
        seen.add(1, tag: "1.0-rc1", reason)
        let release = Known.release("1.0-rc1", id: 1)
        #expect(Self.decide(release, seen: seen) { $0.prereleases = true } == .known(reason))
    }
}
