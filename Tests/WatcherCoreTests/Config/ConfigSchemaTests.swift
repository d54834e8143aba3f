import FoundationEssentials
import Testing

@testable import WatcherCore

/// `deploy/config.schema.json` and `docs/configuration.md` are printed by `watcher schema`;
/// `Tests/schema-agrees.py` holds the schema against configurations.
@Suite("The schema of the configuration")
struct ConfigSchemaTests {
    private let schema = ConfigSchema.json()

    @Test("the file is what the reader says: make reference writes it")
    func file() {
        #expect(String(decoding: ConfigFixtures.schema, as: UTF8.self) == schema.text(.pretty))
    }

    @Test("the page about the configuration has the same keys: make reference writes it")
    func page() throws {
        let page = try String(contentsOf: ConfigFixtures.root.appending(path: "docs/configuration.md"), encoding: .utf8)
        #expect(page == ConfigReference(schema: schema).markdown)
    }

    @Test("the reference has every key once, with its value, default and place")
    func reference() throws {
        let sections = ConfigReference(schema: schema).sections
        #expect(Set(sections.map(\.title)).count == sections.count)
        #expect(sections.first?.keys.map(\.name).contains("upstreams") == true)
        #expect(sections.last?.choices == ["env", "file", "credential"])
        let upstream = try #require(sections.first { $0.title == "upstreams.NAME" })
        let age = try #require(upstream.keys.first { $0.name == "minimumAge" })
        #expect((age.type, age.defaultValue, age.isRequired) == ("duration", "\"0s\"", false))
        let build = try #require(sections.first { $0.title == "actions.NAME.imageBuild" })
        #expect(build.keys.first { $0.name == "secrets" }?.type == "strings or secrets by name")
        #expect(build.keys.first { $0.name == "tags" }?.isRequired == true)
        let notifier = try #require(sections.first { $0.title == "notifiers.NAME" })
        #expect(notifier.choices == notifierTypes.map { $0.key })
        let lines = ConfigReference(schema: schema).manual.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix(".It Cm ") } == sections.reduce(0) { $0 + $1.keys.count })
    }

    @Test("every object is strict, and every key of it has a description that is a sentence")
    func descriptions() {
        guard case .object(let definitions)? = schema["$defs"] else {
            Issue.record("no definitions")
            return
        }
        var count = 0
        for (kind, object) in definitions.map({ ($0.name, $0.value) }) + [("configuration", schema)] {
            #expect(object["additionalProperties"] == false, "\(kind)")
            guard case .object(let properties)? = object["properties"] else {
                Issue.record("no properties: \(kind)")
                continue
            }
            for property in properties {
                guard case .string(let text)? = property.value["description"] else {
                    Issue.record("no description: \(kind).\(property.name)")
                    continue
                }
                #expect(text.count > 10 && text.hasSuffix("."), "\(kind).\(property.name)")
                count += 1
            }
        }
        #expect(count > 90)
    }

    @Test("types, bounds, choices, defaults and requirements are those of the calls that read the keys")
    func parts() {
        let github = schema["$defs"]?["github"]?["properties"]
        #expect(github?["concurrency"]?["maximum"] == 100 && github?["concurrency"]?["default"] == 16)
        let upstream = schema["$defs"]?["upstream"]
        #expect(upstream?["oneOf"] == .array(sourceTypes.map { ["required": [.string($0.key)]] }))
        #expect(upstream?["properties"]?["onFirstSight"]?["enum"] == ["baseline", "act", "build-if-missing"])
        #expect(upstream?["properties"]?["assetDeadline"]?["default"] == "2h")
        #expect(schema["$defs"]?["upstreamDefaults"]?["properties"]?["github"] == nil)
        #expect(schema["$defs"]?["upstreamDefaults"]?["required"] == nil)
        #expect(schema["required"] == ["upstreams"])
        guard case .array(let services)? = schema["$defs"]?["notifier"]?["oneOf"] else {
            Issue.record("no services")
            return
        }
        #expect(services == notifierTypes.map { ["required": [.string($0.key)]] })
    }
}
