/// What `doctor` has to know of a workflow's file: the inputs of `workflow_dispatch`, and `run-name`.
///
/// Reads the block style in which everybody writes these, by indentation; a file in another style shows no inputs.
package struct WorkflowText: Sendable, Equatable {
    package private(set) var inputs: Set<String> = []
    /// Those without a default that must be given.
    package private(set) var required: Set<String> = []
    package private(set) var runName: String?

    package init(_ text: String) {
        var path: [(indent: Int, key: String)] = []
        var defaults: Set<String> = []
        for line in text.split(whereSeparator: \.isNewline) {
            let indent = line.prefix { $0 == " " }.count
            let rest = line.dropFirst(indent)
            guard let first = rest.first, first != "#", let colon = rest.firstIndex(of: ":") else { continue }
            let key = rest[..<colon].filter { $0 != "\"" && $0 != "'" }
            let value = rest[rest.index(after: colon)...].drop { $0 == " " }
            while let last = path.last, last.indent >= indent { path.removeLast() }
            let keys = path.map(\.key)
            if keys.isEmpty, key == "run-name" { runName = String(value) }
            if keys == ["on", "workflow_dispatch", "inputs"] { inputs.insert(key) }
            if keys.count == 4, keys.prefix(3) == ["on", "workflow_dispatch", "inputs"] {
                if key == "required", value.hasPrefix("true") { required.insert(keys[3]) }
                if key == "default" { defaults.insert(keys[3]) }
            }
            path.append((indent, key))
        }
        required.subtract(defaults)
    }
}
