/// An object of the file while its keys are read. Each accessor registers its key: what is never asked for is unknown.
package final class ConfigObject {
    let value: ConfigValue
    private let kind: String
    private let members: [JSONNode.Member]
    /// What stands under `defaults` for objects of this kind.
    private let defaults: [JSONNode.Member]
    /// The names that were asked for.
    private var known: [String] = []
    /// The same with all that is to be known about them; nil when the document has them already.
    private var keys: [ConfigKey]?

    /// What is known and not there; first asked for when everything has been read.
    private lazy var absent = known.filter { name in !members.contains { $0.name == name } }

    init(
        _ kind: String, _ value: ConfigValue, _ members: [JSONNode.Member], defaults: [JSONNode.Member] = []
    ) {
        self.defaults = defaults
        self.kind = kind
        self.value = value
        self.members = members
        keys = value.document.knows(kind) ? nil : []
    }

    /// The value of a key, nil where it is absent. With `required` (what it should be) absence is a problem.
    func value(
        _ name: String, required: @autoclosure () -> String? = nil,
        default defaultValue: @autoclosure () -> JSONValue? = nil,
        choices: @autoclosure () -> [String] = []
    ) -> ConfigValue? {
        known.append(name)
        if keys != nil {
            let key = ConfigKey(
                name: name, isRequired: required() != nil, defaultValue: defaultValue(), choices: choices())
            keys?.append(key)
        }
        if let member = members.first(where: { $0.name == name }) {
            return ConfigValue(node: member.value, path: value.path.key(name), document: value.document)
        }
        if let member = defaults.first(where: { $0.name == name }) {
            return ConfigValue(node: member.value, path: value.path.key(name), document: value.document.silenced)
        }
        if let required = required() {
            value.document.report(
                ConfigProblem(
                    kind: .missingKey, path: value.path.key(name).text, position: value.node.position,
                    found: "missing", expected: required))
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
        let keys = readers.map(\.key)
        value.report(
            .conflict, found: present.isEmpty ? noun : present.map { "\"\($0)\"" }.joined(separator: " and "),
            expected: (keys.count > 1 ? "exactly one of " : "") + Redaction.alternatives(keys))
        return nil
    }

    /// Reports what was not asked for, and registers the keys.
    func finish() {
        if let keys { value.document.learn(keys, of: kind) }
        for member in members where !value.reportRepetition(member) && !known.contains(member.name) {
            value.document.report(
                ConfigProblem(
                    kind: .unknownKey, path: value.path.key(member.name).text, position: member.position,
                    found: "unknown key", expected: Redaction.alternatives(known),
                    // The one that was probably meant is known and not there.
                    suggestion: value.document.nearest(to: member.name, among: absent)))
        }
    }
}
