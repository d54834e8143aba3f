import Testing

@testable import WatcherCore

@Suite("Services of the configuration")
struct ConfigServiceTests {
    private func service(_ name: String) throws -> any Notifier {
        let config = try ConfigReader.read(ConfigFixtures.bytes(.good, "services")).get().config
        return try #require(config.notifiers[name]).service.base
    }

    /// The settings of a service as its own reader reads them.
    private func service<Service: Notifier>(_ name: String, _: Service.Type) throws -> Service {
        try #require(try service(name) as? Service)
    }

    @Test("an incoming webhook is an address from anywhere")
    func addresses() throws {
        #expect(try service("slack", Slack.self) == Slack(url: .environment("SLACK_URL")))
        #expect(try service("discord", Discord.self) == Discord(url: .environment("DISCORD_URL")))
        #expect(try service("teams", Teams.self) == Teams(url: .file("/run/secrets/teams")))
        #expect(
            try service("mattermost", Mattermost.self) == Mattermost(url: .literal("http://localhost:8065/hooks/x")))
        #expect(try service("rocketchat", RocketChat.self) == RocketChat(url: .credential("rocketchat")))
        #expect(try service("googleChat", GoogleChat.self) == GoogleChat(url: .environment("CHAT_URL")))
    }

    @Test("every string of a service may be kept elsewhere")
    func settings() throws {
        #expect(
            try service("matrix").secrets == [
                .literal("https://matrix.example"), .literal("!a:b.example"), .environment("MATRIX_TOKEN"),
            ])
        #expect(try service("matrix-hidden").secrets == [.environment("A"), .environment("B"), .environment("C")])
        #expect(
            try service("gotify").secrets == [.literal("https://push.example/gotify"), .environment("GOTIFY_TOKEN")])
        #expect(
            try service("zulip").secrets == [
                .literal("https://zulip.example"), .literal("bot@zulip.example"), .environment("ZULIP_KEY"),
                .literal("general chat"), .literal("releases & more"),
            ])
    }

    @Test("a public server is the default, and another one can be set")
    func defaults() throws {
        #expect(try service("ntfy").secrets == [.literal("https://ntfy.sh"), .literal("releases_1-x")])
        #expect(
            try service("ntfy-home").secrets == [
                .literal("http://127.0.0.1:2586/"), .environment("TOPIC"), .environment("NTFY_TOKEN"),
            ])
        #expect(
            try service("telegram").secrets == [
                .environment("BOT"), .literal("-1001234567890"), .literal("https://api.telegram.org"),
            ])
        #expect(
            try service("telegram-channel").secrets == [
                .environment("BOT"), .literal("@releases"), .literal("http://[::1]:8081"),
            ])
    }

    @Test("own words and an own body arrive where they belong")
    func ownWords() throws {
        let notifiers = try ConfigReader.read(ConfigFixtures.bytes(.good, "own-words")).get().config.notifiers
        #expect(
            notifiers["chat"]?.message
                == Config.CustomMessage(
                    title: try MessageTemplate("{{upstream}} {{release.tag}}"),
                    text: try MessageTemplate("before: {{previous}}\n{{text}}")))
        #expect(notifiers["title-only"]?.message == Config.CustomMessage(title: try MessageTemplate("plain")))
        func body(_ name: String) throws -> BodyTemplate? {
            try #require(notifiers[name]?.service.base as? Webhook).body
        }
        let expected = BodyTemplate.object([
            .init("summary", .string(try MessageTemplate("{{title}}"))),
            .init(
                "tags",
                .array([
                    .string(try MessageTemplate("{{releases.0.tag}}")),
                    .string(try MessageTemplate("{{releases.19.version}}")), .value(5), .value(nil), .value(true),
                ])),
            .init(
                "nested",
                .object([
                    .init("job", .object([.init("url", .string(try MessageTemplate("{{job.url}}")))])),
                    .init("empty", .string(try MessageTemplate(""))),
                    .init("{{not a template}}", .value(.number("1.50"))),
                ])),
        ])
        #expect(try body("hook") == expected)
        #expect(try body("hook-with-null") == .value(nil))
        #expect(try body("hook-with-a-string") == .string(try MessageTemplate("{{text}}")))
    }
}
