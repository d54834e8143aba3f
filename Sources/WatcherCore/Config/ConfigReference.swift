/// The reference of the configuration's keys, from the schema.
package struct ConfigReference: Sendable {
    /// The keys of one kind of object.
    package struct Section: Sendable {
        /// Where the object stands, such as `actions.NAME.verify`; for what stands in many places a name.
        package var title: String
        package var keys: [Key]
        /// Keys of which there is exactly one.
        package var choices: [String]
    }

    package struct Key: Sendable {
        package var name: String
        /// A phrase, such as "duration"; names of sections as they are.
        package var type: String
        /// As it is written in the file; nil where there is none, or the description says it.
        package var defaultValue: String?
        package var isRequired: Bool
        /// Sentences.
        package var description: String
    }

    /// In the order in which they are read, each behind what refers to it; secrets, which stand anywhere, at the end.
    package private(set) var sections: [Section] = []

    package init(schema: JSONValue = ConfigSchema.json()) {
        var titles: [String: String] = [:]
        var waiting = [(title: "", object: schema)]
        while !waiting.isEmpty {
            let (title, object) = waiting.removeFirst()
            guard case .object(let properties)? = object["properties"] else { continue }
            var found: [(title: String, object: JSONValue)] = []
            for property in properties {
                for (kind, suffix) in Self.references(property.value) where titles[kind] == nil {
                    let path = (title.isEmpty ? "" : title + ".") + property.name + suffix
                    titles[kind] = Self.sharedTitles[kind] ?? path
                    // The keys of defaults are those of what they are for.
                    guard title != "defaults", let target = schema["$defs"]?[kind] else { continue }
                    found.append((Self.sharedTitles[kind] ?? path, target))
                }
            }
            waiting.insert(contentsOf: found, at: 0)
            let required = object["required"]?.elements ?? []
            sections.append(
                Section(
                    title: title,
                    keys: properties.map { property in
                        Key(
                            name: property.name, type: Self.type(of: property.value, titles),
                            defaultValue: property.value["default"]?.text(),
                            isRequired: required.contains(.string(property.name)),
                            description: property.value["description"]?.text ?? "")
                    },
                    choices: (object["oneOf"]?.elements ?? []).compactMap { $0["required"]?.elements?.first?.text }))
        }
        let shared = sections.filter { $0.title == "secret" }
        sections = sections.filter { $0.title != "secret" } + shared
    }

    /// The names of kinds that stand in several places.
    private static let sharedTitles = ["secret": "secret", "incomingWebhook": "incoming webhook"]

    /// The kinds of objects that a value may be or hold, with what comes between.
    private static func references(_ value: JSONValue, _ suffix: String = "") -> [(kind: String, suffix: String)] {
        if let kind = kind(value) { return [(kind, suffix)] }
        let values = value["additionalProperties"].map { references($0, suffix + ".NAME") } ?? []
        return values + (value["oneOf"]?.elements ?? []).flatMap { references($0, suffix) }
    }

    private static func kind(_ value: JSONValue) -> String? {
        value["$ref"]?.text?.split(separator: "/").last.map(String.init)
    }

    /// A phrase for what a schema takes, one or several of it.
    private static func type(of value: JSONValue, _ titles: [String: String], isPlural: Bool = false) -> String {
        let plural = isPlural ? "s" : ""
        if let title = kind(value).flatMap({ titles[$0] }) {
            return title == "secret" ? "secret\(plural)" : "object\(plural) (\(title))"
        }
        if let choices = value["enum"]?.elements { return choices.map { $0.text() }.joined(separator: ", ") }
        if let alternatives = value["oneOf"]?.elements {
            return alternatives.map { type(of: $0, titles, isPlural: isPlural) }.joined(separator: " or ")
        }
        switch value["type"]?.text {
        case "boolean": return "true or false"
        case "integer":
            return "whole number from \(value["minimum"]?.text() ?? "") to \(value["maximum"]?.text() ?? "")"
        case "array": return "array of " + type(of: value["items"] ?? [:], titles, isPlural: true)
        case "object": return type(of: value["additionalProperties"] ?? [:], titles, isPlural: true) + " by name"
        case "string":
            let pattern = value["pattern"]?.text ?? ""
            let isDuration = [DurationText.pattern, DurationText.positivePattern].contains(pattern)
            return (isDuration ? "duration" : "string") + plural
        default: return "any JSON"
        }
    }
}

extension JSONValue {
    /// The elements of an array.
    fileprivate var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
}
