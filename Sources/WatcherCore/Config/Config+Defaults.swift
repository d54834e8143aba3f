extension Config {
    /// Keys under `defaults`, which apply to every upstream or notifier that does not set them.
    struct Defaults {
        private let value: ConfigValue?

        init(_ value: ConfigValue?) { self.value = value }

        var upstreams: [JSONNode.Member] { members("upstreams") }
        var notifiers: [JSONNode.Member] { members("notifiers") }

        private func members(_ name: String) -> [JSONNode.Member] {
            guard case .object(let kinds)? = value?.node.content,
                case .object(let members)? = kinds.first(where: { $0.name == name })?.value.content
            else { return [] }
            return members
        }

        /// Reports what is wrong with them: once, and not again for each object to which they apply.
        func check(upstreams names: Set<String>?) {
            _ = value?.object("defaults") { object in
                _ = object.value("upstreams", "Keys of upstreams, all but the source.")?.object("upstreamDefaults") {
                    _ = Upstream(reading: $0, isDefault: true)
                }
                _ = object.value("notifiers", "Keys of notifiers, all but the service.")?.object("notifierDefaults") {
                    _ = Notifier(reading: $0, upstreams: names, isDefault: true)
                }
            }
        }
    }
}

extension ConfigValue {
    /// The upstreams by name: an object, or the short form, an array of repositories, which are called by their names;
    /// where two are alike, or the name is not allowed, by `OWNER-NAME`.
    func upstreams() -> [(name: String, value: ConfigValue)] {
        if shape != nil { _ = alternative().distinct { $0.text(.repository) } }
        guard case .array = node.content else {
            return (shape == nil ? self : alternative()).members(names: .upstreamName)
        }
        let repositories = (elements() ?? []).compactMap { element in
            element.text(.repository).map { (text: $0, value: element.asUpstream()) }
        }
        let counts = Dictionary(repositories.map { (Self.upstreamName($0.text.suffix(after: "/")), 1) }) { $0 + $1 }
        var seen: Set<String> = []
        return repositories.compactMap { text, value in
            var name = Self.upstreamName(text.suffix(after: "/"))
            if counts[name] != 1 || !TextRule.upstreamName.accepts(name) { name = Self.upstreamName(text) }
            guard seen.insert(name).inserted else {
                value.report(
                    .badValue, found: "the name \(Redaction.text(name)) for the second time", expected: "each once")
                return nil
            }
            return (name, value)
        }
    }

    /// The string as the object that it is short for.
    private func asUpstream() -> ConfigValue {
        let member = JSONNode.Member(name: "github", position: node.position, value: node)
        return ConfigValue(
            node: JSONNode(position: node.position, content: .object([member])), path: path, document: document)
    }

    /// The text as a name: a dash for all that a name cannot have.
    private static func upstreamName(_ text: some StringProtocol) -> String {
        let bytes = text.utf8.map { ASCII.isWord($0) || $0 == UInt8(ascii: "-") ? $0 : UInt8(ascii: "-") }
        return String(decoding: bytes.drop { !ASCII.isWord($0) || $0 == UInt8(ascii: "_") }, as: UTF8.self)
    }
}

extension String {
    fileprivate func suffix(after mark: Character) -> Substring {
        lastIndex(of: mark).map { self[index(after: $0)...] } ?? self[...]
    }
}
