extension ConfigObject {
    func text(
        _ name: String, _ rule: TextRule, _ description: @autoclosure () -> String = "", required: Bool = false
    ) -> String? {
        value(name, description(), required: required ? rule.expected : nil)?.text(rule)
    }

    func boolean(
        _ name: String, _ description: @autoclosure () -> String = "", default defaultValue: Bool
    ) -> Bool {
        value(name, description(), default: .bool(defaultValue))?.boolean() ?? defaultValue
    }

    func integer(
        _ name: String, _ description: @autoclosure () -> String = "", default defaultValue: Int,
        in range: ClosedRange<Int>
    ) -> Int {
        value(name, description(), default: .integer(defaultValue))?.integer(in: range) ?? defaultValue
    }

    /// Seconds, at least `least`, at most `DurationText.limit`.
    func seconds(
        _ name: String, _ description: @autoclosure () -> String = "", default defaultValue: Int64,
        atLeast least: Int64 = 0
    ) -> Int64 {
        value(name, description(), default: .string(DurationText.text(defaultValue)))?.seconds(
            in: least...DurationText.limit)
            ?? defaultValue
    }

    /// Seconds; nil where absent: what that means is said where it is used.
    func seconds(
        _ name: String, _ description: @autoclosure () -> String = "", atLeast least: Int64
    ) -> Int64? {
        value(name, description())?.seconds(in: least...DurationText.limit)
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ description: @autoclosure () -> String = "", default defaultValue: Choice
    ) -> Choice where Choice.RawValue == String {
        value(name, description(), default: .string(defaultValue.rawValue))?
            .choice(Choice.self) ?? defaultValue
    }

    /// A secret; what is written in the file keeps the rule, what comes from elsewhere is not read.
    func secret(
        _ name: String, _ rule: TextRule, _ description: @autoclosure () -> String = "", required: Bool = false
    ) -> Secret? {
        value(name, description(), required: required ? Secret.expected(rule) : nil)?.secret(rule)
    }

    /// An address that is a secret as a whole.
    func secretURL(_ name: String, _ description: @autoclosure () -> String = "") -> Secret? {
        value(name, description(), required: Secret.expected(.webURL))?.secretURL()
    }

    /// An address to which paths are appended; it may be a secret, but by itself it is none.
    func server(
        _ name: String, _ description: @autoclosure () -> String = "", required: Bool = false,
        default address: String? = nil
    ) -> Secret? {
        let value = value(
            name, description(), required: required ? Secret.expected(.server) : nil,
            default: address.map(JSONValue.string))
        let secret = value?.secret(.server) { _ in false }
        if case .literal(let url) = secret, WebAddress(url)?.isExposed == true { value?.adviseOnPlainHTTP() }
        return secret
    }

    /// A name that may be a secret, but by itself is none.
    func word(
        _ name: String, _ rule: TextRule, _ description: @autoclosure () -> String = ""
    ) -> Secret? {
        value(name, description(), required: Secret.expected(rule))?.secret(rule) { _ in false }
    }
}
