import Testing

@testable import WatcherCore

/// A format that only this file knows.
private enum Count: StatusFormat {
    static let summary = "The number of upstreams."
    static let key = "count"

    static func render(_ snapshot: StatusSnapshot) -> String { "\(snapshot.upstreams.count)\n" }
}

@Suite("The status")
struct StatusTests {
    private let now = Timestamp(seconds: 1_785_751_200)

    private func job(_ state: StatusSnapshot.Job.State, _ id: String = "w-0", at seconds: Int64 = 0)
        -> StatusSnapshot.Job
    {
        let time = now.adding(seconds)
        let hasEnded = state != .pending && state != .running
        return StatusSnapshot.Job(
            id: id, action: "build-image", state: state, reason: nil, url: nil, releases: ["app": "1.2.3"], attempts: 1,
            created: time, begun: time, ended: hasEnded ? time : nil, next: nil, log: nil, platforms: nil,
            isActionRequired: state == .failed)
    }

    private var snapshot: StatusSnapshot {
        var good = StatusSnapshot.Upstream(name: "app", repository: "owner/app", isChecked: true)
        good.lastSeen = ReleaseReference(tag: "1.2.3", url: "https://example.org/1.2.3", publishedAt: nil)
        good.lastGoodCheck = now.adding(-3)
        var failing = StatusSnapshot.Upstream(name: "lib", repository: "owner/lib", isChecked: true)
        failing.failures = 5
        failing.error = "GitHub answered 503\u{1B}[31m\u{202E}"
        failing.waiting = [.init(tag: "2.0", missing: ["*.tgz"], until: nil, isStalled: true)]
        return StatusSnapshot(
            time: now, upstreams: [good, failing, .init(name: "new", repository: "owner/new", isChecked: false)],
            jobs: [
                job(.running, "w-1", at: -1), job(.pending, "w-2", at: -120), job(.failed, "w-3", at: -180),
                job(.succeeded, "w-4", at: -60),
            ],
            deliveries: [
                .init(
                    id: "m-1", notifier: "chat", type: .release, state: .pending, reason: "answered 500",
                    next: now.adding(10)),
                .init(id: "m-2", notifier: "hook", type: .failed, state: .failed, reason: "answered 404"),
            ],
            rateLimits: [.init(account: "github", limit: 5000, remaining: 4990, resetsAt: now.adding(600))],
            slowdown: 55.75)
    }

    @Test("begins with what needs action, then what is in progress, then the upstreams")
    func text() throws {
        #expect(
            try #require(snapshot.rendered(as: "text")) == """
                Action required:
                  lib: 5 failed checks in a row: GitHub answered 503[31m
                    (use "watcher explain lib" for details)
                  w-3 build-image for app 1.2.3: failed 3 min ago
                    (use "watcher retry w-3" to start it again, "watcher forget w-3" to delete it)
                  m-2 failed message to hook failed: answered 404
                    (use "watcher notify hook" to test it, "watcher forget m-2" to delete it)

                In progress:
                  w-1 build-image for app 1.2.3: running for 1 s
                  w-2 build-image for app 1.2.3: pending for 2 min
                  m-1 release message to chat pending, next attempt at 2026-08-03T10:00:10Z: answered 500

                Upstreams:
                  app (owner/app): 1.2.3, last checked 3 s ago
                  lib (owner/lib): no release yet, never checked successfully
                    5 failed checks in a row: GitHub answered 503[31m
                    2.0 waits for *.tgz (overdue)
                  new (owner/new): not checked yet

                Recent jobs:
                  w-4 build-image for app 1.2.3: succeeded 1 min ago

                Rate limit:
                  github: 4990 of 5000 requests remaining, resets at 2026-08-03T10:10:00Z
                  polling slowed 55.7× to stay within the rate limit

                """)
    }

    @Test("leaves out the sections that are empty, and counts a single failed check as one")
    func short() {
        var upstream = StatusSnapshot.Upstream(name: "app", repository: "owner/app", isChecked: true)
        upstream.failures = 1
        let snapshot = StatusSnapshot(time: now, upstreams: [upstream], jobs: [], deliveries: [], rateLimits: [])
        #expect(
            snapshot.rendered(as: "text") == """
                Upstreams:
                  app (owner/app): no release yet, never checked successfully
                    1 failed check

                """)
    }

    @Test("is one JSON document with the stable keys")
    func json() throws {
        let document = try JSONReader.read(Array(try #require(snapshot.rendered(as: "json")).utf8)).value
        guard case .object(let members) = document else {
            Issue.record("no object")
            return
        }
        #expect(Set(members.map(\.name)) == ["upstreams", "jobs", "deliveries", "quotas", "stale"])
        #expect(document["upstreams"]?["app"]?["lastSeen"]?["tag"] == "1.2.3")
        #expect(document["upstreams"]?["lib"]?["error"] == "GitHub answered 503\u{1B}[31m\u{202E}")
        guard case .array(let jobs)? = document["jobs"], case .array(let deliveries)? = document["deliveries"] else {
            Issue.record("no arrays")
            return
        }
        #expect(jobs.map { $0["status"] } == ["running", "pending", "failed", "succeeded"])
        #expect(deliveries.map { $0["status"] } == ["pending", "failed"])
    }

    @Test("a format that is added needs a type and a line in the list")
    func added() {
        #expect(snapshot.rendered(as: "count", among: statusFormats + [Count.self]) == "3\n")
        #expect(snapshot.rendered(as: "count") == nil)
        #expect(Set(statusFormats.map { $0.key }).count == statusFormats.count)
    }
}
