import WatcherCore

/// What docker's last words mean for another attempt.
enum BuildFailure {
    /// How many lines of the end are reported, and how many characters.
    private static let lineLimit = 8
    private static let lengthLimit = 800
    private static let lineLength = 160
    /// Of docker's verdict, which ends with what matters, behind addresses and digests.
    private static let verdictLength = 400

    /// Most failures of a build may pass by themselves: networks, registries, mirrors. These do not.
    static func failure(status: Int32, _ tail: [String]) -> RequestFailure {
        let said = words(tail)
        let whole = tail.suffix(40).joined(separator: "\n")
        func says(_ parts: String...) -> Bool { parts.contains { whole.contains($0) } }
        let reason = "docker ended with \(status): \(said)"
        if says("'buildx' is not a docker command", "unknown command: docker buildx", "unknown flag: --platform") {
            return .permanent("docker has no buildx: \(said)", hint: "install docker's buildx plugin")
        }
        if says(
            "insufficient_scope", "denied: ", "unauthorized: ", "401 Unauthorized", "403 Forbidden", "no basic auth")
        {
            return .permanent(reason, hint: "docker login, as the user that watcher runs as")
        }
        if says("no builder ") || says("no instance of builder") {
            return .permanent(reason, hint: "docker buildx ls shows the builders of this user")
        }
        if says("permission denied while trying to connect") {
            return .permanent(reason, hint: "the user that watcher runs as needs the group docker")
        }
        if says("failed to read dockerfile", "dockerfile parse error", "unable to prepare context") {
            return .permanent(reason, hint: nil)
        }
        if says("exec format error", "does not provide a platform", "no match for platform") {
            return .permanent(reason, hint: "watcher doctor shows which platforms run here: QEMU may be missing")
        }
        return .transient(reason)
    }

    /// The step that failed, docker's verdict, and the last lines before it.
    static func words(_ tail: [String]) -> String {
        let lines = tail.map { $0.cleanedLine(limit: lineLength) }.filter { !$0.isEmpty && !isOrnament($0) }
        let step = lines.last { $0.hasPrefix("> [") }.map { String($0.dropFirst(2)) }
        let error = tail.last { $0.hasPrefix("ERROR") || $0.hasPrefix("error") }
        let rest = lines.filter { !$0.hasPrefix("ERROR") && !$0.hasPrefix("> [") && !$0.hasPrefix("#") }
        let shown = [step, error.map(verdict)].compactMap { $0 } + rest.suffix(lineLimit)
        let text = shown.joined(separator: "; ").cleanedLine(limit: lengthLimit)
        return text.isEmpty ? "without a word" : text
    }

    /// What stands behind the command, which buildx repeats whole.
    private static func verdict(_ error: String) -> String {
        let mark = "did not complete successfully: "
        let end = error.firstRange(of: mark).map { error[$0.upperBound...] } ?? error[...]
        return String(end).cleanedLine(limit: verdictLength)
    }

    /// Rules, and the lines of the Dockerfile that buildx repeats.
    private static func isOrnament(_ line: String) -> Bool {
        if line.allSatisfy({ $0 == "-" }) || line.hasPrefix("Dockerfile:") { return true }
        return line.drop { $0.isNumber }.drop { $0 == " " }.first == "|"
    }
}
