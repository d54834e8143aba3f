extension Config.Action {
    /// `upstreams` are the names that exist; nil where they can't be known, and then none is wrong.
    init?(reading object: ConfigObject, upstreams names: Set<String>?, github: Config.GitHub) {
        let list = object.value(
            "upstreams", "The upstreams whose new releases start it.", required: "an array with the names of upstreams")
        let upstreams = list?.distinct { $0.upstreamName(among: names) }
        list?.checkNotEmpty("the name of an upstream")
        var settings = Self(
            upstreams: upstreams ?? [], work: .workflowDispatch(.init(repository: "", workflow: "", ref: "")))
        settings.releases = object.choice(
            "releases",
            "newest: one job a pass, for the highest release; each: one job a release, oldest first, "
                + "older release lines too.", default: settings.releases)
        settings.quietPeriod = object.seconds(
            "quietPeriod",
            "How long to wait after the last new release before starting, so that a burst is one "
                + "job; at most six times as long in all.", default: settings.quietPeriod)
        settings.attempts = object.integer(
            "attempts", "The number of tries to start or build before the job has failed.", default: settings.attempts,
            in: 1...Self.attemptLimit)
        settings.approval = object.boolean(
            "approval",
            "Whether a job waits, and a message says so, until watcher approve JOB. One that a person has "
                + "asked for does not.", default: settings.approval)
        settings.levels = object.levels(
            "Which changes start it: in which number a release differs from the highest before.")
        settings.after = object.text(
            "after", .name,
            "An action: a job begins when the latest job of that one for the same releases has succeeded.")
        settings.window =
            object.value("window", "When a job may begin. Default: at any time.")?
            .object("window") { JobWindow(reading: $0) } ?? nil
        let work = Self.work(object, ActionSurroundings(upstreams: names, github: github))
        var platforms: [String]?
        if case .imageBuild(let build) = work { platforms = build.platforms }
        settings.verify = object.value(
            "verify",
            "The image that must be in the registry for every platform after success. Default: for "
                + "imageBuild its own tags and platforms.")?.object("verify") {
                Config.Verify(reading: $0, upstreams: names, platforms: platforms)
            }
        if settings.verify != nil, case .workflowDispatch(let dispatch) = work, !dispatch.follow {
            object.value.advise("verify has no effect without follow: nobody knows when the workflow has ended")
        }
        guard let work else { return nil }
        settings.work = work
        self = settings
    }

    private static func work(_ object: ConfigObject, _ surroundings: ActionSurroundings) -> Config.Work? {
        let names = surroundings.upstreams
        let own: [(key: String, description: String, read: (ConfigValue) -> Config.Work?)] = [
            (
                "workflowDispatch", "Start a workflow of GitHub Actions, or of Forgejo or Gitea.",
                { value in
                    value.object("workflowDispatch") { object in
                        .workflowDispatch(.init(reading: object, upstreams: names, github: surroundings.github))
                    }
                }
            ),
            (
                "imageBuild", "Build an image here, with docker buildx, and push it.",
                { value in value.object("imageBuild") { .imageBuild(.init(reading: $0, upstreams: names)) } }
            ),
        ]
        return object.exactlyOne(
            "nothing to do",
            of: own
                + object.value.document.actionKinds.map { kind in
                    (
                        kind.key, kind.summary,
                        { value in
                            value.object(kind.key) { kind.init(reading: $0, surroundings).map { .kind(.init($0)) } }
                                ?? nil
                        }
                    )
                })
    }

    /// More tries than these are a loop.
    private static let attemptLimit = 100
}

extension Config.WorkflowDispatch {
    /// GitHub's limit of inputs of a workflow that is started by hand.
    static let inputLimit = 25
    /// GitHub's limit of characters of all inputs together.
    static let inputLengthLimit = 65_535

    fileprivate init(reading object: ConfigObject, upstreams names: Set<String>?, github: Config.GitHub) {
        let server = object.choice(
            "server", "Whose API it is: that of GitHub, or that of Forgejo and Gitea.",
            default: Config.WorkflowServer.github)
        self.init(
            repository: object.text(
                "repository", .repository, "The repository of the workflow as OWNER/NAME.", required: true) ?? "",
            workflow: object.text(
                "workflow", .workflow, "The file name of the workflow, without its directory.", required: true) ?? "",
            ref: object.text("ref", .ref, "The branch or tag on which it runs.", required: true) ?? "")
        self.server = server
        let values = object.value(
            "inputs",
            "The inputs of the workflow, templates: {{UPSTREAM.tag}}, .version, .major, .minor, "
                + ".publishedAt, .url, .slug, .line, {{job.id}}, {{job.highest}}. One should hold "
                + "{{job.id}}, and the run-name of the workflow too: then it is started exactly once for a job.",
            default: .object([]))
        let members = values?.members(names: .inputName) ?? []
        for (name, value) in members { inputs[name] = value.template(upstreams: names) }
        values?.checkLimits(members)
        if !inputs.values.contains(where: \.usesJobID) {
            (values ?? object.value).advise(
                "no input contains {{job.id}}: without a response the run can't be found and may start twice"
            )
        }

        token = object.secret("token", .token, "A token for this repository. Default: that of github.")
        let address = object.value(
            "apiURL",
            "The API of the server that has the workflow; for forgejo the address of the server. Default: that of github."
        )
        apiURL = address?.apiURL()
        if server == .forgejo {
            let path = Config.WorkflowServer.forgejoPath
            apiURL = apiURL.map { $0.hasSuffix(path) ? $0 : $0 + path }
            if address == nil { object.requires("apiURL", "the address of the server") }
            if token == nil { object.requires("token", "a token of that server") }
        } else if token == nil, !github.isAuthorised {
            object.value.advise("no token here or in github: starting a workflow needs one")
        }
        if server == .github, token == nil, github.isAuthorised, let apiURL,
            Self.host(apiURL) != Self.host(github.apiURL)
        {
            address?.report(
                .conflict, found: "another host than that of github.apiURL",
                expected: "a token beside it: the one in github is for its own host")
        }

        follow = object.boolean(
            "follow", "Follow the run until it has ended, and report its conclusion.", default: follow)
        let limit = object.value("timeout", "How long a run is followed.", default: .string(DurationText.text(timeout)))
        timeout = limit?.seconds(in: 1...DurationText.limit) ?? timeout
        if !follow { limit?.advise("no effect without follow") }
        lookup = object.seconds(
            "lookup",
            "How long to look for the run when no response to the start was received, before starting again.",
            default: lookup, atLeast: 1)
    }

    private static func host(_ url: String) -> String? { WebAddress(url)?.host }
}

extension ConfigValue {
    /// A name that is among those; nil for `names` takes any.
    func upstreamName(among names: Set<String>?) -> String? {
        describe(.name)
        guard let text = string("the name of an upstream") else { return nil }
        guard let names, !names.contains(text) else { return text }
        report(
            .unknownName, found: found(), expected: "the name of an upstream",
            suggestion: document.nearest(to: text, among: names))
        return nil
    }

    fileprivate func checkLimits(_ inputs: [(name: String, value: ConfigValue)]) {
        shape?.setCount(atMost: Config.WorkflowDispatch.inputLimit)
        if inputs.count > Config.WorkflowDispatch.inputLimit {
            report(
                .badValue, found: "\(inputs.count) inputs",
                expected: "at most \(Config.WorkflowDispatch.inputLimit)")
        }
        let length = inputs.reduce(0) { sum, input in
            guard case .string(let text) = input.value.node.content else { return sum }
            return sum + input.name.unicodeScalars.count + text.unicodeScalars.count
        }
        if length > Config.WorkflowDispatch.inputLengthLimit {
            report(
                .badValue, found: "inputs of \(length) characters",
                expected: "at most \(Config.WorkflowDispatch.inputLengthLimit) together")
        }
    }
}

extension ConfigObject {
    /// Reports a key that is missing because of what another one says.
    fileprivate func requires(_ name: String, _ expected: String) {
        value.report(.missingKey, found: "no \"\(name)\"", expected: "\(expected), with \"server\": \"forgejo\"")
    }

    /// The key `levels`, of actions and of notifiers.
    func levels(_ description: @autoclosure () -> String) -> Set<Version.Level> {
        let all = Version.Level.allCases
        let list = value("levels", description(), default: .array(all.map { .string($0.rawValue) }))
        list?.checkNotEmpty("a level such as \"major\"")
        return (list?.distinct { $0.choice(Version.Level.self) }).map { Set($0) } ?? Set(all)
    }
}

extension Config {
    /// Why an action can never begin after another one; nil where it can.
    func objection(toAfterOf name: String) -> (found: String, expected: String)? {
        guard let action = actions[name], let after = action.after else { return nil }
        guard let other = actions[after] else { return ("an action that is not there", "the name of an action") }
        var path = [name]
        var next: String? = after
        while let current = next {
            if current == name {
                return (
                    "a circle: \((path + [name]).joined(separator: " after "))",
                    "an action that does not wait for this one"
                )
            }
            // A circle of others is reported where it is.
            guard !path.contains(current) else { break }
            path.append(current)
            next = actions[current]?.after
        }
        guard Set(action.upstreams).isDisjoint(with: other.upstreams) else { return nil }
        return ("an action without a common upstream", "one that the same releases start")
    }
}
