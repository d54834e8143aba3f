/// A form in which the status is written. A new one is a file with a type that conforms, and a line in one of the lists.
package protocol StatusFormat: Sendable {
    /// What selects it: `--format` of `watcher status`, and the key in `outputs`.
    static var key: String { get }
    /// What it is, in a sentence for the description of that key.
    static var summary: String { get }

    /// The whole document, with a line break at its end.
    static func render(_ snapshot: StatusSnapshot) -> String
}

/// Those that can be kept in a file: the keys of `outputs` in the configuration.
package let outputFormats: [any StatusFormat.Type] = [PrometheusText.self, AtomFeed.self, HTMLStatus.self]

package let statusFormats: [any StatusFormat.Type] = [TextStatus.self, JSONStatus.self] + outputFormats

extension StatusSnapshot {
    /// The document in the format with that key; nil where there is none.
    package func rendered(as key: String, among formats: [any StatusFormat.Type] = statusFormats) -> String? {
        formats.first { $0.key == key }?.render(self)
    }
}
