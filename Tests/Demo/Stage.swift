import Foundation
import TestSupport

/// What the story plays on: a GitHub and a chat on loopback, a folder of its own, and the program.
struct Stage: Sendable {
    static let image = "lab/elab-arm-docker"
    static let workflow = "build-image.yaml"
    static let token = "github_pat_demo_0123456789abcdef"
    static let chatPath = "/services/T0DEMO/B0DEMO/aQ3bR5cS7dT9eU1f"
    static let hookPath = "/hooks/audit"
    static let hookSecret = "whsec_ZGVtby1zZWNyZXQtb2YtMjQtYnl0ZXMh"

    let github = GitHubLookalike()
    let sink = WebhookSink()
    let folder: URL
    let binary: String

    var configPath: String { folder.appending(path: "config.json").path }
    var statePath: String { folder.appending(path: "state.json").path }

    /// What of all this must never be seen anywhere but in a request to the host that it is for.
    static let secrets = [token, chatPath, hookSecret]

    /// Sets the stage, plays, and leaves nothing behind, also when `play` throws.
    static func with<Result>(watcher: String, _ play: (Stage) async throws -> Result) async throws -> Result {
        guard FileManager.default.isExecutableFile(atPath: watcher) else {
            throw Trouble("there is no program at \(watcher); make build makes it")
        }
        let stage = Stage(
            folder: FileManager.default.temporaryDirectory.appending(path: "watcher-demo-\(UUID().uuidString)"),
            binary: watcher)
        try FileManager.default.createDirectory(
            at: stage.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: stage.folder) }
        try await stage.github.start()
        try await stage.sink.start()
        do {
            try stage.fill()
            let result = try await play(stage)
            await stage.close()
            return result
        } catch {
            await stage.close()
            throw error
        }
    }

    private init(folder: URL, binary: String) {
        self.folder = folder
        self.binary = binary
    }

    private func close() async {
        await github.stop()
        await sink.stop()
    }

    /// The world on the day before: all real releases but the two that the story is about.
    private func fill() throws {
        github.addToken(Self.token)
        github.configure { $0.gzip = true }
        github.load(Fixtures.elabftwName, try Fixtures.elabftw().filter { $0.tag != Story.elabftwNew })
        github.load(Fixtures.s6OverlayName, try Fixtures.s6Overlay().filter { $0.tag != Story.s6New })
        github.addWorkflow(Self.image, Self.workflow)
        try config().write(to: URL(filePath: configPath), atomically: true, encoding: .utf8)
    }

    /// `config.example.json` with the addresses of this stage, and a second receiver that checks signatures.
    private func config() throws -> String {
        let example = Fixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "config.example.json")
        var text = try String(contentsOf: example, encoding: .utf8)
        let changes = [
            ("/var/lib/watcher/state.json", statePath), ("https://api.github.com", github.url), ("OWNER/", "lab/"),
            (
                #""team-chat": { "slack": { "url": { "env": "SLACK_WEBHOOK_URL" } } }"#,
                #"""
                "team-chat": { "slack": { "url": { "env": "SLACK_WEBHOOK_URL" } } },
                    "audit": { "webhook": { "url": "\#(sink.url)\#(Self.hookPath)", "secret": { "env": "AUDIT_SECRET" } } }
                """#
            ),
        ]
        for (old, new) in changes {
            guard text.ranges(of: old).count == 1 else {
                throw Trouble("config.example.json no longer has one \(old); the demo is made from it")
            }
            text.replace(old, with: new)
        }
        return text
    }
}

/// Why the demo cannot go on.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
