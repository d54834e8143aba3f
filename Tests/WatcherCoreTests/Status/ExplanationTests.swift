import Testing

@testable import WatcherCore

/// What is explained is what the next check does with the same list.
@Suite("The explanation of a list of releases") struct ExplanationTests {
    private static func list(_ releases: [Release]) -> ReleaseList {
        ReleaseList(
            releases: releases, isComplete: true, isSweep: true,
            identity: RepositoryIdentity(id: 7, fullName: "owner/one"))
    }

    @Test("after a check that found no release, one that is published later is new and no baseline")
    func emptyBefore() throws {
        var state = UpstreamState()
        let upstream = Config.Upstream(repository: "owner/one")
        _ = state.merge(Self.list([]), upstream, at: Known.at(0))
        let news = Self.list([Known.release("1.0.0", id: 1, published: 60)])
        let explained = try #require(Explanation(news, upstream, state, at: Known.at(120)).candidates.first)
        #expect(explained.word == "accept")
        #expect(state.merge(news, upstream, at: Known.at(120)).accepted.map(\.release.tag) == ["1.0.0"])
    }

    @Test("at the first check a lower release that is not complete is remembered, and does not wait")
    func incompleteBelow() throws {
        var upstream = Config.Upstream(repository: "owner/one")
        upstream.requiredAssets = [Glob("*.tgz")]
        let releases = Self.list([
            Known.release("1.1.0", id: 2, assets: [.init(name: "a.tgz")]), Known.release("1.0.0", id: 1),
        ])
        let explained = Explanation(releases, upstream, UpstreamState(), at: Known.at(0)).candidates
        #expect(explained.map(\.word) == ["baseline", "baseline"])
        var state = UpstreamState()
        _ = state.merge(releases, upstream, at: Known.at(0))
        #expect(state.waiting.isEmpty)
    }

    @Test("at the first check the highest release, when it is not complete, waits")
    func incompleteHighest() throws {
        var upstream = Config.Upstream(repository: "owner/one")
        upstream.requiredAssets = [Glob("*.tgz")]
        let releases = Self.list([
            Known.release("1.1.0", id: 2), Known.release("1.0.0", id: 1, assets: [.init(name: "a.tgz")]),
        ])
        let explained = Explanation(releases, upstream, UpstreamState(), at: Known.at(0)).candidates
        #expect(explained.map(\.word) == ["wait", "baseline"])
    }
}
