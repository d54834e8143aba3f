/// Finds the name that was meant.
package enum Suggestion {
    /// The nearest of the known names by edits (insert, delete, replace, swap two neighbours), the first of the
    /// alphabet among equals: at most one edit for each three characters, and at most three. Where none is near, the
    /// only one that begins like the name or as whose beginning it stands; else nil.
    package static func nearest(to name: String, among known: some Sequence<String>) -> String? {
        let word = folded(name)
        guard (2...lengthLimit).contains(word.count) else { return nil }
        var best: (distance: Int, name: String)?
        let near = max(1, min(3, word.count / 3))
        for candidate in known where candidate != name {
            let other = folded(candidate)
            guard !other.isEmpty, other.count <= lengthLimit, abs(other.count - word.count) <= near else { continue }
            let distance = distance(word, other)
            guard distance <= near else { continue }
            if let best, (best.distance, best.name) < (distance, candidate) { continue }
            best = (distance, candidate)
        }
        return best?.name ?? onlyPrefix(of: word, among: known)
    }

    /// The one known name that continues the word or that the word continues: `environment` is `env`.
    private static func onlyPrefix(of word: [UInt8], among known: some Sequence<String>) -> String? {
        var found: String?
        for candidate in known {
            let other = folded(candidate)
            guard min(other.count, word.count) >= shortestPrefix, other.count != word.count,
                other.starts(with: word) || word.starts(with: other)
            else { continue }
            guard found == nil else { return nil }
            found = candidate
        }
        return found
    }

    private static let shortestPrefix = 3

    private static let lengthLimit = 100

    /// Letters without case: `apiUrl` is `apiURL`.
    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Optimal string alignment, three rows.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var previous = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var row = [i + 1]
            row.reserveCapacity(right.count + 1)
            for (j, b) in right.enumerated() {
                var cost = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a == b ? 0 : 1))
                if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { cost = min(cost, before[j - 1] + 1) }
                row.append(cost)
            }
            (before, previous) = (previous, row)
        }
        return previous[right.count]
    }
}
