import Testing

@testable import WatcherCore

@Suite("The page") struct HTMLStatusTests {
    private static let now = Timestamp(seconds: 1_785_751_200)

    private static func upstream(_ name: String) -> StatusSnapshot.Upstream {
        var upstream = StatusSnapshot.Upstream(name: name, repository: "owner/\(name)", isChecked: true)
        upstream.lastSeen = ReleaseReference(
            tag: "v1.2.3", url: "https://github.com/owner/\(name)/releases/tag/v1.2.3", publishedAt: now.adding(-86_400)
        )
        upstream.lastGoodCheck = now.adding(-60)
        upstream.nextCheck = now.adding(60)
        return upstream
    }

    private static func job(
        _ name: String, _ state: StatusSnapshot.Job.State, _ id: String = "w-1"
    ) -> StatusSnapshot.Job {
        StatusSnapshot.Job(
            id: id, action: "build-image", state: state, reason: nil,
            url: "https://github.com/owner/\(name)/actions/runs/12345678", releases: [name: "v1.2.3"], attempts: 1,
            created: now.adding(-7200), begun: now.adding(-7000), ended: state == .running ? nil : now.adding(-3600),
            platforms: [.init(platform: "linux/arm64", digest: "sha256:0")], isActionRequired: state == .failed)
    }

    private static func snapshot(
        _ upstreams: [StatusSnapshot.Upstream], _ jobs: [StatusSnapshot.Job] = []
    ) -> StatusSnapshot {
        StatusSnapshot(time: now, upstreams: upstreams, jobs: jobs, deliveries: [], rateLimits: [])
    }

    @Test("says in a line how all is, when it was written and until when it is not stale")
    func headline() {
        let page = HTMLStatus.render(Self.snapshot([Self.upstream("app")]))
        #expect(page.contains("<h1>watcher: all current</h1>"))
        #expect(page.contains("Written at <time datetime=\"2026-08-03T10:00:00Z\">2026-08-03 10:00 UTC</time>"))
        #expect(page.contains("expected by <time datetime=\"2026-08-03T10:01:00Z\">"))
        #expect(!page.contains("Action required"))
        let empty = HTMLStatus.render(
            Self.snapshot([.init(name: "new", repository: "owner/new", isChecked: false)]))
        #expect(empty.contains("nothing checked yet") && empty.contains("No upstream has been checked yet."))
    }

    @Test("begins with what needs action, with the commands to type")
    func action() throws {
        let page = HTMLStatus.render(Self.snapshot([Self.upstream("app")], [Self.job("app", .failed, "w-7")]))
        let action = try #require(page.firstRange(of: "<h2>Action required</h2>"))
        let table = try #require(page.firstRange(of: "<h2>Upstreams</h2>"))
        #expect(action.lowerBound < table.lowerBound)
        #expect(page.contains("<code>watcher retry w-7</code> to start it again"))
        #expect(page.contains("1 thing needs action"))
    }

    @Test("an upstream shows its release, its state and its last job, with links")
    func row() {
        var waiting = Self.upstream("lib")
        waiting.waiting = [
            .init(tag: "v2", missing: ["*.xz"], until: nil, isStalled: false, published: Self.now.adding(-600))
        ]
        let page = HTMLStatus.render(
            Self.snapshot([Self.upstream("app"), waiting], [Self.job("app", .succeeded), Self.job("app", .running)]))
        #expect(page.contains("<a href=\"https://github.com/owner/app/releases/tag/v1.2.3\">v1.2.3</a>, "))
        #expect(page.contains("</a>, 1\u{A0}d\u{A0}old</td>"))
        #expect(page.contains(">build-image running for 1 h 56 min</td>"))
        #expect(page.contains("\u{2713}</b>\u{A0}<a href=\"https://github.com/owner/app/actions/runs/12345678\">"))
        #expect(page.contains("\u{2713}\u{A0}linux/arm64"))
        #expect(page.contains(">v2 waits for *.xz</td>"))
        #expect(page.contains("<circle class=\"waits\""))
    }

    @Test("the drawing has a dot for each release of the last weeks, hollow with the reason where it was ignored")
    func drawing() throws {
        var upstream = Self.upstream("app")
        upstream.recent = [
            .init(published: Self.now.adding(-20 * 86_400), upstream: "app", reason: .taken, tag: "v1.2.2"),
            .init(published: Self.now.adding(-7 * 86_400), upstream: "app", reason: .prerelease, tag: "v1.2.3-rc1"),
            .init(published: Self.now.adding(-86_400), upstream: "app", reason: .taken, tag: "v1.2.3"),
            .init(published: Self.now.adding(-40 * 86_400), upstream: "app", reason: .taken, tag: "v1.2.1"),
        ]
        let page = HTMLStatus.render(Self.snapshot([upstream], [Self.job("app", .failed)]))
        let drawing = try #require(page.firstRange(of: "<ul>\n<li><b>app</b>").map { page[$0.lowerBound...] })
        #expect(drawing.contains("aria-label=\"app: 3 releases, 1 job\""))
        #expect(drawing.contains("<title>v1.2.2 published 2026-07-14 10:00 UTC</title>"))
        #expect(drawing.contains("class=\"ignored\" cx=\"75.0%\""))
        #expect(drawing.contains("<title>v1.2.3-rc1 ignored: a prerelease</title>"))
        #expect(drawing.ranges(of: ">v1.2.3 published").count == 1, "the highest is there once")
        #expect(!drawing.contains("v1.2.1"), "before the four weeks")
        #expect(drawing.contains("<g class=\"failed\"><title>build-image failed,"))
        #expect(drawing.contains("\u{2717}</text>"))
    }

    @Test("a release that waits says how many of its assets are there") func waiting() {
        var upstream = Self.upstream("app")
        upstream.requiredAssets = 4
        upstream.waiting = [.init(tag: "v2", missing: ["a", "b"], until: nil, isStalled: true, published: nil)]
        let page = HTMLStatus.render(Self.snapshot([upstream]))
        #expect(page.contains("class=\"bad\">v2 waits for a, b (overdue), 2 of 4 are there</td>"))
    }

    @Test("what needs action links to its run, and only where the address is one of the web") func links() {
        var failed = Self.job("app", .failed)
        let address = "https://github.com/owner/app/actions/runs/12345678"
        #expect(HTMLStatus.render(Self.snapshot([], [failed])).contains("<a href=\"\(address)\">\(address)</a>"))
        failed.url = "javascript:alert(1)"
        let page = HTMLStatus.render(Self.snapshot([], [failed]))
        #expect(page.contains("javascript:alert(1)") && !page.contains("<a "))
    }

    @Test("an upstream that fails is in the first line before it needs action") func failing() {
        var upstream = Self.upstream("app")
        upstream.failures = 1
        #expect(HTMLStatus.render(Self.snapshot([upstream])).contains("<h1>watcher: 1 upstream failing</h1>"))
    }

    @Test("a hundred upstreams fit into 100 kB")
    func size() {
        let names = (0..<100).map { "upstream-number-\($0)" }
        let page = HTMLStatus.render(
            Self.snapshot(names.map(Self.upstream), names.prefix(50).map { Self.job($0, .succeeded) }))
        #expect(page.utf8.count < 100_000, "\(page.utf8.count)")
        for name in names { #expect(page.contains(">\(name)</th>")) }
    }
}
