extension ConfigObject {
    func text(_ name: String, _ rule: TextRule, required: Bool = false) -> String? {
        value(name, required: required ? rule.expected : nil)?.text(rule)
    }

    func boolean(_ name: String, default defaultValue: Bool) -> Bool {
        value(name, default: .bool(defaultValue))?.boolean() ?? defaultValue
    }

    func integer(_ name: String, default defaultValue: Int, in range: ClosedRange<Int>) -> Int {
        value(name, default: .integer(defaultValue))?.integer(in: range) ?? defaultValue
    }

    /// Seconds, at least `least`, at most `DurationText.limit`.
    func seconds(_ name: String, default defaultValue: Int64, atLeast least: Int64 = 0) -> Int64 {
        value(name, default: .string(DurationText.text(defaultValue)))?.seconds(in: least...DurationText.limit)
            ?? defaultValue
    }

    /// Seconds; nil where absent: what that means is said where it is used.
    func seconds(_ name: String, atLeast least: Int64) -> Int64? {
        value(name)?.seconds(in: least...DurationText.limit)
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, default defaultValue: Choice) -> Choice
    where Choice.RawValue == String {
        value(name, default: .string(defaultValue.rawValue), choices: Choice.allCases.map(\.rawValue))?
            .choice(Choice.self) ?? defaultValue
    }

    /// A secret; what is written in the file keeps the rule, what comes from elsewhere is not read.
    func secret(_ name: String, _ rule: TextRule, required: Bool = false) -> Secret? {
        value(name, required: required ? Secret.expected(rule) : nil)?.secret(rule)
    }
}
