package import WatcherCore

/// Keeps secrets out of everything that is shown: errors, logs, reasons, the state file.
package struct Redactor: Sendable {
    /// Longest first, so that a secret inside a longer one leaves no rest.
    private var secrets: [String] = []
    /// Shorter ones would take words apart that mean nothing; a secret that short is none.
    private static let shortest = 4

    package init() {}

    package mutating func add(_ secret: String) {
        // A value that people write over several lines shows up line by line.
        for part in [secret] + secret.split(whereSeparator: \.isNewline).map(String.init)
        where part.utf8.count >= Self.shortest && !secrets.contains(part) {
            secrets.append(part)
        }
        secrets.sort { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    package func mask(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "***") }
    }

    /// The names of jobs may repeat anything. The address stays: a link that lacks a repository's name, because that
    /// stands in a secret address as well, would lead nowhere.
    package func mask(_ conclusion: Conclusion) -> Conclusion {
        var masked = conclusion
        masked.failedJobs = conclusion.failedJobs.map(mask)
        return masked
    }

    package func mask(_ trouble: RequestFailure) -> RequestFailure {
        switch trouble {
        case .transient(let reason): .transient(mask(reason))
        case .rateLimited(let seconds, let reason): .rateLimited(seconds: seconds, mask(reason))
        case .permanent(let reason, let hint): .permanent(mask(reason), hint: hint.map(mask))
        case .cancelled: .cancelled
        }
    }
}
