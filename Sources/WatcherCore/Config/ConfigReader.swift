/// Reads a configuration: bytes → `ConfigDocument` (shape) → `Config` (meaning).
package enum ConfigReader {
    package struct Reading: Sendable, Equatable {
        package var config: Config
        /// What is probably not meant; a configuration with warnings works.
        package var warnings: [ConfigProblem]
    }

    /// The configuration, or every problem at once. Touches no file, no environment and no network; takes any bytes.
    package static func read(
        _ bytes: [UInt8], notifierTypes: [any Notifier.Type] = notifierTypes,
        actionKinds: [any ActionKind.Type] = actionKinds,
        timeZone: @escaping (String) -> TimeZoneRules? = { $0 == "UTC" ? .utc : nil }
    ) -> Result<Reading, ConfigError> {
        switch document(bytes, notifierTypes, actionKinds, timeZone) {
        case .failure(let error): .failure(error)
        case .success(let (document, config)):
            document.problems.isEmpty
                ? .success(Reading(config: config, warnings: document.warnings.inFileOrder))
                : .failure(
                    ConfigError(
                        problems: document.allProblems.inFileOrder, warnings: document.warnings.inFileOrder))
        }
    }

    private static func document(
        _ bytes: [UInt8], _ notifierTypes: [any Notifier.Type], _ actionKinds: [any ActionKind.Type],
        _ timeZone: @escaping (String) -> TimeZoneRules?
    ) -> Result<(ConfigDocument, Config), ConfigError> {
        do throws(JSONSyntaxError) {
            let node = try JSONReader.read(bytes, writtenByHand: true)
            let document = ConfigDocument(
                notifierTypes: notifierTypes, actionKinds: actionKinds, timeZone: timeZone)
            let root = ConfigValue(node: node, path: .root, document: document)
            let config = root.object("configuration") { Config(reading: $0) }
            return .success((document, config ?? Config()))
        } catch {
            var problem = ConfigProblem(kind: .syntax, path: "$", position: error.position, found: error.reason)
            if let line = lineOfYAML(bytes) {
                problem.position = JSONPosition(line: line, column: 1)
                problem.found = "found YAML, expected JSON: an object in braces with keys in double quotes"
            }
            return .failure(ConfigError(problems: [problem], warnings: []))
        }
    }
}

extension ConfigReader {
    /// The line where a text that is not JSON begins like YAML: with `---`, `key:` or `- item`, after comments.
    private static func lineOfYAML(_ bytes: [UInt8]) -> Int? {
        for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard let first = line.first(where: { $0 != 0x20 && $0 != 0x0D }), first != UInt8(ascii: "#") else {
                continue
            }
            if line.starts(with: "---".utf8) || line.starts(with: "- ".utf8) { return number + 1 }
            let rest = line.drop { ASCII.isWord($0) || $0 == UInt8(ascii: "-") }
            let isKey = rest.count < line.count && rest.first == UInt8(ascii: ":")
            return isKey && (rest.count == 1 || rest.dropFirst().first.map { $0 <= 0x20 } == true) ? number + 1 : nil
        }
        return nil
    }
}

extension [ConfigProblem] {
    /// By place; what stands at the same place stays as it was found.
    fileprivate var inFileOrder: [ConfigProblem] {
        enumerated()
            .sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }
            .map(\.element)
    }
}
