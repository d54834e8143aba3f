/// A JSON value whose strings are templates.
///
/// A value that is rendered becomes the content of one string, so no quote in it can end that string.
package indirect enum JSONTemplate<Text: Sendable & Hashable>: Sendable, Hashable {
    /// What holds no string.
    case value(JSONValue)
    case string(Text)
    case array([JSONTemplate])
    /// In the order as written; the names are no templates.
    case object([Member])

    package struct Member: Sendable, Hashable {
        package var name: String
        package var value: JSONTemplate

        package init(_ name: String, _ value: JSONTemplate) {
            self.name = name
            self.value = value
        }
    }

    package func render(_ string: (Text) -> String) -> JSONValue {
        switch self {
        case .value(let value): value
        case .string(let template): .string(string(template))
        case .array(let elements): .array(elements.map { $0.render(string) })
        case .object(let members): .object(members.map { JSONValue.Member($0.name, $0.value.render(string)) })
        }
    }
}

/// The body of a webhook in the form that its receiver wants.
package typealias BodyTemplate = JSONTemplate<MessageTemplate>
