/// What the configuration may hold, from the code that reads it.
package enum ConfigSchema {
    /// The JSON Schema (draft 2020-12).
    package static func json(
        notifierTypes: [any Notifier.Type] = notifierTypes, actionKinds: [any ActionKind.Type] = actionKinds
    ) -> JSONValue {
        let document = ConfigDocument(
            notifierTypes: notifierTypes, actionKinds: actionKinds, isDescribing: true)
        let root = ConfigValue(
            node: JSONNode(position: JSONPosition(line: 1, column: 1), content: .null), path: .root, document: document,
            shape: ConfigShape())
        _ = root.object("configuration") { Config(reading: $0) }
        var members: [JSONValue.Member] = [
            .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
            .init("title", "Configuration of watcher"),
            .init("description", "Which releases are followed, what a new one starts, and who is notified."),
        ]
        if case .object(let own)? = document.definitions["configuration"] { members += own }
        let others = document.definitions.filter { $0.key != "configuration" }.sorted { $0.key < $1.key }
        members.append(.init("$defs", .object(others.map { .init($0.key, $0.value) })))
        return .object(members)
    }
}
