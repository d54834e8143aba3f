import FoundationEssentials

@testable import WatcherCore

/// What the tests of the core have in common.
enum Known {
    /// 2026-08-03T10:00:00Z.
    static let start: Int64 = 1_785_751_200

    static let fixtures = ConfigFixtures.root.appending(path: "Tests/Fixtures")

    static func at(_ seconds: Int64, milliseconds: Int64 = 0) -> Instant {
        Instant(wall: (start + seconds) * 1000 + milliseconds, uptime: 1_000_000 + seconds * 1000 + milliseconds)
    }

    static func time(_ seconds: Int64) -> Timestamp { Timestamp(seconds: start + seconds) }

    static func release(
        _ tag: String, id: some BinaryInteger, published: Int64? = -3600, prerelease: Bool = false, draft: Bool = false,
        assets: [Release.Asset] = []
    ) -> Release {
        Release(
            id: SourceID(Int64(id)), tag: tag, name: tag, url: "https://example.org/\(tag)", isDraft: draft,
            isPrerelease: prerelease,
            publishedAt: published.map { time($0) }, assets: assets)
    }

    static func reference(_ tag: String) -> ReleaseReference {
        ReleaseReference(tag: tag, url: "https://example.org/\(tag)", publishedAt: time(-3600))
    }

    /// The tags of one of the two upstreams, newest first, with the other columns.
    static func tags(_ name: String) throws -> [[String]] {
        let data = try Data(contentsOf: fixtures.appending(path: "\(name)-tags.tsv"))
        return String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    static func encoded(_ ledger: Ledger) throws -> Data { try JSONEncoder().encode(ledger) }

    static func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }

    /// One upstream `one`, one action `build` that is started by it, one notifier `chat`.
    static func config(_ change: (inout Config) -> Void = { _ in }) -> Config {
        var config = Config()
        config.github.token = .literal("token")
        config.upstreams["one"] = Config.Upstream(repository: "owner/one")
        config.actions["build"] = action(["one"])
        config.notifiers["chat"] = notifier()
        change(&config)
        return config
    }

    static func action(_ upstreams: [String], _ change: (inout Config.Action) -> Void = { _ in }) -> Config.Action {
        var dispatch = Config.WorkflowDispatch(repository: "owner/ci", workflow: "build.yaml", ref: "main")
        dispatch.inputs["job"] = try? Template("{{job.id}}", upstreams: upstreams)
        for upstream in upstreams {
            dispatch.inputs[upstream] = try? Template("{{\(upstream).tag}}", upstreams: upstreams)
        }
        var action = Config.Action(upstreams: upstreams, work: .workflowDispatch(dispatch))
        change(&action)
        return action
    }

    static func notifier(_ change: (inout Config.Notifier) -> Void = { _ in }) -> Config.Notifier {
        var notifier = Config.Notifier(service: Slack(url: .literal("https://example.org")))
        change(&notifier)
        return notifier
    }
}

extension Config.Action {
    /// Changes its dispatch.
    mutating func dispatch(_ change: (inout Config.WorkflowDispatch) -> Void) {
        guard case .workflowDispatch(var dispatch) = work else { return }
        change(&dispatch)
        work = .workflowDispatch(dispatch)
    }
}
