extension ConfigValue {
    /// Reads an object whose keys are known: `read` asks for each of them, and what it did not ask for is a problem.
    /// `kind` is the name under which the keys are registered; `defaults` holds the values of keys that are not there.
    func object<Result>(
        _ kind: String, defaults: [JSONNode.Member] = [], _ read: (ConfigObject) -> Result
    ) -> Result? {
        if let shape {
            shape.set(["$ref": .string("#/$defs/\(kind)")])
            guard !document.knows(kind) else { return nil }
        }
        guard let members = members else {
            report(.wrongType, found: found(), expected: "an object")
            return nil
        }
        let object = ConfigObject(kind, self, members, defaults: defaults)
        let result = read(object)
        object.finish()
        return result
    }

    /// Reads an object whose keys are names that the file gives; a name that breaks the rule is a problem, and its
    /// value is read all the same.
    func members(names rule: TextRule) -> [(name: String, value: ConfigValue)] {
        if let shape {
            shape.set(["type": "object", "propertyNames": .object(rule.keywords.map { .init($0.key, $0.value) })])
            return [("NAME", part("additionalProperties"))]
        }
        guard case .object(let members) = node.content else {
            report(.wrongType, found: found(), expected: "an object")
            return []
        }
        return members.compactMap { member in
            let value = ConfigValue(node: member.value, path: path.key(member.name), document: document)
            guard !reportRepetition(member) else { return nil }
            if !rule.accepts(member.name) {
                document.report(
                    ConfigProblem(
                        kind: .badValue, path: value.path.text, position: member.position,
                        found: "the name \(Redaction.text(member.name))", expected: rule.expected))
            }
            return (member.name, value)
        }
    }

    func elements() -> [ConfigValue]? {
        if let shape {
            shape.set(["type": "array"])
            return [part("items")]
        }
        guard case .array(let elements) = node.content else {
            report(.wrongType, found: found(), expected: "an array")
            return nil
        }
        return elements.enumerated().map { index, element in
            ConfigValue(node: element, path: path.index(index), document: document)
        }
    }

    /// The elements that `read` accepts, each once: what stands twice is a problem.
    func distinct<Element: Hashable>(_ read: (ConfigValue) -> Element?) -> [Element]? {
        guard let values = elements() else { return nil }
        shape?.set(["uniqueItems": true])
        var seen: Set<Element> = []
        return values.compactMap { value in
            guard let element = read(value) else { return nil }
            guard seen.insert(element).inserted else {
                value.report(.badValue, found: "\(value.found()) for the second time", expected: "each once")
                return nil
            }
            return element
        }
    }

    /// Reports an array without elements.
    func checkNotEmpty(_ expected: String) {
        shape?.set(["minItems": 1])
        if case .array(let elements) = node.content, elements.isEmpty {
            report(.badValue, found: "an empty array", expected: expected)
        }
    }

    /// A member of an object that has been read already.
    func member(_ name: String) -> ConfigValue? {
        guard case .object(let members) = node.content, let member = members.first(where: { $0.name == name }) else {
            return nil
        }
        return ConfigValue(node: member.value, path: path.key(name), document: document)
    }

    /// Reports an array or an object with more elements than that.
    func checkCount(atMost limit: Int) {
        shape?.setCount(atMost: limit)
        let count: Int
        switch node.content {
        case .array(let elements): count = elements.count
        case .object(let members): count = members.count
        default: return
        }
        guard count > limit else { return }
        report(.badValue, found: "\(count) of them", expected: "at most \(limit)")
    }

    /// The members of an object; none where nothing is read but described.
    private var members: [JSONNode.Member]? {
        if case .object(let members) = node.content { members } else { shape == nil ? nil : [] }
    }

    private func part(_ keyword: String) -> ConfigValue {
        ConfigValue(node: node, path: path.key("NAME"), document: document, shape: shape?.part(keyword))
    }

    /// Whether the member repeats a name, which is reported.
    func reportRepetition(_ member: JSONNode.Member) -> Bool {
        guard let first = member.first else { return false }
        document.report(
            ConfigProblem(
                kind: .duplicateKey, path: path.key(member.name).text, position: member.position,
                found: "duplicate key", expected: "once, the first is on line \(first.line)"))
        return true
    }
}
