extension ConfigValue {
    /// A template; every unknown name in it is a problem. `names` nil: the upstreams can't be known, and none is wrong.
    func template(upstreams names: Set<String>?) -> Template? {
        let expected = "a string, in which {{UPSTREAM.tag}} and the like stand for values"
        guard let text = string(expected, quoted: { $0 }) else { return nil }
        let known = names ?? []
        if let template = try? Template(text, upstreams: known) { return template }
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            let piece = rest[open.lowerBound...]
            let end = piece.firstRange(of: "}}")?.upperBound
            do throws(Template.Problem) {
                _ = try Template(String(piece[..<(end ?? piece.endIndex)]), upstreams: known)
            } catch {
                report(error, names)
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
                .badValue, found: Self.shown(name), expected: "{{UPSTREAM.tag}}, {{job.id}} or the like",
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
                .badValue, found: Self.shown(name), expected: "one of the fields \(Shown.alternatives(fields))",
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
        Shown.isPrivate(name) || !TextRule.isPlain(name) || name.count > Shown.lengthLimit
            ? Shown.text(name) : "{{\(name)}}"
    }
}
