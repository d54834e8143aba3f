/// What of buildx's plain progress a person wants to see: `#12 [linux/arm64 base 3/5] RUN …`.
package enum BuildProgress {
    /// The step that a line begins; nil for output, and for steps that are docker's own.
    package static func step(_ line: String) -> String? {
        guard line.hasPrefix("#"), let open = line.firstIndex(of: "["), let close = line[open...].firstIndex(of: "]"),
            line[..<open].dropFirst().allSatisfy({ $0.isNumber || $0 == " " })
        else { return line.hasPrefix("ended ") ? line : nil }
        let inside = line[line.index(after: open)..<close]
        return inside.contains("/") && !inside.hasPrefix("internal") ? String(line[open...]) : nil
    }
}
