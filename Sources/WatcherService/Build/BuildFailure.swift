import WatcherCore

/// What docker's last words mean for another attempt.
enum BuildFailure {
    /// How many lines of the end are told, and how many characters.
    private static let lineLimit = 8
    private static let lengthLimit = 800

    /// Most failures of a build may pass by themselves: networks, registries, mirrors. These do not.
    static func trouble(status: Int32, _ tail: [String]) -> Trouble {
        let said = words(tail)
        let whole = tail.suffix(40).joined(separator: "\n")
        func says(_ parts: String...) -> Bool { parts.contains { whole.contains($0) } }
        let reason = "docker ended with \(status): \(said)"
        if says("'buildx' is not a docker command", "unknown command: docker buildx", "unknown flag: --platform") {
            return .lasting("docker has no buildx: \(said)", hint: "install docker's buildx plugin")
        }
        if says("insufficient_scope", "denied: ", "unauthorized: ", "401 Unauthorized", "403 Forbidden", "no basic auth") {
            return .lasting(reason, hint: "docker login, as the user that watcher runs as")
        }
        if says("no builder ") || says("no instance of builder") {
            return .lasting(reason, hint: "docker buildx ls shows the builders of this user")
        }
        if says("permission denied while trying to connect") {
            return .lasting(reason, hint: "the user that watcher runs as needs the group docker")
        }
        if says("failed to read dockerfile", "dockerfile parse error", "unable to prepare context") {
            return .lasting(reason, hint: nil)
        }
        if says("exec format error", "does not provide a platform", "no match for platform") {
            return .lasting(reason, hint: "watcher doctor shows which platforms run here: QEMU may be missing")
        }
        return .passing(reason)
    }

    /// The step that failed, and the last lines.
    static func words(_ tail: [String]) -> String {
        let lines = tail.map { $0.cleanedLine(limit: 200) }.filter { !$0.isEmpty && !$0.allSatisfy { $0 == "-" } }
        let step = lines.last { $0.hasPrefix("> [") }.map { String($0.dropFirst(2)) }
        let errors = lines.filter { $0.contains("ERROR") || $0.lowercased().hasPrefix("error") }
        var told = [step, errors.last].compactMap { $0 }
        told += lines.suffix(lineLimit).filter { !told.contains($0) && !$0.hasPrefix("> [") }
        let text = told.joined(separator: "; ").cleanedLine(limit: lengthLimit)
        return text.isEmpty ? "without a word" : text
    }
}
