/// One value of the file: reads itself as what is asked for, or reports why it is not that and gives nil.
package struct ConfigValue {
    let node: JSONNode
    let path: ConfigPath
    let document: ConfigDocument
    /// Where what is asked for is noted, in place of reading a value.
    var shape: ConfigShape?

    func report(_ kind: ConfigProblem.Kind, found: String, expected: String? = nil, suggestion: String? = nil) {
        document.report(
            ConfigProblem(
                kind: kind, path: path.text, position: node.position, found: found, expected: expected,
                suggestion: suggestion))
    }

    /// A warning, a sentence without its full stop.
    func advise(_ text: String) { report(.advice, found: text) }

    func boolean() -> Bool? {
        shape?.set(["type": "boolean"])
        if case .bool(let flag) = node.content { return flag }
        let meant: String? =
            if case .string(let text) = node.content, ["true", "false"].contains(text.lowercased()) {
                "without quotes"
            } else { nil }
        report(.wrongType, found: found(), expected: "true or false" + (meant.map { " \($0)" } ?? ""))
        return nil
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        shape?.set([
            "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
        ])
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard case .number(let text) = node.content else {
            report(.wrongType, found: found(), expected: expected)
            return nil
        }
        guard let number = Int(text), range.contains(number) else {
            report(.badValue, found: found(), expected: expected)
            return nil
        }
        return number
    }

    /// A string that keeps the rule.
    func text(_ rule: TextRule) -> String? {
        describe(rule)
        let quoted: (String) -> String? = { rule.accepts($0) ? $0 : rule.suggest($0) }
        guard let text = string(rule.expected, isSecret: rule.isSecret, quoted: quoted) else { return nil }
        if rule.accepts(text) { return text }
        let found = rule.isSecret && !text.isEmpty ? "a string" : found()
        report(.badValue, found: found, expected: rule.expected, suggestion: rule.suggest(text))
        return nil
    }

    /// Any string; `expected` names what else it shall be. `quoted` says what a number or a boolean would have meant.
    func string(
        _ expected: String, isSecret: Bool = false, quoted: (String) -> String? = { _ in nil }
    ) -> String? {
        if case .string(let text) = node.content { return text }
        shape?.set(["type": "string"])
        let suggestion: String? =
            switch node.content {
            case .number(let text) where !isSecret && text.utf8.count <= Redaction.lengthLimit: quoted(text)
            case .bool(let flag) where !isSecret: quoted("\(flag)")
            default: nil
            }
        report(.wrongType, found: found(isSecret: isSecret), expected: expected, suggestion: suggestion)
        return nil
    }

    /// Seconds, from a duration.
    func seconds(in range: ClosedRange<Int64>) -> Int64? {
        let pattern = range.contains(0) ? DurationText.pattern : DurationText.positivePattern
        shape?.set(["pattern": .string(pattern)])
        let expected = #"a duration such as "90s", "15m", "1h30m" or "1d""#
        if case .number(let text) = node.content {
            let suggestion = DurationText.seconds(text + "s").map { range.contains($0) ? text + "s" : nil } ?? nil
            report(.wrongType, found: found(), expected: expected, suggestion: suggestion)
            return nil
        }
        guard let text = string(expected) else { return nil }
        guard let seconds = DurationText.seconds(text) else {
            let meant = DurationText.meant(by: text)
            report(.badValue, found: found(), expected: expected, suggestion: meant)
            return nil
        }
        guard range.contains(seconds) else {
            let (low, high) = (DurationText.text(range.lowerBound), DurationText.text(range.upperBound))
            report(.badValue, found: found(), expected: "a duration from \(low) to \(high)")
            return nil
        }
        return seconds
    }

    /// One of the words of an enumeration.
    func choice<Choice: RawRepresentable & CaseIterable>(_: Choice.Type) -> Choice? where Choice.RawValue == String {
        let known = Choice.allCases.map(\.rawValue)
        shape?.set(["enum": .array(known.map(JSONValue.string))])
        guard let text = string(Redaction.alternatives(known)) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        report(
            .badValue, found: found(), expected: Redaction.alternatives(known),
            suggestion: document.nearest(to: text, among: known))
        return nil
    }

    /// The value in words; of a secret only the type.
    func found(isSecret: Bool = false) -> String {
        switch node.content {
        case .null: "null"
        case .bool(let flag): isSecret ? "a boolean" : "\(flag)"
        case .number(let text): isSecret ? "a number" : "the number \(text.prefix(Redaction.lengthLimit))"
        case .string(let text) where text.isEmpty: "an empty string"
        case .string(let text): isSecret ? "a string" : Redaction.text(text)
        case .array(let elements): elements.isEmpty ? "an empty array" : "an array"
        case .object: "an object"
        }
    }
}
