/// The JSON Schema of one value of the configuration, filled in by the functions that read it.
///
/// `ConfigSchema` reads a configuration that has every key, where each value has a shape and nothing else.
final class ConfigShape {
    private var keywords: [JSONValue.Member] = []
    private var alternatives: [ConfigShape] = []
    /// Of an array's elements, or of an object's values.
    private var part: (keyword: String, shape: ConfigShape)?

    /// Sets keywords, in place of those that are there.
    func set(_ members: KeyValuePairs<String, JSONValue>) {
        for (name, value) in members {
            keywords.removeAll { $0.name == name }
            keywords.append(.init(name, value))
        }
    }

    /// One of several shapes of which the value has exactly one.
    func alternative() -> ConfigShape {
        alternatives.append(ConfigShape())
        return alternatives[alternatives.count - 1]
    }

    /// The shape of elements (`items`) or values (`additionalProperties`).
    func part(_ keyword: String) -> ConfigShape {
        let shape = ConfigShape()
        part = (keyword, shape)
        return shape
    }

    /// Sets the largest count of elements or of keys.
    func setCount(atMost limit: Int) {
        set([part?.keyword == "items" ? "maxItems" : "maxProperties": .integer(limit)])
    }

    var json: [JSONValue.Member] {
        var members = keywords
        if let part { members.append(.init(part.keyword, .object(part.shape.json))) }
        if !alternatives.isEmpty { members.append(.init("oneOf", .array(alternatives.map { .object($0.json) }))) }
        return members
    }
}

extension TextRule {
    /// What a JSON Schema says of it: at least what `accepts` says, unless that needs more than a pattern.
    var keywords: KeyValuePairs<String, JSONValue> {
        switch (pattern, excludedPattern) {
        case (let pattern?, let excluded?):
            ["type": "string", "pattern": .string(pattern), "not": ["pattern": .string(excluded)], "maxLength": limit]
        case (let pattern?, nil): ["type": "string", "pattern": .string(pattern), "maxLength": limit]
        default: ["type": "string"]
        }
    }

    private var limit: JSONValue { .integer(maximumLength) }
}

extension ConfigValue {
    /// The value as one of several alternatives.
    func alternative() -> ConfigValue {
        ConfigValue(node: node, path: path, document: document, shape: shape?.alternative())
    }

    func describe(_ rule: TextRule) { shape?.set(rule.keywords) }
}
