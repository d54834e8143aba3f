import Testing

@testable import WatcherCore

@Suite("The status at a terminal")
struct TerminalStatusTests {
    private let now = Timestamp(seconds: 1_785_751_200)

    private func upstream(_ name: String, _ tag: String, published days: Int64 = 3) -> StatusSnapshot.Upstream {
        var upstream = StatusSnapshot.Upstream(name: name, repository: "owner/\(name)", isChecked: true)
        upstream.lastSeen = ReleaseReference(
            tag: tag, url: "https://example.org/\(tag)", publishedAt: now.adding(-days * 86_400))
        upstream.lastGoodCheck = now.adding(-3)
        upstream.nextCheck = now.adding(120)
        return upstream
    }

    private var snapshot: StatusSnapshot {
        var failing = upstream("lib", "2.0.0-with-a-rather-long-name.1")
        failing.failures = 5
        failing.nextCheck = now.adding(-1)
        failing.error =
            "GitHub answered 503: see https://status.example.org/" + String(repeating: "incident/", count: 9)
        var waiting = upstream("tool-with-a-name-that-is-long", "1.0")
        waiting.waiting = [.init(tag: "1.1", missing: ["*.tgz"], until: nil, isStalled: true)]
        return StatusSnapshot(
            time: now,
            upstreams: [
                upstream("app", "1.2.3"), failing, .init(name: "new", repository: "owner/new", isChecked: false),
                waiting,
            ],
            jobs: [
                .init(
                    id: "w-1", action: "build-image", state: .running, reason: nil, url: "https://example.org/runs/1",
                    releases: ["app": "1.2.3"], attempts: 1, created: now, begun: now, ended: nil, next: nil, log: nil,
                    platforms: nil, isActionRequired: false)
            ],
            deliveries: [.init(id: "m-2", notifier: "hook", type: .failed, state: .failed, reason: "answered 404")],
            rateLimits: [])
    }

    private func lines(_ snapshot: StatusSnapshot, _ layout: TextLayout) -> [String] {
        TextStatus.render(snapshot, layout).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("shows the upstreams as a table, and below a row what is not as usual")
    func table() throws {
        let lines = lines(snapshot, TextLayout(width: 100))
        let start = try #require(lines.firstIndex(of: "Upstreams:"))
        #expect(
            Array(lines[start...].prefix(4)) == [
                "Upstreams:",
                "  NAME                           VERSION                          PUBLISHED   LAST CHECK  NEXT CHECK",
                "  app                            1.2.3                            2026-07-31  3 s ago     in 2 min",
                "  lib                            2.0.0-with-a-rather-long-name.1  2026-07-31  3 s ago     due",
            ])
        #expect(lines.contains("    1.1 waits for *.tgz (overdue)"))
        #expect(
            lines.contains(
                "  new                            not checked yet                  -           -           -"))
    }

    @Test("begins with what needs action, then what is in progress, then the upstreams")
    func order() {
        let titles = lines(snapshot, TextLayout(width: 80)).filter { $0.hasSuffix(":") && !$0.hasPrefix(" ") }
        #expect(titles == ["Action required:", "In progress:", "Upstreams:"])
    }

    @Test("has no line over the width but those with a URL, and loses no URL", arguments: [20, 40, 60, 80, 200])
    func width(_ width: Int) {
        let lines = lines(snapshot, TextLayout(width: width))
        for line in lines where line.displayWidth > width {
            #expect(line.contains("://"), "\(line)")
        }
        #expect(lines.contains { $0.contains("https://example.org/runs/1") })
        #expect(lines.contains { $0.contains("incident/incident/incident/incident/incident/incident/incident/") })
        if width >= 40 { #expect(lines.contains { $0.contains("LAST CHECK") }) }
    }

    @Test("colours what has failed, and nothing without colours")
    func colours() {
        let plain = lines(snapshot, TextLayout(width: 100))
        let coloured = lines(snapshot, TextLayout(width: 100, style: TextStyle(usesColor: true)))
        #expect(coloured.first == "\u{1B}[1;31mAction required:\u{1B}[0m")
        #expect(coloured.contains { $0.hasPrefix("\u{1B}[31m  lib ") })
        #expect(coloured.contains { $0.hasPrefix("  app ") })
        #expect(coloured.map { $0.replacing(/\u{1B}\[[0-9;]*m/, with: "") } == plain)
    }

    @Test("sums up a thousand upstreams on a screen, each counted once")
    func summary() {
        var snapshot = snapshot
        snapshot.upstreams += (0..<996).map { upstream("app-\($0)", "1.\($0)", published: Int64($0) + 5) }
        for number in 0..<400 { snapshot.upstreams[4 + number].failures = 9 }
        let lines = lines(snapshot, TextLayout(width: 80, isSummary: true))
        #expect(lines.count <= 24, "\(lines.joined(separator: "\n"))")
        #expect(
            lines.contains("  1000 configured: 401 failing, 1 not checked yet, 1 overdue, 597 current"),
            "\(lines.joined(separator: "\n"))")
        #expect(lines.contains("  last check 3 s ago, next check due"))
        #expect(lines.contains("  … and 399 more: watcher status --failed"))
        #expect(lines.contains { $0.hasPrefix("  latest releases: app 1.2.3 (3 d ago), ") })
    }

    @Test("shows only what has failed, or only the named upstreams and their jobs")
    func filters() {
        let failed = snapshot.onlyFailed
        #expect(failed.upstreams.map(\.name) == ["lib", "tool-with-a-name-that-is-long"])
        #expect(failed.jobs.isEmpty && failed.deliveries.count == 1)
        let named = snapshot.filtered(upstreams: ["app"])
        #expect(named.upstreams.map(\.name) == ["app"])
        #expect(named.jobs.map(\.id) == ["w-1"] && named.deliveries.isEmpty)
        #expect(snapshot.filtered(upstreams: ["lib"]).jobs.isEmpty)
    }
}

@Suite("Text in columns")
struct TextWidthTests {
    @Test("breaks lines between words, hangs the later ones, and breaks a word only where it must")
    func wrapping() {
        #expect("  one two three".wrapped(to: 10) == ["  one two", "     three"])
        #expect("a short one".wrapped(to: 40) == ["a short one"])
        #expect("see https://example.org/a/b now".wrapped(to: 12) == ["see", "    https://example.org/a/b", "    now"])
        #expect("".wrapped(to: 5) == [""])
        for width in 1...30 {
            let lines = "error: 東京 déjà-vu \u{1F600}\u{1F600}\u{1F600} abcdefghijklmnopqrstuvwxyz".wrapped(to: width)
            #expect(width < 4 || lines.allSatisfy { $0.displayWidth <= width }, "\(width): \(lines)")
            #expect(lines.joined().filter { $0 != " " }.count == 44, "\(width): \(lines)")
        }
    }

    @Test("counts two columns for wide characters and none for marks")
    func width() {
        #expect("abc".displayWidth == 3)
        #expect("東京".displayWidth == 4)
        #expect("e\u{301}".displayWidth == 1)
        #expect("東京都".fitted(to: 5) == "東京…")
        #expect("abc".fitted(to: 3) == "abc" && "abcd".fitted(to: 3) == "ab…")
    }

    @Test(
        "colours are for a terminal that has them, unless somebody chose otherwise",
        arguments: [
            (ColorChoice.auto, true, ["TERM": "xterm"], true), (.auto, false, ["TERM": "xterm"], false),
            (.auto, true, ["TERM": "dumb"], false), (.auto, true, [:], false),
            (.auto, true, ["TERM": "xterm", "NO_COLOR": "1"], false),
            (.auto, true, ["TERM": "xterm", "NO_COLOR": ""], true), (.always, false, ["NO_COLOR": "1"], true),
            (.never, true, ["TERM": "xterm"], false),
        ])
    func choice(_ choice: ColorChoice, isTerminal: Bool, environment: [String: String], expected: Bool) {
        #expect(choice.usesColor(isTerminal: isTerminal, environment: environment) == expected)
    }
}
