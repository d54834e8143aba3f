package import WatcherCore

/// Keeps secrets out of everything that is shown: errors, logs, reasons, the state file.
///
/// Secrets are compared by the bytes of what can be seen: invisible characters and escape sequences inside, before or
/// behind a secret hide it neither from the mask nor, once somebody has removed them, from a reader.
package struct Redactor: Sendable {
    /// Longest first, so that a secret within a longer one leaves no rest.
    private var secrets: [[UInt8]] = []
    /// Bytes. Shorter values are not masked: they protect nothing, and every text would be unreadable.
    private static let shortest = 4
    private static let replacement = Array("***".utf8)

    package init() {}

    package init(_ secrets: some Sequence<String>) {
        for secret in secrets { add(secret) }
    }

    package mutating func add(_ secret: String) {
        // A value of several lines shows up line by line.
        for part in [secret] + secret.split(whereSeparator: \.isNewline).map(String.init) {
            let bytes = VisibleText(part, escapes: .kept).bytes
            if bytes.count >= Self.shortest, !secrets.contains(bytes) { secrets.append(bytes) }
        }
        secrets.sort { $0.count != $1.count ? $0.count > $1.count : $0.lexicographicallyPrecedes($1) }
    }

    package func mask(_ text: String) -> String {
        // An escape sequence that never ends may hide a secret or be one: both readings are masked.
        let masked = mask(text, .kept)
        return masked.utf8.contains(VisibleText.escape) || masked.utf8.contains(0xC2) ? mask(masked, .removed) : masked
    }

    private func mask(_ text: String, _ escapes: VisibleText.Escapes) -> String {
        guard !secrets.isEmpty else { return text }
        let visible = VisibleText(text, escapes: escapes)
        var found: [Range<Int>] = []
        for secret in secrets {
            for place in visible.places(of: secret) where !found.contains(where: { $0.overlaps(place) }) {
                found.append(place)
            }
        }
        guard !found.isEmpty else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var end = 0
        for place in found.map(visible.source).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            result += bytes[end..<max(place.lowerBound, end)]
            result += Self.replacement
            end = max(place.upperBound, end)
        }
        return String(decoding: result + bytes[end...], as: UTF8.self)
    }

    /// The names of jobs may repeat anything. The address stays: a link that lacks a repository's name, because that
    /// is part of a secret address as well, would lead nowhere.
    package func mask(_ conclusion: Conclusion) -> Conclusion {
        var masked = conclusion
        masked.failedJobs = conclusion.failedJobs.map(mask)
        return masked
    }

    package func mask(_ result: ActionResult) -> ActionResult {
        var masked = result
        switch result.outcome {
        case .unknown(let reason): masked.outcome = .unknown(mask(reason))
        case .failed(let failure): masked.outcome = .failed(mask(failure))
        case .succeeded, .started, .underway, .absent: break
        }
        return masked
    }

    package func mask(_ outcome: SurveyOutcome) -> SurveyOutcome {
        switch outcome {
        case .answered: outcome
        case .tooLarge(let reason): .tooLarge(mask(reason))
        case .unsupported(let reason): .unsupported(mask(reason))
        case .failed(let failure): .failed(mask(failure))
        }
    }

    package func mask(_ failure: RequestFailure) -> RequestFailure {
        switch failure {
        case .transient(let reason): .transient(mask(reason))
        case .rateLimited(let seconds, let reason): .rateLimited(seconds: seconds, mask(reason))
        case .permanent(let reason, let hint): .permanent(mask(reason), hint: hint.map(mask))
        case .cancelled: .cancelled
        }
    }
}
