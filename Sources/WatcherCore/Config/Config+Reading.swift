extension Config {
    /// Reads all of the file. With problems in the document the value has holes, and nobody may see it.
    init(reading object: ConfigObject) {
        self.init()
        _ = object.text("$schema", .any, "Where the schema is, for editors; watcher does not read it.")
        stateFile = object.text(
            "stateFile", .path,
            "The file with what has been seen and what is to be done; its directory must exist. "
                + "Default: state.json in $STATE_DIRECTORY, for a configuration in /etc/watcher in "
                + "/var/lib/watcher, for others in $XDG_STATE_HOME/watcher.")
        if let value = object.value("poll", "How often upstreams are checked.") {
            poll = value.object("poll") { Poll(reading: $0) } ?? poll
        }
        if let value = object.value("network", "How everything is reached that has no settings of its own.") {
            network = value.object("network") { Network(reading: $0) } ?? network
        }
        let github = object.value("github", "How GitHub is reached. Default: api.github.com without a token.")
        if let github { self.github = github.object("github") { GitHub(reading: $0) } ?? self.github }
        heartbeat =
            object.value(
                "heartbeat",
                "Fetched when the latest check of every upstream was good, for a heartbeat monitor to miss.")?
            .object("heartbeat") { Heartbeat(reading: $0) } ?? nil
        readOutputs(object.value("outputs", "Files that show the status, written after each pass."))

        let defaults = Defaults(
            object.value("defaults", "Keys that apply to all upstreams and notifiers that do not set them."))
        let members = object.value(
            "upstreams",
            "The repositories whose releases are followed: by a name of your choice, or an array of "
                + "OWNER/NAME, each called by its name, or OWNER-NAME where two are alike.",
            required: "an object of upstreams by name, or an array of OWNER/NAME")
        let found = members?.upstreams()
        for (name, value) in found ?? [] {
            upstreams[name] =
                value.object("upstream", defaults: defaults.upstreams) { Upstream(reading: $0) } ?? nil
                ?? Upstream(repository: "")
        }
        // Without any, each name that refers to one would be a problem of its own that explains nothing.
        let names = found.map { Set($0.map(\.name)) }
        object.value.document.upstreamsWithoutDigest = Set(upstreams.filter { !$0.value.source.hasDigest }.keys)
        object.value.document.upstreamLines = upstreams.compactMapValues(\.line)
        if names?.isEmpty == true { members?.advise("no upstream: nothing is watched") }
        defaults.check(upstreams: names)

        let works = object.value("actions", "What is started for new releases, each by a name of your choice.")?
            .members(names: .name)
        for (name, value) in works ?? [] {
            actions[name] = value.object("action") { Action(reading: $0, upstreams: names, github: self.github) } ?? nil
        }
        for (name, value) in object.value("notifiers", "Who is notified, each by a name of your choice.")?.members(
            names: .name) ?? []
        {
            notifiers[name] =
                value.object("notifier", defaults: defaults.notifiers) { Notifier(reading: $0, upstreams: names) }
                ?? nil
        }
        for (name, value) in works ?? [] {
            guard let (found, expected) = objection(toAfterOf: name) else { continue }
            value.member("after")?.report(.conflict, found: found, expected: expected)
        }
        for (name, value) in found ?? [] where upstreams[name]?.onFirstSight == .buildIfMissing {
            guard !actions.values.contains(where: { $0.upstreams.contains(name) && $0.namesImage }) else { continue }
            value.advise(
                "onFirstSight \"build-if-missing\" has no effect: no action of this upstream has verify or builds an image"
            )
        }
        adviseOnQuota(github ?? object.value)
    }

    /// GitHub counts every answer for who has no token, also those that say that nothing has changed.
    private func adviseOnQuota(_ value: ConfigValue) {
        guard !github.isAuthorised, github.apiURL == GitHub.defaultURL else { return }
        let perDay = upstreams.values.reduce(into: Int64(0)) { sum, upstream in
            guard upstream.source.account == nil else { return }
            sum += 86_400 / max(1, upstream.every ?? poll.every ?? Poll.everyWithoutToken)
        }
        guard perDay > GitHub.hourlyLimitWithoutToken * 24 else { return }
        value.advise(
            "about \(perDay / 24) requests an hour without a token, for which GitHub allows "
                + "\(GitHub.hourlyLimitWithoutToken)")
    }
}

extension Config.Poll {
    /// Seconds: `every` where it is not set and there is no token.
    package static let everyWithoutToken: Int64 = 900

    fileprivate init(reading object: ConfigObject) {
        self.init()
        every = object.seconds(
            "every",
            "The time between two checks of an upstream, or between two surveys of all on GitHub. Default: with a "
                + "token as often as a fifth of the rate limit allows, between 15s and 2m; 15m without.", atLeast: 1)
        sweep = object.seconds(
            "sweep", "The time between two checks that read all pages of releases; the others read the first.",
            default: sweep, atLeast: 1)
        guard
            let value = object.value(
                "jitter", "The share of the interval by which checks are spread, so that not all happen at once.",
                default: .string("\(jitter)%"))
        else { return }
        jitter = value.text(.jitter).flatMap(TextRule.percent) ?? jitter
        if jitter == 0 { value.advise("no jitter: all upstreams are asked in the same moment") }
    }
}

extension Config.GitHub {
    /// Requests an hour to api.github.com.
    static let hourlyLimitWithoutToken: Int64 = 60
    /// Points a minute at api.github.com; a read costs one.
    static let minuteLimit = 900
    /// A server of one's own may allow as many, and a benchmark wants none at all.
    static let requestsPerMinuteLimit = 1_000_000

    fileprivate init(reading object: ConfigObject) {
        self.init()
        apiURL =
            object.value(
                "apiURL", "The API, also that of a GitHub Enterprise Server; http only to a loopback address.",
                default: .string(apiURL))?.apiURL() ?? apiURL
        token = object.secret("token", .token, "A token; without one GitHub allows 60 requests an hour.")
        let app = object.value(
            "app", "A GitHub App, in place of token: the token of its installation is requested, and renewed in time.")
        self.app = app?.object("app") { Config.GitHubApp(reading: $0) } ?? nil
        if let app, object.own("token") != nil {
            app.report(.conflict, found: "\"token\" and \"app\"", expected: "one of them")
        }
        caFile = object.text("caFile", .path, "A PEM file with the CA certificates to trust in place of the system's.")
        proxy = object.proxy()
        concurrency = object.integer(
            "concurrency", "The number of requests in flight.", default: concurrency, in: 1...100)
        let rate = object.value(
            "requestsPerMinute", "Requests a minute; GitHub allows 900.", default: .integer(requestsPerMinute))
        requestsPerMinute = rate?.integer(in: 1...Self.requestsPerMinuteLimit) ?? requestsPerMinute
        survey = object.choice(
            "survey",
            "Whether many repositories are asked at once, by GraphQL, if anything has changed, and only those by REST "
                + "that have: with a token and more than \(PollPace.handful) of them.", default: survey)
        if requestsPerMinute > Self.minuteLimit, apiURL == Self.defaultURL {
            rate?.advise("\(requestsPerMinute) requests a minute, GitHub allows \(Self.minuteLimit)")
        }
    }
}

extension Config.Network {
    fileprivate init(reading object: ConfigObject) {
        self.init()
        caFile = object.text("caFile", .path, "A PEM file with the CA certificates to trust in place of the system's.")
        proxy = object.proxy()
    }
}

extension Config.Heartbeat {
    fileprivate init?(reading object: ConfigObject) {
        guard
            let url = object.value(
                "url", "The address that is fetched; it often contains a secret.", required: Secret.expected(.webURL))?
                .secretURL()
        else { return nil }
        self.init(url: url)
    }
}

extension ConfigObject {
    /// A proxy is a secret only where it holds a password.
    fileprivate func proxy() -> Secret? {
        value("proxy", "The proxy: http, https, socks5 or socks5h.")?.secret(.proxy) { $0.contains("@") }
    }
}

extension ConfigValue {
    /// An API's address without slashes at its end: `https`, or `http` to this machine.
    func apiURL() -> String? {
        shape?.set(["pattern": .string(Self.apiPattern), "maxLength": 4_096])
        let expected = "a URL with https:// (http:// to a loopback address only)"
        guard let text = string(expected) else { return nil }
        guard let address = WebAddress(text) else {
            report(.badValue, found: found(), expected: expected)
            return nil
        }
        if address.hasUser {
            report(.badValue, found: "a URL with a user or password", expected: "one without")
        } else if address.isExposed {
            report(.badValue, found: found(), expected: expected)
        } else if address.hasQuery || address.hasFragment {
            report(.badValue, found: "a URL with \"?\" or \"#\"", expected: "one without")
        } else {
            var trimmed = text[...]
            while trimmed.last == "/" { trimmed.removeLast() }
            return String(trimmed)
        }
        return nil
    }

    private static let apiPattern =
        #"^([Hh][Tt][Tt][Pp][Ss]://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])|[Hh][Tt][Tt][Pp]://(([A-Za-z0-"#
        + #"9._-]+\.)?[Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|\[::1"#
        + #"\]))(:[0-9]{1,5})?(/[!$-;=@-Z\[\]_a-z~]*)?$"#
}
