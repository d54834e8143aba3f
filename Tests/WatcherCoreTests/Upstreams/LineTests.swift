import Testing

@testable import WatcherCore

@Suite("Lines of an upstream") struct LineTests {
    private static let charts = (0..<2).map { Known.release("chart-9.\($0).0", id: Int64(100 + $0)) }
    private static let apps = (0..<3).map { Known.release("v1.\($0).0", id: Int64(1 + $0)) }

    private static func details(_ bench: Bench) -> [String] {
        bench.ledger.outbox.messages.compactMap { $0.message.type == .attention ? $0.message.detail : nil }
    }

    @Test("the line with the most releases is pinned at the first check, and another line's release is never new")
    func pinned() {
        var bench = Bench(Known.config())
        bench.look(Self.apps + Self.charts)
        #expect(bench.watch.line == "" && bench.watch.lastSeen?.tag == "v1.2.0")
        bench.look([Known.release("chart-9.2.0", id: 110, published: 10)] + Self.apps + Self.charts)
        #expect(bench.taken == [] && bench.ledger.jobs.isEmpty && bench.told.isEmpty)
        bench.look([Known.release("v1.3.0", id: 10, published: 20)] + Self.apps + Self.charts)
        #expect(bench.taken == ["v1.3.0"] && bench.ledger.jobs.count == 1)
    }

    @Test("line in the configuration says which line is followed")
    func configured() {
        var bench = Bench(Known.config { $0.upstreams["one"]?.line = "chart-" })
        bench.look(Self.apps + Self.charts)
        #expect(bench.watch.lastSeen?.tag == "chart-9.1.0")
        bench.look([Known.release("v2.0.0", id: 10, published: 20)] + Self.apps + Self.charts)
        #expect(bench.taken == [])
    }

    @Test("a line that is configured later is followed from its highest release on, without making anything new")
    func reconfigured() {
        var bench = Bench(Known.config())
        bench.look(Self.apps + Self.charts)
        bench.core.config.upstreams["one"]?.line = "chart-"
        bench.look(Self.apps + Self.charts)
        #expect(bench.watch.lastSeen?.tag == "chart-9.1.0" && bench.watch.line == "chart-")
        #expect(bench.taken == [] && bench.ledger.jobs.isEmpty)
        bench.look([Known.release("chart-9.2.0", id: 110, published: 10)] + Self.apps + Self.charts)
        #expect(bench.taken == ["chart-9.2.0"])
    }

    @Test("lines with as many releases are one report at the first check, with the key to write")
    func equals() {
        var bench = Bench(Known.config())
        bench.look([Known.release("a-1.0", id: 1), Known.release("b-2.0", id: 2)])
        #expect(Self.details(bench).count == 1)
        #expect(Self.details(bench).first?.contains("upstreams.one.line") == true)
        #expect(Self.details(bench).first?.contains("\"a-\" (a-1.0)") == true)
        bench.look([Known.release("a-1.0", id: 1), Known.release("b-2.0", id: 2)])
        #expect(Self.details(bench).count == 1)
    }

    @Test(
        "a project that changes how it writes its tags is reported once, with what to write",
        arguments: [
            (["curl-8_9_1", "curl-8_10_0"], ["9.0.0", "9.0.1"]), (["release-1.1", "release-1.2"], ["v1.3", "v1.4"]),
            (["2023.4", "2024.1"], ["1.0", "1.1"]), (["1.0-ce", "1.1-ce"], ["1.2-ee", "1.3-ee"]),
            (["7.4.0", "7.4.1"], ["20260101", "20260102"]),
        ])
    func changed(before: [String], after: [String]) {
        var bench = Bench(Known.config())
        var list = before.enumerated().map { Known.release($1, id: Int64($0 + 1)) }
        bench.look(list)
        #expect(bench.watch.lastSeen?.tag == before[1] && Self.details(bench).isEmpty)
        for (index, tag) in after.enumerated() {
            list.insert(Known.release(tag, id: Int64(50 + index), published: Int64(100 + index)), at: 0)
            bench.look(list)
        }
        #expect(bench.taken == [])
        #expect(Self.details(bench).count == 1)
        #expect(Self.details(bench).first?.contains(after[0]) == true)
        #expect(Self.details(bench).first?.contains("upstreams.one.") == true)
    }

    @Test("a new variant of what is known is nothing to report")
    func variant() {
        var bench = Bench(Known.config())
        bench.look(Self.apps)
        bench.look([Known.release("v1.2.0-java17", id: 20, published: 10)] + Self.apps)
        #expect(bench.taken == [] && bench.told.isEmpty)
    }

    @Test("a state of before keeps what it has seen: the line is found from it, and nothing old becomes new")
    func older() {
        var bench = Bench(Known.config())
        bench.look(Self.apps + Self.charts)
        var state = bench.watch
        state.line = nil
        state.seen = SeenReleases()
        state.seen.add(1, tag: "4.0.1.10-ls1", .unreadableVersion)
        state.seen.add(2, tag: "4.0.1.11-ls2", .unreadableVersion)
        state.seen.add(3, tag: "V20000512", .firstSight)
        state.lastSeen = Known.reference("V20000512")
        bench.core.ledger.upstreams["one"] = state
        let list = [
            Known.release("4.0.1.11-ls2", id: 2), Known.release("4.0.1.10-ls1", id: 1),
            Known.release("V20000512", id: 3),
        ]
        bench.look(list)
        #expect(bench.taken == [] && bench.ledger.jobs.isEmpty)
        #expect(bench.watch.line == "" && bench.watch.lastSeen?.tag == "4.0.1.11-ls2")
        #expect(Self.details(bench).count == 1 && Self.details(bench).first?.contains("4.0.1.11-ls2") == true)
        bench.look([Known.release("4.0.1.12-ls3", id: 9, published: 50)] + list)
        #expect(bench.taken == ["4.0.1.12-ls3"] && Self.details(bench).count == 1)
    }

    @Test("include with a group version says what is compared")
    func stated() {
        var bench = Bench(Known.config { $0.upstreams["one"]?.include = #"r\d+-(?<version>.*)"# })
        bench.look([Known.release("r9-1.0", id: 1), Known.release("r1-1.1", id: 2)])
        #expect(bench.watch.lastSeen?.tag == "r1-1.1" && bench.watch.lastSeen?.version == "1.1")
        bench.look([
            Known.release("r0-1.2", id: 3, published: 10), Known.release("r9-1.0", id: 1),
            Known.release("r1-1.1", id: 2),
        ])
        #expect(bench.taken == ["r0-1.2"] && bench.watch.lastSeen?.version == "1.2")
    }

    @Test("a pattern that takes too long is reported once, and the releases are ignored")
    func overLimit() {
        var bench = Bench(Known.config())
        bench.look(Self.apps)
        bench.core.config.upstreams["one"]?.exclude = #"([0-9]+)+[xy]"#
        let zeros = String(repeating: "0", count: 40)
        let list =
            [Known.release("2\(zeros)", id: 31, published: 9), Known.release("1\(zeros)", id: 30, published: 8)]
            + Self.apps
        bench.look(list)
        bench.look(list)
        #expect(bench.taken == [] && Self.details(bench).count == 1)
        #expect(bench.tags(.patternLimit).count == 2)
    }

    @Test(
        "the real tags of both upstreams have one line, and the right highest",
        arguments: [
            ("elabftw", "5.6.12"), ("s6-overlay", "v3.2.3.2"),
        ]) func real(name: String, highest: String) throws
    {
        var bench = Bench(Known.config())
        let rows = try Known.tags(name)
        bench.look(rows.enumerated().map { Known.release($1[0], id: Int64($0 + 1)) })
        #expect(bench.watch.line == "" && bench.watch.lastSeen?.tag == highest)
        #expect(bench.told.isEmpty)
    }

    @Test("explain names the line, the others, and what is unusual about a tag")
    func explained() {
        let list = ReleaseList(
            releases: Self.apps + Self.charts + [Known.release("v1.2.0-java17", id: 7)], isComplete: true)
        let explanation = Explanation(list, Config.Upstream(repository: "owner/one"), UpstreamState(), at: Known.at(0))
        let text = explanation.lines(isAligned: true).joined(separator: "\n")
        #expect(text.contains("following the line \"\""))
        #expect(text.contains("other line \"chart-\": 2 tags, highest chart-9.1.0"))
        #expect(text.contains("[variant java17]") && text.contains("[line \"chart-\"]"))
        #expect(text.contains("the highest: would be"))
    }
}
