/// `command`: a program that is run here, without a shell.
package struct CommandAction: ActionKind {
    package static let key = "command"
    package static let summary = "Run a program here, without a shell."

    package var argv: [Template]
    package var workingDirectory: String?
    package var environment: [String: TemplateOrSecret] = [:]
    /// Seconds.
    package var timeout: Int64 = 3600
    package var repeatable = true

    /// Arguments and variables that there may be.
    static let countLimit = 100

    package var secrets: [String: Secret] {
        environment.reduce(into: [:]) { all, variable in
            if case .secret(let secret) = variable.value { all["environment.\(variable.key)"] = secret }
        }
    }

    package func target(for job: JobContents) throws(ActionObjection) -> CommandTarget {
        var target = CommandTarget(
            argv: argv.map(job.render), workingDirectory: workingDirectory, environment: [:], secrets: [],
            timeout: timeout, repeatable: repeatable)
        for (name, value) in environment {
            switch value {
            case .template(let template): target.environment[name] = job.render(template)
            case .secret: target.secrets.append(name)
            }
        }
        target.secrets.sort()
        return target
    }
}

extension CommandAction {
    package init?(reading object: ConfigObject, _ surroundings: ActionSurroundings) {
        let names = surroundings.upstreams
        let list = object.value(
            "argv", "The program and its arguments, each a template.", required: "an array of arguments")
        self.init(argv: (list?.elements() ?? []).compactMap { $0.template(.argument, upstreams: names) })
        list?.checkNotEmpty("the path or name of a program")
        list?.checkCount(atMost: Self.countLimit)
        if let program = argv.first, program.parts.isEmpty {
            list?.report(.badValue, found: "an empty first element", expected: "the path or name of a program")
        }
        workingDirectory = object.text(
            "workingDirectory", .path, "Where it is run. Default: where watcher was started.")
        let variables = object.value(
            "environment", "More variables of its environment, each a template or a secret.", default: .object([]))
        for (name, value) in variables?.members(names: .commandVariable) ?? [] {
            environment[name] = value.templateOrSecret(.argument, upstreams: names)
        }
        variables?.checkCount(atMost: Self.countLimit)
        timeout = object.seconds("timeout", "How long it may take.", default: timeout, atLeast: 1)
        repeatable = object.boolean(
            "repeatable",
            "Whether it is run again when it was cut off, by a crash or because watcher was stopped. With false "
                + "the job has failed then.", default: repeatable)
        guard !argv.isEmpty else { return nil }
    }
}

/// One run of a program, with everything filled in but the secrets.
package struct CommandTarget: ActionTarget {
    package static let key = CommandAction.key

    package var argv: [String]
    package var workingDirectory: String?
    package var environment: [String: String]
    /// The names of the variables whose values are secrets.
    package var secrets: [String]
    /// Seconds.
    package var timeout: Int64
    package var repeatable: Bool

    package var recovery: ActionRecovery { repeatable ? .repeated : .failed }
    package var isLong: Bool { true }
}

extension ActionRequest {
    /// The webhook's body of this job, as it is given to programs.
    package var body: [UInt8] { Webhook.body(message, message.wording).utf8() }

    /// What of the job is in a program's environment. With several releases it is that of the first upstream by name.
    package var variables: [String: String] {
        let release = message.releases?.first
        return [
            "WATCHER_JOB": job, "WATCHER_ACTION": action, "WATCHER_UPSTREAM": release?.upstream ?? "",
            "WATCHER_TAG": release?.tag ?? "", "WATCHER_VERSION": release?.version ?? "",
            "WATCHER_PREVIOUS": message.previous ?? "", "WATCHER_URL": release?.url ?? "",
        ]
    }
}

extension TextRule {
    /// An argument or a variable's value: anything that a program can be given.
    static let argument = TextRule(
        expected: "a text without NUL", pattern: #"^[^\u0000]*$"#, maximumLength: argumentLimit
    ) { text in
        text.unicodeScalars.count <= argumentLimit && !text.utf8.contains(0)
    }

    /// Characters of an argument.
    private static let argumentLimit = 10_000

    /// A variable that the configuration may set: those that begin with `WATCHER_` are the program's own.
    static let commandVariable = TextRule(
        expected: "the name of an environment variable that does not begin with \"WATCHER_\"",
        pattern: #"^(?!WATCHER_)[A-Za-z_][A-Za-z0-9_]*$"#, maximumLength: nameLimit
    ) { text in
        environmentName.accepts(text) && text.utf8.count <= nameLimit && !text.hasPrefix("WATCHER_")
    }
}
