import WatcherCore

/// The arguments of `docker buildx`. Every value stands behind its option and `=`, and the context behind `--`: none can
/// become an option itself.
enum BuildCommand {
    static func build(
        _ command: Command.Build, secrets: [String], metadata: String
    ) -> [String] {
        var arguments = ["buildx", "build", "--progress=plain"]
        if let builder = command.builder { arguments.append("--builder=" + builder) }
        arguments.append("--platform=" + command.platforms.joined(separator: ","))
        if let dockerfile = command.dockerfile { arguments.append("--file=" + dockerfile) }
        arguments += command.buildArgs.sorted { $0.key < $1.key }.map { "--build-arg=\($0.key)=\($0.value)" }
        arguments += command.tags.map { "--tag=" + (ImageReference($0)?.text ?? $0) }
        arguments += command.labels.sorted { $0.key < $1.key }.map { "--label=\($0.key)=\($0.value)" }
        arguments += secrets.sorted().map { "--secret=" + $0 }
        arguments.append("--metadata-file=" + metadata)
        if command.push { arguments.append("--push") }
        return arguments + ["--", command.context]
    }

    static func move(_ step: Command.Move.Step, _ build: Config.ImageBuild) -> [String] {
        var arguments = ["buildx", "imagetools", "create"]
        if let builder = build.builder { arguments.append("--builder=" + builder) }
        return arguments + ["--progress=plain", "--tag=" + step.to, "--", step.from]
    }

    /// One field of what buildx reads as CSV.
    static func field(_ name: String, _ value: String) -> String {
        let field = "\(name)=\(value)"
        return field.contains(where: { ",\"\n".contains($0) })
            ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }
}
