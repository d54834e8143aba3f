extension Config {
    /// An image that is built here, with `docker buildx`.
    package struct ImageBuild: Sendable, Equatable {
        package static let defaultPlatforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"]
        /// A folder, or a URL that buildx takes.
        package var context: Template
        package var dockerfile: String?
        /// As written, proven to be platforms.
        package var platforms = defaultPlatforms
        package var buildArgs: [String: Template] = [:]
        /// Whole image references, at least one.
        package var tags: [Template]
        /// Tags alone, for every repository in `tags`, or whole references.
        package var movingTags: [Template] = []
        package var push = true
        package var builder: String?
        /// Seconds.
        package var timeout: Int64 = 10_800
        /// By the id that the Dockerfile names.
        package var secrets: [String: Secret] = [:]
        package var labels: [String: Template] = [:]

        package init(context: Template, tags: [Template]) {
            self.context = context
            self.tags = tags
        }
    }

    /// An image that must be in its registry, for every platform.
    package struct Verify: Sendable, Equatable {
        package var image: Template
        package var platforms: [String]

        package init(image: Template, platforms: [String]) {
            self.image = image
            self.platforms = platforms
        }
    }
}

extension Config.ImageBuild {
    /// How many there may be of tags, moving tags, platforms, arguments, labels and secrets each.
    static let countLimit = 50

    init(reading object: ConfigObject, upstreams names: Set<String>?) {
        self.init(context: Template(literal: ""), tags: [])
        let value = object.value(
            "context",
            "A directory, or a URL that buildx takes, such as "
                + "https://github.com/OWNER/NAME.git#{{UPSTREAM.tag}}; a template.", required: TextRule.context.expected
        )
        context = value?.template(.context, upstreams: names) ?? context
        dockerfile = object.text(
            "dockerfile", .dockerfile,
            "The Dockerfile, within the context where that is a URL. Default: the one in the context.")
        platforms =
            object.platforms(
                "platforms", "What it is built for, and what must be in the registry afterwards.",
                default: Self.defaultPlatforms) ?? platforms
        buildArgs = object.templates(
            "buildArgs", "Build arguments, templates. Never for secrets: they stay in the image.",
            names: .buildArgument, .line, upstreams: names)
        let list = object.value(
            "tags", "Images with their tags, templates such as ghcr.io/OWNER/NAME:{{UPSTREAM.tag}}.",
            required: "an array of image references, each with a tag")
        tags = list?.distinct { $0.imageTemplate(.imageReference, upstreams: names) } ?? []
        list?.checkCount()
        list?.checkNotEmpty(TextRule.imageReference.expected)
        let moving = object.value(
            "movingTags",
            "Tags such as latest, for every repository in tags: moved after verification, and only "
                + "for the highest release known that gives the same tag.", default: .array([]))
        movingTags = moving?.distinct { $0.imageTemplate(.movingTag, upstreams: names) } ?? []
        moving?.checkCount()
        push = object.boolean("push", "Push the image, and verify it in the registry.", default: push)
        if !push, !movingTags.isEmpty { moving?.advise("no effect without push") }
        builder = object.text(
            "builder", .builder, "The builder, as docker buildx ls shows it. Default: the current one.")
        timeout = object.seconds("timeout", "How long a build may take.", default: timeout, atLeast: 1)
        let secrets = object.value(
            "secrets", "Secrets by the id that the Dockerfile mounts, given to the build by --secret.",
            default: .object([]))
        for (name, value) in secrets?.members(names: .buildSecret) ?? [] {
            self.secrets[name] = value.secret(.buildSecretValue)
        }
        secrets?.checkCount()
        labels = object.templates(
            "labels",
            "Labels, templates, beside those that every image gets: watcher.job, "
                + "watcher.upstream.NAME and org.opencontainers.image.*.", names: .label, .line, upstreams: names)
    }
}

extension Config.Verify {
    /// `platforms` are those of the build, where there is one.
    init(reading object: ConfigObject, upstreams names: Set<String>?, platforms: [String]?) {
        self.init(image: Template(literal: ""), platforms: platforms ?? [])
        let value = object.value(
            "image", "The image with its tag, a template; http:// in front for a registry without TLS.",
            required: TextRule.imageReference.expected)
        image = value?.imageTemplate(.imageReference, upstreams: names) ?? image
        if let reference = ImageReference(image.sample), reference.isPlain, !reference.isLoopback {
            value?.advise("unencrypted HTTP to a remote host: anyone on the path can change what is seen")
        }
        let own = object.platforms(
            "platforms", "What it must be there for. Default: the platforms of imageBuild.", default: nil)
        if own == nil, platforms == nil {
            object.value.report(
                .missingKey, found: "no \"platforms\"", expected: "an array of platforms such as \"linux/arm64\"")
        }
        self.platforms = own ?? self.platforms
    }
}

extension ConfigObject {
    fileprivate func platforms(
        _ name: String, _ description: @autoclosure () -> String = "", default defaults: [String]?
    ) -> [String]? {
        guard let value = value(name, description(), default: defaults.map { .array($0.map(JSONValue.string)) }) else {
            return nil
        }
        var seen: Set<Platform> = []
        let found = value.distinct { element -> String? in
            guard let text = element.text(.platform), let platform = Platform(text) else { return nil }
            guard seen.insert(platform).inserted else {
                element.report(.badValue, found: "\(element.found()) for the second time", expected: "each once")
                return nil
            }
            if !platform.isKnown { element.advise(about: platform, text) }
            return text
        }
        value.checkCount()
        value.checkNotEmpty(TextRule.platform.expected)
        return found
    }

    fileprivate func templates(
        _ name: String, _ description: @autoclosure () -> String = "", names rule: TextRule, _ value: TextRule,
        upstreams: Set<String>?
    ) -> [String: Template] {
        let members = self.value(name, description(), default: .object([]))
        defer { members?.checkCount() }
        return (members?.members(names: rule) ?? []).reduce(into: [:]) { all, member in
            all[member.name] = member.value.template(value, upstreams: upstreams)
        }
    }
}

extension ConfigValue {
    /// A template for an image, or the tag of one, in which no name stands for what no image tag can have.
    fileprivate func imageTemplate(_ rule: TextRule, upstreams names: Set<String>?) -> Template? {
        guard let template = template(rule, upstreams: names) else { return nil }
        var isPossible = true
        for case .upstream(let name, let field) in template.parts where field == .tag || field == .line {
            guard let line = document.upstreamLines[name], let character = ImageReference.impossibleCharacter(in: line)
            else { continue }
            report(
                .badValue, found: "{{\(name).\(field.rawValue)}}",
                expected: "no \"\(character)\", which the line \(Redaction.text(line)) has and no image tag can have",
                suggestion: field == .tag ? "{{\(name).slug}}" : nil)
            isPossible = false
        }
        return isPossible ? template : nil
    }

    /// Warns of a platform that is not known here.
    fileprivate func advise(about platform: Platform, _ text: String) {
        func known(_ word: String, _ names: some Collection<String>) -> String {
            names.contains(word) ? word : document.nearest(to: word, among: names) ?? word
        }
        let near = Platform(
            os: known(platform.os, Platform.systems),
            architecture: known(platform.architecture, Platform.architectures.keys), variant: platform.variant)
        let hint = near.isKnown ? "; did you mean \"\(near)\"?" : ""
        advise("\(Redaction.text(text)) is not known here, but docker may know it\(hint)")
    }

    fileprivate func checkCount() { checkCount(atMost: Config.ImageBuild.countLimit) }
}
