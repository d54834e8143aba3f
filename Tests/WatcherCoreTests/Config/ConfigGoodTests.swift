import Testing

@testable import WatcherCore

@Suite("Good configurations")
struct ConfigGoodTests {
    private func config(_ name: String) throws -> Config {
        try ConfigReader.read(ConfigFixtures.bytes(.good, name)).get().config
    }

    @Test("each good configuration is read", arguments: ConfigFixtures.names(.good))
    func reads(_ name: String) throws { _ = try config(name) }

    @Test("the smallest configuration has every default")
    func smallest() throws {
        var expected = Config()
        expected.upstreams["app"] = Config.Upstream(repository: "owner/app")
        #expect(try config("smallest") == expected)
    }

    @Test("the example at the top of the repository is the one that is tested, and means the contract's mission")
    func example() throws {
        #expect(ConfigFixtures.example == ConfigFixtures.bytes(.good, "example"))
        var expected = Config()
        expected.stateFile = "/var/lib/watcher/state.json"
        expected.poll.every = 120
        expected.github.token = .environment("GITHUB_TOKEN")
        var elabftw = Config.Upstream(repository: "elabftw/elabftw")
        elabftw.minimumVersion = Version("5.5.0")
        var overlay = Config.Upstream(repository: "just-containers/s6-overlay")
        overlay.requiredAssets = ["noarch", "x86_64", "aarch64", "arm"].map { Glob("s6-overlay-\($0).tar.xz") }
        expected.upstreams = ["elabftw": elabftw, "s6-overlay": overlay]
        var dispatch = Config.WorkflowDispatch(
            repository: "OWNER/elab-arm-docker", workflow: "build-image.yaml", ref: "main")
        dispatch.inputs = try template([
            "elabftw_version": "{{elabftw.tag}}", "s6_overlay_version": "{{s6-overlay.version}}",
            "watcher_job": "{{job.id}}",
        ])
        expected.actions["build-image"] = Config.Action(
            upstreams: ["elabftw", "s6-overlay"], work: .workflowDispatch(dispatch))
        expected.notifiers["team-chat"] = Config.Notifier(service: Slack(url: .environment("SLACK_WEBHOOK_URL")))
        #expect(try config("example") == expected)
    }

    @Test("every key arrives where it belongs")
    func everything() throws {
        let config = try config("everything")
        #expect(config.stateFile == "/srv/watcher/state.json")
        #expect((config.poll.every, config.poll.jitter, config.poll.sweep) == (90, 0, 43_200))
        #expect(config.github.apiURL == "https://ghe.example/api/v3")
        #expect(config.github.token == .file("/run/secrets/token"))
        #expect(config.github.caFile == "/etc/ssl/company.pem")
        #expect(config.github.proxy == .literal("http://proxy.example:3128"))
        #expect((config.github.concurrency, config.github.requestsPerMinute) == (100, 1_000_000))
        #expect(config.network.caFile == "/etc/ssl/home.pem")
        #expect(config.network.proxy == .environment("PROXY"))
        #expect(config.heartbeat == Config.Heartbeat(url: .credential("heartbeat")))

        var app = Config.Upstream(repository: "owner/app")
        app.prereleases = true
        app.minimumVersion = Version("v3.2.3.2-1")
        app.include = #"v\d+(\.\d+)*"#
        app.exclude = ".*-rc.*"
        app.requiredAssets = [Glob("*.tar.xz"), Glob("app-?.zip")]
        app.assetDeadline = 0
        app.minimumAge = 1_800
        app.onFirstSight = .act
        app.every = 300
        var second = Config.Upstream(repository: "own-er/.github")
        second.onFirstSight = .buildIfMissing
        #expect(config.upstreams == ["app": app, "2nd_app-x": second])

        var dispatch = Config.WorkflowDispatch(
            repository: "owner/images", workflow: "build.yml", ref: "refs/heads/main")
        dispatch.inputs = try template([
            "text": "{{app.version}} of {{2nd_app-x.major}}.{{2nd_app-x.minor}}",
            "_job": "{{job.id}}/{{job.highest}}", "plain": "",
        ])
        dispatch.token = .literal("plain-token")
        dispatch.apiURL = "http://127.0.0.1:8080"
        dispatch.follow = false
        (dispatch.timeout, dispatch.lookup) = (86_400, 10)
        var action = Config.Action(upstreams: ["app", "2nd_app-x"], work: .workflowDispatch(dispatch))
        action.releases = .each
        (action.quietPeriod, action.attempts) = (600, 5)
        #expect(config.actions["build"] == action)

        func one(_ text: String) throws -> Template { try Template(text, upstreams: ["2nd_app-x"]) }
        var build = Config.ImageBuild(
            context: try one("https://git.example/app.git#{{2nd_app-x.tag}}"),
            tags: [
                try one("registry.example:5000/team/app:{{2nd_app-x.version}}"),
                try one("team/app:v{{2nd_app-x.major}}-{{job.id}}"),
            ])
        build.dockerfile = "containers/app/Dockerfile"
        build.platforms = ["linux/amd64", "linux/arm/v7"]
        build.buildArgs = ["APP_VERSION": try one("{{2nd_app-x.version}}"), "EMPTY": try one("")]
        build.movingTags = [
            try one("latest"), try one("{{2nd_app-x.major}}.{{2nd_app-x.minor}}"), try one("ghcr.io/team/app:stable"),
        ]
        build.builder = "many-nodes"
        build.timeout = 5_400
        build.secrets = ["npm": .environment("NPM_TOKEN"), "key.pem": .file("/run/secrets/key")]
        build.labels = ["com.example.team": try one("images {{job.highest}}")]
        var image = Config.Action(upstreams: ["2nd_app-x"], work: .imageBuild(build))
        image.verify = Config.Verify(
            image: try one("http://localhost:5000/team/app:{{2nd_app-x.version}}"), platforms: ["linux/arm/v7"])
        #expect(config.actions["image"] == image)
        #expect(config.actions.count == 2)

        var chat = Config.Notifier(service: Slack(url: .literal("https://hooks.slack.example/services/T0/B0/x")))
        chat.events = [.started, .test]
        #expect(config.notifiers["chat"] == chat)
        let hook = try #require(config.notifiers["hook"])
        let webhook = try #require(hook.service.base as? Webhook)
        #expect(webhook.url == .environment("HOOK_URL"))
        #expect(webhook.secret == .literal("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        #expect(webhook.headers == ["X-Team": .literal("a b"), "Authorization": .environment("HOOK_AUTH")])
        #expect(hook.upstreams == ["app"] && hook.events == Config.Notifier.defaultEvents)
        #expect(config.notifiers.count == 2)
    }

    @Test("escapes, surrogate pairs and composed characters are read as what they stand for")
    func escapes() throws {
        let app = try #require(config("written-as-escapes").upstreams["app"])
        #expect(app.repository == "owner/app")
        #expect(app.requiredAssets == [Glob("\u{1F600}-\"*\".zip"), Glob("\u{E9}")])
    }

    @Test("comments and a byte order mark are read as nothing, but not in strings")
    func comments() throws {
        let config = try config("comments")
        #expect(config.upstreams.mapValues(\.repository) == ["app": "owner/app"])
        #expect(config.upstreams["app"]?.include == "v//.*/*")
    }

    @Test("an array of repositories gives each a name, and defaults apply to what does not set them")
    func list() throws {
        let config = try config("list")
        #expect(
            config.upstreams.mapValues(\.repository) == [
                "owner-app": "owner/app", "other-app": "other/app", "next-js": "vercel/next.js",
                "github": "owner/.github", "owner-job": "owner/job", "x": "owner/_x",
            ])
        for upstream in config.upstreams.values {
            #expect((upstream.minimumAge, upstream.assetDeadline, upstream.every) == (5_400, 604_800, 300))
            #expect(upstream.requiredAssets == [Glob("*.zip")])
        }
        let (phone, all) = (config.notifiers["phone"], config.notifiers["all"])
        #expect(phone?.events == [.release] && all?.events == [.failed])
        #expect(phone?.upstreams == ["next-js"] && all?.upstreams == ["next-js"])
        #expect(phone?.message?.title == all?.message?.title && phone?.message?.title != nil)
    }

    @Test("durations reach a year and a day in every unit")
    func durations() throws {
        let config = try config("durations")
        #expect(config.poll.every == DurationText.limit)
        #expect(config.poll.sweep == DurationText.limit)
        #expect(config.upstreams["a"]?.every == 1)
        #expect(config.upstreams["b"]?.every == DurationText.limit)
        #expect(config.upstreams["b"]?.assetDeadline == DurationText.limit)
    }

    @Test("an address loses the slashes at its end")
    func trimmed() throws {
        guard case .workflowDispatch(let dispatch) = try config("other-port-of-the-same-host").actions["build"]?.work
        else {
            Issue.record("no workflow")
            return
        }
        #expect(dispatch.apiURL == "http://127.0.0.1:8002")
    }

    @Test("25 inputs are allowed")
    func inputs() throws {
        guard case .workflowDispatch(let dispatch) = try config("twenty-five-inputs").actions["build"]?.work else {
            Issue.record("no workflow")
            return
        }
        #expect(dispatch.inputs.count == 25)
    }

    private func template(_ inputs: [String: String]) throws -> [String: Template] {
        try inputs.mapValues { try Template($0, upstreams: ["elabftw", "s6-overlay", "app", "2nd_app-x"]) }
    }
}
