extension ConfigValue {
    /// A template; every unknown name in it is a problem. `names` nil: the upstreams can't be known, and none is wrong.
    func template(upstreams names: Set<String>?) -> Template? {
        let expected = "a string, in which {{UPSTREAM.tag}} and the like stand for values"
        guard let text = string(expected, quoted: { $0 }) else { return nil }
        let known = names ?? []
        reportShellVariables(in: text, known)
        let template = read(text, { (text: String) throws(Template.Problem) in try Template(text, upstreams: known) }) {
            report($0, names)
        }
        for case .upstream(let name, .digest) in template?.parts ?? []
        where document.upstreamsWithoutDigest.contains(name) {
            report(
                .unknownName, found: "{{\(name).digest}}",
                expected: "an upstream that has digests: an image with a tag, such as \"alpine:3.22\"")
            return nil
        }
        return template
    }

    /// A template that keeps the rule when its names are replaced by an ordinary version.
    func template(_ rule: TextRule, upstreams names: Set<String>?) -> Template? {
        describe(rule)
        guard let template = template(upstreams: names) else { return nil }
        guard rule.accepts(template.sample) else {
            report(.badValue, found: found(), expected: rule.expected, suggestion: rule.suggest(template.sample))
            return nil
        }
        return template
    }

    /// A template that keeps the rule, or a secret that is kept elsewhere.
    func templateOrSecret(_ rule: TextRule, upstreams names: Set<String>?) -> TemplateOrSecret? {
        if shape != nil {
            _ = alternative().template(rule, upstreams: names)
            return alternative().secretSource().map { .secret($0) }
        }
        if case .object = node.content { return secretSource().map { .secret($0) } }
        return template(rule, upstreams: names).map { .template($0) }
    }

    /// Reports `${app.tag}`, which other programs replace and this one does not, and `${{app.tag}}`, of which the
    /// dollar would stay.
    private func reportShellVariables(in text: String, _ names: Set<String>) {
        var rest = text[...]
        while let open = rest.firstRange(of: "${") {
            let inside = rest[open.upperBound...]
            guard let close = inside.firstIndex(of: "}") else { return }
            let isDouble = inside.first == "{"
            let name = "{{" + inside[..<close].drop { $0 == "{" } + "}}"
            if let template = try? Template(name, upstreams: names), template.parts.count == 1 {
                let written = "$" + (isDouble ? name : String(name.dropFirst().dropLast()))
                report(.badValue, found: written, expected: "a name in two braces, without \"$\"", suggestion: name)
            }
            rest = inside[close...]
        }
    }

    /// A template over a message's fields; every unknown name in it is a problem.
    func messageTemplate() -> MessageTemplate? {
        let expected = "a string, in which {{upstream}}, {{release.tag}} and the like stand for values"
        guard let text = string(expected, quoted: { $0 }) else { return nil }
        return read(text, { (text: String) throws(Template.Problem) in try MessageTemplate(text) }) { problem in
            guard case .unknownName(let name) = problem else { return report(problem, nil) }
            report(
                .unknownName, found: Self.shown(name),
                expected: "a field of a message, for example {{upstream}}, {{release.tag}}, {{job.url}} or {{text}}",
                suggestion: document.nearest(to: name, among: MessageField.names).map { "{{\($0)}}" })
        }
    }

    /// Any JSON, whose strings are templates over a message's fields; nil when a name in it is unknown.
    func bodyTemplate() -> BodyTemplate? { jsonTemplate { $0.messageTemplate() } }

    /// Any JSON, whose strings `read` makes of them; nil when one of them is invalid.
    func jsonTemplate<Text>(_ read: (ConfigValue) -> Text?) -> JSONTemplate<Text>? {
        guard shape == nil else { return nil }
        switch node.content {
        case .null, .bool, .number: return .value(node.value)
        case .string: return read(self).map(JSONTemplate.string)
        case .array:
            let elements = elements() ?? []
            let parts = elements.compactMap { $0.jsonTemplate(read) }
            return parts.count == elements.count ? .array(parts) : nil
        case .object(let members):
            let parts = members.compactMap { member -> JSONTemplate<Text>.Member? in
                guard !reportRepetition(member) else { return nil }
                let value = ConfigValue(node: member.value, path: path.key(member.name), document: document)
                return value.jsonTemplate(read).map { JSONTemplate.Member(member.name, $0) }
            }
            return parts.count == members.count ? .object(parts) : nil
        }
    }

    /// The template, or a report of every problem in it: each pair of braces is read by itself.
    private func read<Result>(
        _ text: String, _ template: (String) throws(Template.Problem) -> Result,
        _ report: (Template.Problem) -> Void
    ) -> Result? {
        if let result = try? template(text) { return result }
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            let piece = rest[open.lowerBound...]
            let end = piece.firstRange(of: "}}")?.upperBound
            do throws(Template.Problem) {
                _ = try template(String(piece[..<(end ?? piece.endIndex)]))
            } catch {
                report(error)
            }
            guard let end else { break }
            rest = rest[end...]
        }
        return nil
    }

    private func report(_ problem: Template.Problem, _ names: Set<String>?) {
        switch problem {
        case .unclosed:
            report(.badValue, found: "\"{{\" without \"}}\"", expected: "both")
        case .unknownName(let name):
            let fields = ["job.id", "job.highest"] + (names?.contains(name) == true ? ["\(name).tag"] : [])
            let suggestion = names?.contains(name) == true ? "\(name).tag" : document.nearest(to: name, among: fields)
            report(
                .badValue, found: Self.shown(name), expected: "for example {{UPSTREAM.tag}} or {{job.id}}",
                suggestion: suggestion.map { "{{\($0)}}" })
        case .unknownField(let name, "job"):
            let suggestion = document.nearest(to: name, among: ["job.id", "job.highest"])
            report(
                .badValue, found: Self.shown(name), expected: "{{job.id}} or {{job.highest}}",
                suggestion: suggestion.map { "{{\($0)}}" })
        case .unknownField(let name, let upstream):
            let fields = Template.Field.allCases.map(\.rawValue)
            let suggestion = document.nearest(to: String(name.dropFirst(upstream.count + 1)), among: fields)
            report(
                .badValue, found: Self.shown(name), expected: "one of the fields \(Redaction.alternatives(fields))",
                suggestion: suggestion.map { "{{\(upstream).\($0)}}" })
        case .unknownUpstream(let name, let upstream):
            guard let names else { return }
            let suggestion = document.nearest(to: upstream, among: names)
            report(
                .unknownName, found: Self.shown(name), expected: "the name of an upstream before the dot",
                suggestion: suggestion.map { "{{\($0)\(name.dropFirst(upstream.count))}}" })
        }
    }

    private static func shown(_ name: String) -> String {
        Redaction.isPrivate(name) || !TextRule.isPlain(name) || name.count > Redaction.lengthLimit
            ? Redaction.text(name) : "{{\(name)}}"
    }
}
