/// An object of the file while its keys are read. Each accessor registers its key: what is never asked for is unknown.
final class ConfigObject {
    let value: ConfigValue
    private let members: [JSONNode.Member]
    private var keys: [ConfigKey] = []
    /// Told at the end, unless a misspelled key explains them.
    private var absences: [(keys: [String], problem: ConfigProblem)] = []

    init(_ value: ConfigValue, _ members: [JSONNode.Member]) {
        self.value = value
        self.members = members
    }

    /// The value of a key, nil where it is absent. With `required` (what it should be) absence is a problem.
    func value(
        _ name: String, required: String? = nil, default defaultValue: JSONValue? = nil, choices: [String] = []
    ) -> ConfigValue? {
        keys.append(
            ConfigKey(name: name, isRequired: required != nil, defaultValue: defaultValue, choices: choices))
        let path = value.path.key(name)
        if let member = members.first(where: { $0.name == name }) {
            return ConfigValue(node: member.value, path: path, document: value.document)
        }
        if let required {
            absences.append(
                (
                    [name],
                    ConfigProblem(
                        kind: .missingKey, path: path.text, position: value.node.position, found: "missing",
                        expected: required)
                ))
        }
        return nil
    }

    /// Reads the one of several keys that is there; none and more than one are problems. `noun` says what is missing.
    func exactlyOne<Result>(_ noun: String, of readers: [(key: String, read: (ConfigValue) -> Result?)]) -> Result? {
        var results: [Result?] = []
        var present: [String] = []
        for (key, read) in readers {
            guard let value = value(key) else { continue }
            present.append(key)
            results.append(read(value))
        }
        if present.count == 1 { return results.first ?? nil }
        let known = readers.map(\.key)
        let problem = ConfigProblem(
            kind: .conflict, path: value.path.text, position: value.node.position,
            found: present.isEmpty ? noun : present.map { "\"\($0)\"" }.joined(separator: " and "),
            expected: (known.count > 1 ? "exactly one of " : "") + Shown.alternatives(known))
        if present.isEmpty { absences.append((known, problem)) } else { value.document.report(problem) }
        return nil
    }

    /// Reports what was not asked for and what is missing, and registers the keys.
    func finish(_ kind: String) {
        let document = value.document
        document.learn(keys, of: kind)
        let present = Set(members.map(\.name))
        var explained: Set<String> = []
        for member in members {
            guard !value.reportRepetition(member), !keys.contains(where: { $0.name == member.name }) else { continue }
            let free = keys.map(\.name).filter { !present.contains($0) }
            let suggestion = document.nearest(to: member.name, among: free)
            if let suggestion { explained.insert(suggestion) }
            document.report(
                ConfigProblem(
                    kind: .unknownKey, path: value.path.key(member.name).text, position: member.position,
                    found: "unknown key", expected: Shown.alternatives(keys.map(\.name)), suggestion: suggestion))
        }
        for absence in absences where !absence.keys.contains(where: explained.contains) {
            document.report(absence.problem)
        }
    }
}
