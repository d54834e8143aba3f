import Testing
import WatcherCore

@Suite("Services of the configuration")
struct ConfigServiceTests {
    private func service(_ name: String) throws -> Config.Service {
        let config = try ConfigReader.read(ConfigFixtures.bytes(.good, "services")).get().config
        return try #require(config.notifiers[name]).service
    }

    @Test("an incoming webhook is an address from anywhere")
    func addresses() throws {
        #expect(try service("slack") == .slack(url: .environment("SLACK_URL")))
        #expect(try service("discord") == .discord(url: .environment("DISCORD_URL")))
        #expect(try service("teams") == .teams(url: .file("/run/secrets/teams")))
        #expect(try service("mattermost") == .mattermost(url: .literal("http://localhost:8065/hooks/x")))
        #expect(try service("rocketchat") == .rocketchat(url: .credential("rocketchat")))
        #expect(try service("googleChat") == .googleChat(url: .environment("CHAT_URL")))
    }

    @Test("every string of a service may be kept elsewhere")
    func settings() throws {
        let matrix = Config.Matrix(
            homeserver: .literal("https://matrix.example"), room: .literal("!a:b.example"),
            token: .environment("MATRIX_TOKEN"))
        #expect(try service("matrix") == .matrix(matrix))
        let hidden = Config.Matrix(homeserver: .environment("A"), room: .environment("B"), token: .environment("C"))
        #expect(try service("matrix-hidden") == .matrix(hidden))
        let gotify = Config.Gotify(
            server: .literal("https://push.example/gotify"), token: .environment("GOTIFY_TOKEN"))
        #expect(try service("gotify") == .gotify(gotify))
        let zulip = Config.Zulip(
            server: .literal("https://zulip.example"), email: .literal("bot@zulip.example"),
            token: .environment("ZULIP_KEY"), stream: .literal("general chat"), topic: .literal("releases & more"))
        #expect(try service("zulip") == .zulip(zulip))
    }

    @Test("a public server is the default, and one's own takes its place")
    func defaults() throws {
        #expect(try service("ntfy") == .ntfy(Config.Ntfy(topic: .literal("releases_1-x"))))
        var home = Config.Ntfy(topic: .environment("TOPIC"))
        home.server = .literal("http://127.0.0.1:2586/")
        home.token = .environment("NTFY_TOKEN")
        #expect(try service("ntfy-home") == .ntfy(home))
        let group = Config.Telegram(token: .environment("BOT"), chat: .literal("-1001234567890"))
        #expect(try service("telegram") == .telegram(group))
        var channel = Config.Telegram(token: .environment("BOT"), chat: .literal("@releases"))
        channel.apiURL = .literal("http://[::1]:8081")
        #expect(try service("telegram-channel") == .telegram(channel))
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
        guard case .webhook(let hook) = notifiers["hook"]?.service,
            case .webhook(let null) = notifiers["hook-with-null"]?.service,
            case .webhook(let string) = notifiers["hook-with-a-string"]?.service
        else {
            Issue.record("no webhook")
            return
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
        #expect(hook.body == expected)
        #expect(null.body == .value(nil))
        #expect(string.body == .string(try MessageTemplate("{{text}}")))
    }
}
