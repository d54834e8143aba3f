import Foundation
import TestSupport
import Testing

/// The installed units in a real systemd: Debian 12 in a container, with the release binary.
@Suite("In a real systemd", .serialized, .enabled(if: Lab.isWanted, Lab.whyNot))
struct SystemdLabTests {
    private static let secret = "ghp_systemdlabsecret0123456789"
    private static let hook = "systemdlabhook9876543210"

    @discardableResult
    private func inside(_ line: String, okay: Bool = true) throws -> String { try SystemdLab.inside(line, okay: okay) }

    private func put(_ text: String, at path: String, mode: String = "644") throws {
        try SystemdLab.put(text, at: path, mode: mode)
    }

    private func property(_ name: String) throws -> String {
        try inside("systemctl show --value --property \(name) watcher").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Waits for systemd's own word, asked again and again within its limit.
    private func wait(for condition: String, seconds: Int = 30) throws {
        try inside(
            "for i in $(seq \(seconds * 10)); do \(condition) && exit 0; sleep 0.1; done; systemctl status watcher; exit 1"
        )
    }

    private func config(_ github: GitHubLookalike, _ sink: WebhookSink, more: String = "") -> String {
        """
        {
          "poll": { "every": "1s" },
          "github": { "apiURL": "\(github.url)", "token": { "credential": "github-token" } },
          "upstreams": { "tool": { "github": "lab/tool" }\(more) },
          "actions": { "build": { "upstreams": ["tool"], "workflowDispatch": {
            "repository": "lab/image", "workflow": "build.yaml", "ref": "main",
            "inputs": { "version": "{{tool.tag}}", "watcher_job": "{{job.id}}" } } } },
          "notifiers": { "chat": { "webhook": { "url": { "credential": "hook-url" } } } }
        }
        """
    }

    @Test("start, act, reload, watchdog, kill, stop, timer: nothing is lost and no secret is shown")
    func theUnits() async throws {
        #expect(FileManager.default.fileExists(atPath: Lab.binary), "make build comes first")
        try Lab.script("docker.sh", "up")
        try Lab.script("systemd.sh", "up")
        defer { try? Lab.script("systemd.sh", "down") }
        let sink = WebhookSink()
        try await sink.start()
        try await withGitHubLookalike { (github: GitHubLookalike) async throws in
            github.addToken(Self.secret)
            github.publish("lab/tool", "1.0.0")
            _ = github.addWorkflow(
                "lab/image", "build.yaml", inputs: ["version": .required, "watcher_job": .optional],
                runName: "build ${{ inputs.version }} [${{ inputs.watcher_job }}]",
                progress: .afterLooks(1, conclusion: "success"))
            try install(github, sink)
            try await startsAndActs(github, sink)
            try await reloads(github, sink)
            try await isRestartedByTheWatchdog(github)
            try await survivesAKill(github, sink)
            try await answersTheAdmin(github, sink)
            try stopsInTime(github)
            try await worksByTimer(github, sink)
            try showsNoSecret()
        }
        await sink.stop()
    }

    private func install(_ github: GitHubLookalike, _ sink: WebhookSink) throws {
        try Lab.sh(
            "strip -o '\(Lab.folder)/watcher' '\(Lab.binary)' && docker cp '\(Lab.folder)/watcher' watcher-systemd:/usr/local/bin/watcher"
        )
        for unit in ["watcher.service", "watcher-once.service", "watcher-once.timer"] {
            try Lab.sh("docker cp '\(Lab.root)/deploy/systemd/\(unit)' watcher-systemd:/etc/systemd/system/\(unit)")
        }
        try put(config(github, sink), at: "/etc/watcher/config.json")
        try put(Self.secret, at: "/etc/watcher/credentials/github-token", mode: "600")
        try put("\(sink.url)/hooks/\(Self.hook)", at: "/etc/watcher/credentials/hook-url", mode: "600")
        let credentials = """
            [Service]
            LoadCredential=github-token:/etc/watcher/credentials/github-token
            LoadCredential=hook-url:/etc/watcher/credentials/hook-url
            """
        try put(credentials + "\nWatchdogSec=4s\n", at: "/etc/systemd/system/watcher.service.d/lab.conf")
        try put(credentials + "\n", at: "/etc/systemd/system/watcher-once.service.d/lab.conf")
        try inside("systemd-analyze verify /etc/systemd/system/watcher.service && systemctl daemon-reload")
    }

    private func startsAndActs(_ github: GitHubLookalike, _ sink: WebhookSink) async throws {
        // Returns when READY has come: Type=notify.
        try inside("systemctl start watcher || { journalctl --no-pager --unit watcher | tail -n 30; exit 1; }")
        #expect(try property("ActiveState") == "active")
        #expect(try property("StatusText").contains("1 upstreams"))
        try await github.waitForRequests(Route(.releases), count: 2, timeout: .seconds(30))
        #expect(github.count(Route(.dispatch)) == 0, "the first check is a baseline")
        github.publish("lab/tool", "1.1.0")
        try await github.waitForRequests(Route(.dispatch), count: 1, timeout: .seconds(30))
        try await sink.waitForMessages(2, timeout: .seconds(60))
        #expect(github.runs("lab/image").count == 1)
    }

    private func reloads(_ github: GitHubLookalike, _ sink: WebhookSink) async throws {
        let before = try property("MainPID")
        github.publish("lab/other", "2.0.0")
        try put(
            config(github, sink, more: ", \"other\": { \"github\": \"lab/other\" }"), at: "/etc/watcher/config.json")
        try inside("systemctl reload watcher")
        try await github.waitForRequests(Route(.releases, of: "lab/other"), count: 1, timeout: .seconds(30))
        try put("{ \"upstream\": {} }", at: "/etc/watcher/config.json")
        try inside("! systemctl reload watcher")
        try inside("systemctl kill --signal HUP --kill-whom main watcher")
        try wait(for: "journalctl --unit watcher | grep -q 'configuration rejected'")
        #expect(try property("MainPID") == before, "a reload is no restart")
        #expect(try property("ActiveState") == "active")
        try put(config(github, sink), at: "/etc/watcher/config.json")
        try inside("systemctl reload watcher")
    }

    private func isRestartedByTheWatchdog(_ github: GitHubLookalike) async throws {
        let stuck = try property("MainPID")
        try inside("kill -STOP \(stuck)")
        try wait(
            for:
                "[ \"$(systemctl show --value --property MainPID watcher)\" != \(stuck) ] && [ \"$(systemctl show --value --property ActiveState watcher)\" = active ]",
            seconds: 40)
        #expect(try inside("journalctl --unit watcher").contains("Watchdog timeout"))
        let looks = github.count(Route(.releases))
        try await github.waitForRequests(Route(.releases), count: looks + 1, timeout: .seconds(30))
        #expect(github.runs("lab/image").count == 1, "nothing is built twice")
    }

    private func survivesAKill(_ github: GitHubLookalike, _ sink: WebhookSink) async throws {
        // The receiver is away, so the news is on disk and not delivered when the process is killed.
        let told = sink.messages().count
        sink.always(nil, .text(503, "away"))
        github.publish("lab/tool", "1.2.0")
        try await github.waitForRequests(Route(.dispatch), count: 2, timeout: .seconds(30))
        try await sink.waitForMessages(told + 1, timeout: .seconds(30))
        try inside("systemctl kill --signal KILL watcher")
        sink.always(nil, .text(200, "ok"))
        let failed = sink.messages().count
        try wait(for: "[ \"$(systemctl show --value --property ActiveState watcher)\" = active ]")
        try await sink.waitForMessages(failed + 2, timeout: .seconds(90))
        #expect(github.runs("lab/image").count == 2)
        let texts = sink.messages().map(\.text)
        #expect(texts.contains { $0.contains("1.2.0") && $0.contains("\"type\":\"release\"") })
    }

    private func answersTheAdmin(_ github: GitHubLookalike, _ sink: WebhookSink) async throws {
        let status = try inside("watcher status")
        #expect(status.contains("tool (lab/tool): 1.2.0"))
        // A root shell finds the credentials where the unit takes them from.
        #expect(try !inside("watcher validate 2>&1").contains("not readable here"))
        let doctor = try inside("watcher doctor")
        #expect(doctor.contains("ok       github: the token is valid"), "\(doctor)")
        #expect(doctor.contains("ok       notifier chat: ") && doctor.contains(" 0 failed"), "\(doctor)")
        let dispatches = github.count(Route(.dispatch))
        #expect(try inside("watcher trigger build").contains("job w-"))
        try await github.waitForRequests(Route(.dispatch), count: dispatches + 1, timeout: .seconds(30))
        #expect(
            try inside("watcher once; echo status $?", okay: false).contains("status 7"),
            "75, or 78 for the credentials")
        // By number: a minimal Debian has no name for a dynamic user.
        let owners = try inside("stat -c %u $(find /var/lib/watcher/ -type f) | sort -u")
        let service = try inside("stat -Lc %u /var/lib/watcher")
        #expect(owners == service && owners != "0\n", "root's commands leave the service's files to it: \(owners)")
    }

    private func stopsInTime(_ github: GitHubLookalike) throws {
        github.fail(Route(.releases), with: .blackHole)
        try inside("sleep 2; timeout 14 systemctl stop watcher")
        #expect(try property("ActiveState") == "inactive")
        #expect(try property("Result") == "success")
        github.clearFaults()
    }

    private func worksByTimer(_ github: GitHubLookalike, _ sink: WebhookSink) async throws {
        try put(
            "[Timer]\nOnCalendar=\nOnActiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=100ms\n",
            at: "/etc/systemd/system/watcher-once.timer.d/lab.conf")
        github.publish("lab/tool", "1.3.0")
        let dispatches = github.count(Route(.dispatch))
        try inside("systemctl daemon-reload; systemctl start watcher-once.timer")
        try await github.waitForRequests(Route(.dispatch), count: dispatches + 1, timeout: .seconds(30))
        try wait(for: "[ \"$(systemctl show --value --property ActiveState watcher-once)\" = inactive ]")
        #expect(try inside("systemctl show --value --property Result watcher-once").contains("success"))
        #expect(try inside("watcher status").contains("1.3.0"))
    }

    private func showsNoSecret() throws {
        let shown = try inside(
            "journalctl --no-pager; systemctl status watcher watcher-once; systemctl show watcher watcher-once; cat /var/lib/watcher/state.json*; watcher status",
            okay: false)
        for secret in [Self.secret, Self.hook] {
            #expect(!shown.contains(secret), "a secret is shown")
        }
    }
}
