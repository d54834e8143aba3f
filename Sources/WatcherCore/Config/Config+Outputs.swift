extension Config {
    /// Reads a path for each format that can be written to a file. No two files may be the same.
    mutating func readOutputs(_ value: ConfigValue?) {
        guard let value else { return }
        let paths = value.object("outputs") { object in
            outputFormats.compactMap { format in object.text(format.key, .path, format.summary).map { (format.key, $0) }
            }
        }
        var owners = stateFile.map { [$0: "the state file"] } ?? [:]
        for (key, path) in paths ?? [] {
            if let owner = owners.updateValue("\"\(key)\"", forKey: path) {
                value.report(.conflict, found: "\"\(key)\" with the path of \(owner)", expected: "a path of its own")
            }
            outputs[key] = path
        }
    }
}
