/// An object of the file while its keys are read. Each accessor registers its key: what is never asked for is unknown.
package final class ConfigObject {
    let value: ConfigValue
    private let kind: String
    private let members: [JSONNode.Member]
    /// What stands under `defaults` for objects of this kind.
    private let defaults: [JSONNode.Member]
    /// The names that were asked for.
    private var known: [String] = []
    /// The schemas of the keys, where those are asked for.
    private var properties: [(name: String, description: String, defaultValue: JSONValue?, shape: ConfigShape)] = []
    private var requirements: [JSONValue] = []
    private var choices: [JSONValue] = []

    /// What is known and not there; first asked for when everything has been read.
    private lazy var absent = known.filter { name in !members.contains { $0.name == name } }

    init(
        _ kind: String, _ value: ConfigValue, _ members: [JSONNode.Member], defaults: [JSONNode.Member] = []
    ) {
        self.defaults = defaults
        self.kind = kind
        self.value = value
        self.members = members
    }

    /// The value of a key, nil where it is absent. With `required` (what it should be) absence is a problem.
    ///
    /// `description` is for the schema and the reference, a sentence or two; so is the default, as it would be written.
    func value(
        _ name: String, _ description: @autoclosure () -> String = "", required: @autoclosure () -> String? = nil,
        default defaultValue: @autoclosure () -> JSONValue? = nil
    ) -> ConfigValue? {
        known.append(name)
        if value.document.isDescribing {
            let shape = ConfigShape()
            properties.append((name, description(), defaultValue(), shape))
            if required() != nil { requirements.append(.string(name)) }
            return ConfigValue(
                node: value.node, path: value.path.key(name), document: value.document, shape: shape)
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

    /// The value of a key that was asked for before, where it stands in the object itself.
    func own(_ name: String) -> ConfigValue? {
        members.first { $0.name == name }.map {
            ConfigValue(node: $0.value, path: value.path.key(name), document: value.document)
        }
    }

    /// Reads the one of several keys that is there; none and more than one are problems. `noun` says what is missing.
    func exactlyOne<Result>(
        _ noun: String, of readers: [(key: String, description: String, read: (ConfigValue) -> Result?)]
    ) -> Result? {
        if value.document.isDescribing { choices = readers.map { ["required": [.string($0.key)]] } }
        var results: [Result?] = []
        var present: [String] = []
        for (key, description, read) in readers {
            guard let value = value(key, description) else { continue }
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
        if value.document.isDescribing { value.document.define(kind, schema) }
        for member in members where !value.reportRepetition(member) && !known.contains(member.name) {
            value.document.report(
                ConfigProblem(
                    kind: .unknownKey, path: value.path.key(member.name).text, position: member.position,
                    found: "unknown key", expected: Redaction.alternatives(known),
                    // The one that was probably meant is known and not there.
                    suggestion: value.document.nearest(to: member.name, among: absent)))
        }
    }

    private var schema: JSONValue {
        let properties = properties.map { property in
            var members = property.shape.json
            members.append(.init("description", .string(property.description)))
            if let value = property.defaultValue { members.append(.init("default", value)) }
            return JSONValue.Member(property.name, .object(members))
        }
        var members: [JSONValue.Member] = [
            .init("type", "object"), .init("additionalProperties", false), .init("properties", .object(properties)),
        ]
        if !requirements.isEmpty { members.append(.init("required", .array(requirements))) }
        if choices.count > 1 { members.append(.init("oneOf", .array(choices))) }
        return .object(members)
    }
}
