import Testing

@testable import WatcherCore

/// A document with text from upstream in every place that can hold some.
@Suite("Hostile text in the formats of the status")
struct StatusHostileTests {
    private static let now = Timestamp(seconds: 1_785_751_200)

    private static let hostile = [
        "</title></text><script>alert(1)</script>", "\" onload=\"alert(1)", "' x='", "&lt;&#x3C;&amp", "]]><!--",
        "a\nwatcher_fake_total 1\n# HELP x y", "\\\" 1\nwatcher_fake 2", "\u{0}\u{1}\u{1B}[2J\u{9B}31m\r\u{85}\u{2028}",
        "\u{202E}evil\u{2066}", "\u{FFFE}\u{FFFF}\u{10FFFF}", "javascript:alert(1)", "\u{FEFF}\u{200B}",
        String(repeating: "<", count: 5000), String(repeating: "a\u{0301}\u{0301}", count: 2000),
    ]

    private static func snapshot(_ text: String) -> StatusSnapshot {
        var upstream = StatusSnapshot.Upstream(name: "app", repository: "owner/app", isChecked: true)
        upstream.lastSeen = ReleaseReference(tag: text, url: text, publishedAt: now.adding(-86_400))
        upstream.lastGoodCheck = now.adding(-3)
        upstream.failures = 5
        upstream.error = text
        upstream.waiting = [.init(tag: text, missing: [text], until: nil, isStalled: true)]
        let states: [StatusSnapshot.Job.State] = [.running, .pending, .failed, .succeeded]
        let jobs = states.enumerated().map { number, state in
            StatusSnapshot.Job(
                id: "w-\(number)", action: "build", state: state, reason: text, url: text, releases: ["app": text],
                attempts: 1, created: now.adding(-600), begun: now.adding(-500),
                ended: state == .failed || state == .succeeded ? now.adding(-60) : nil, next: nil, log: text,
                platforms: [.init(platform: text, digest: text)], isActionRequired: state == .failed)
        }
        var snapshot = StatusSnapshot(
            time: now, upstreams: [upstream], jobs: jobs,
            deliveries: [
                .init(id: "m-1", notifier: "chat", type: .release, state: .pending, reason: text),
                .init(id: "m-2", notifier: "chat", type: .failed, state: .failed, reason: text),
            ],
            rateLimits: [
                .init(account: "github", limit: 5000, remaining: 1, pausedUntil: now.adding(60), reason: text)
            ])
        snapshot.actions = ["build"]
        snapshot.notifiers = [.init(name: "chat", waiting: 1, lastDelivered: now, reason: text)]
        snapshot.outputFailures = ["page": text]
        var log = EventLog(at: Instant(wall: 0, uptime: 0))
        for type in MessageType.allCases {
            log.add(
                Message(
                    id: "m-3", type: type, time: now, upstream: "app", repository: "owner/app", previous: text,
                    releases: [
                        ReleaseSummary(
                            upstream: "app", tag: text, version: text, name: text, url: "https://example.org/\(text)",
                            publishedAt: now, prerelease: false, highest: true)
                    ],
                    job: JobSummary(id: "w-0", action: "build", status: "failed", attempt: 1, url: text, reason: text),
                    missing: [text], detail: text))
        }
        snapshot.events = log
        return snapshot
    }

    /// What a reader of the format takes as structure: the same whatever the texts are.
    private func structure(_ document: String, of key: String) throws -> [String] {
        switch key {
        case TextStatus.key: return document.split(separator: "\n").map { String($0.prefix { $0 == " " }) }
        case JSONStatus.key: return Self.shape(try JSONReader.read(Array(document.utf8)).value)
        case PrometheusText.key:
            return try document.split(separator: "\n").map { line in
                if line.hasPrefix("# ") { return String(line) }
                let sample = try #require(
                    line.wholeMatch(of: /([a-z_]+)((?:[{,][a-z]+="(?:[^"\\]|\\["\\n])*")*)(\}?) (-?[0-9]+)/), "\(line)")
                let labels = sample.2.matches(of: /[{,]([a-z]+)="(?:[^"\\]|\\["\\n])*"/).map { String($0.1) }
                return "\(sample.1) \(labels) \(sample.3) \(sample.4)"
            }
        case AtomFeed.key, HTMLStatus.key:
            return Self.tags(document)
        default:
            Issue.record("no rule for the format \(key)")
            return []
        }
    }

    private static func shape(_ value: JSONValue) -> [String] {
        switch value {
        case .object(let members): members.flatMap { [$0.name] + shape($0.value) }
        case .array(let elements): elements.flatMap(shape)
        default: ["value"]
        }
    }

    /// The tags with the names of their attributes. Links are left out: an address that is none has none.
    private static func tags(_ document: String) -> [String] {
        let tag = /<[^<>"]*(?:"[^<>"]*"[^<>"]*)*>/
        let rest = document.replacing(tag, with: "")
        #expect(!rest.contains { "<>\"'".contains($0) })
        #expect(document.matches(of: /&(?!amp;|lt;|gt;|quot;|#39;)/).isEmpty)
        #expect(!document.unicodeScalars.contains { $0 == "\u{FFFE}" || $0 == "\u{FFFF}" })
        return document.matches(of: tag).map { String($0.output).replacing(/"[^"]*"/, with: "") }.filter {
            !$0.hasPrefix("<link ") && !$0.hasPrefix("<a ") && $0 != "</a>"
        }
    }

    @Test("no text changes the structure of a document", arguments: statusFormats.map { $0.key }, hostile)
    func structure(_ key: String, _ text: String) throws {
        let harmless = try #require(Self.snapshot("1.2.3").rendered(as: key))
        let document = try #require(Self.snapshot(text).rendered(as: key))
        #expect(try structure(document, of: key) == structure(harmless, of: key))
        #expect(!document.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        if key != JSONStatus.key {
            #expect(document.utf8.count < 60_000, "a long text is cut")
            #expect(!document.unicodeScalars.contains { (0x7F...0x9F).contains($0.value) })
            #expect(!document.unicodeScalars.contains { ["\u{202E}", "\u{2066}", "\u{200B}"].contains($0) })
        }
    }
}
