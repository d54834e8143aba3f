/// A place in a JSON document (RFC 6901): `/info/version`; `~1` stands for `/` and `~0` for `~` in a name.
struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    let description: String
    private let steps: [String]

    /// Of a text that `TextRule.jsonPointer` accepts.
    init(_ text: String) {
        description = text
        steps = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            String($0.replacing("~1", with: "/").replacing("~0", with: "~"))
        }
    }

    func find(in document: JSONValue) -> JSONValue? {
        steps.reduce(document) { value, step in
            switch value {
            case .object?: value?[step]
            case .array(let items)?:
                Int(step).flatMap { String($0) == step && items.indices.contains($0) ? items[$0] : nil }
            default: nil
            }
        }
    }
}

extension TextRule {
    static let jsonPointer = TextRule(
        expected: "a JSON Pointer such as \"/info/version\", or \"\" for the whole", pattern: #"^(/([^~]|~[01])*)?$"#,
        accepts: { text in
            guard text.isEmpty || isPlain(text) && text.hasPrefix("/") else { return false }
            return text.split(separator: "~", omittingEmptySubsequences: false).dropFirst().allSatisfy {
                $0.first == "0" || $0.first == "1"
            }
        },
        suggest: { text in
            // A path as other programs write it.
            let parts = text.split(separator: ".", omittingEmptySubsequences: true).filter { $0 != "$" }
            guard !text.hasPrefix("/"), !parts.isEmpty else { return nil }
            return text.contains("/") ? "/" + text : "/" + parts.joined(separator: "/")
        })
}
