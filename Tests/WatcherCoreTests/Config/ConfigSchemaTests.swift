import Testing
import WatcherCore

/// `deploy/config.schema.json` against the keys that the reader asks for; `Tests/schema-agrees.py` compares the values.
@Suite("The schema of the configuration")
struct ConfigSchemaTests {
    private let schema: JSONValue
    /// From every good configuration: together they have every kind of object.
    private let vocabulary: ConfigVocabulary

    init() throws {
        schema = try JSONReader.read(ConfigFixtures.schema).value
        var all: ConfigVocabulary = [:]
        for name in ConfigFixtures.names(.good) {
            all.merge(ConfigReader.vocabulary(of: ConfigFixtures.bytes(.good, name))) { first, _ in first }
        }
        vocabulary = all
    }

    private func object(_ kind: String) -> JSONValue? {
        kind == "configuration" ? schema : schema["$defs"]?[kind]
    }

    /// The value behind `$ref`, with what stands beside it first.
    private func resolved(_ key: String, of property: JSONValue) -> JSONValue? {
        if let value = property[key] { return value }
        guard case .string(let reference)? = property["$ref"] else { return nil }
        return schema["$defs"]?[String(reference.dropFirst("#/$defs/".count))]?[key]
    }

    @Test("has the same kinds of objects as the reader")
    func kinds() {
        guard case .object(let definitions)? = schema["$defs"] else {
            Issue.record("no definitions")
            return
        }
        let strict = definitions.filter { $0.value["properties"] != nil }.map(\.name)
        #expect((strict + ["configuration"]).sorted() == vocabulary.keys.sorted())
    }

    @Test("has the same keys, and no others, in every object")
    func keys() {
        for (kind, keys) in vocabulary {
            let definition = object(kind)
            guard case .object(let properties)? = definition?["properties"] else {
                Issue.record("no properties: \(kind)")
                continue
            }
            #expect(properties.map(\.name).sorted() == keys.map(\.name).sorted(), "\(kind)")
            #expect(definition?["additionalProperties"] == false, "\(kind)")
        }
    }

    @Test("requires what the reader requires")
    func required() {
        for (kind, keys) in vocabulary {
            let required = keys.filter(\.isRequired).map { JSONValue.string($0.name) }
            #expect(object(kind)?["required"] ?? [] == .array(required), "\(kind)")
        }
    }

    @Test("has the reader's defaults and choices, and says what each key is")
    func values() throws {
        for (kind, keys) in vocabulary {
            for key in keys {
                let property = try #require(object(kind)?["properties"]?[key.name], "\(kind).\(key.name)")
                #expect(property["default"] == key.defaultValue, "\(kind).\(key.name)")
                let choices = resolved("enum", of: property) ?? property["items"]?["enum"]
                #expect(choices ?? [] == .array(key.choices.map(JSONValue.string)), "\(kind).\(key.name)")
                guard case .string(let description)? = property["description"] else {
                    Issue.record("no description: \(kind).\(key.name)")
                    continue
                }
                #expect(description.count > 10, "\(kind).\(key.name)")
            }
        }
    }
}
