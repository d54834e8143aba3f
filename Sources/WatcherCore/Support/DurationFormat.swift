/// How the program puts numbers into words.
package enum Words {
    /// `90s`, `15m`, `2h`, `1d`: the largest unit that leaves nothing over.
    package static func duration(_ seconds: Int64) -> String {
        switch seconds {
        case let s where s >= 86_400 && s % 86_400 == 0: "\(s / 86_400)d"
        case let s where s >= 3600 && s % 3600 == 0: "\(s / 3600)h"
        case let s where s >= 60 && s % 60 == 0: "\(s / 60)m"
        default: "\(seconds)s"
        }
    }

    /// For people, at most two units: `23 min`, `1 h 5 min`, `40 s`.
    package static func elapsed(_ seconds: Int64) -> String {
        switch max(seconds, 0) {
        case let s where s < 60: "\(s) s"
        case let s where s < 3600: s % 60 == 0 || s >= 600 ? "\(s / 60) min" : "\(s / 60) min \(s % 60) s"
        case let s where s < 86_400: s % 3600 < 60 ? "\(s / 3600) h" : "\(s / 3600) h \(s % 3600 / 60) min"
        case let s: s % 86_400 < 3600 ? "\(s / 86_400) d" : "\(s / 86_400) d \(s % 86_400 / 3600) h"
        }
    }

    /// `1 release`, `2 releases`: of a noun that only takes an s.
    package static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// `elabftw 5.6.12, s6-overlay v3.2.3.2`.
    package static func releases(_ releases: [String: ReleaseReference]) -> String {
        releases.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.tag)" }.joined(separator: ", ")
    }
}
