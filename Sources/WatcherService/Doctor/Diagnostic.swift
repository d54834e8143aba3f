package import WatcherCore

/// One line of what `doctor` has to say.
package struct Diagnostic: Sendable, Equatable {
    package enum Verdict: String, Sendable { case ok, warning, failed }

    package var verdict: Verdict
    /// What was checked: `state`, `github`, `upstream elabftw`, …
    package var subject: String
    package var text: String
    package var hint: String?

    static func ok(_ subject: String, _ text: String) -> Diagnostic {
        Diagnostic(verdict: .ok, subject: subject, text: text)
    }

    static func warning(_ subject: String, _ text: String, hint: String? = nil) -> Diagnostic {
        Diagnostic(verdict: .warning, subject: subject, text: text, hint: hint)
    }

    static func failed(_ subject: String, _ text: String, hint: String? = nil) -> Diagnostic {
        Diagnostic(verdict: .failed, subject: subject, text: text, hint: hint)
    }

    static func failed(_ subject: String, _ failure: RequestFailure) -> Diagnostic {
        failed(subject, failure.reason, hint: failure.hint)
    }

    package var json: JSONValue {
        .compact([
            ("verdict", .string(verdict.rawValue)), ("subject", .string(subject)), ("text", .string(text)),
            ("hint", hint.map { .string($0) }),
        ])
    }
}
