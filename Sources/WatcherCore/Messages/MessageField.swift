/// A value of a message that a template can name: the fields of the webhook's body by their paths, `title`, and
/// `release`, the newest of `releases`.
package enum MessageField: Sendable, Hashable {
    case whole(Whole)
    case job(OfJob)
    case newest(OfRelease)
    /// In the order of the body.
    case release(Int, OfRelease)

    package enum Whole: String, Sendable, Hashable, CaseIterable {
        case id, type, time, upstream, repository, previous, releases, missing, detail, title, text
    }

    package enum OfJob: String, Sendable, Hashable, CaseIterable {
        case id, action, status, attempt, url, reason, platforms, seconds
    }

    package enum OfRelease: String, Sendable, Hashable, CaseIterable {
        case upstream, tag, version, name, url, publishedAt, prerelease, highest
    }

    /// `releases.0` to `releases.19`: what is beyond is not in any message.
    package static let releaseLimit = Message.Text.itemsLimit

    /// Reads `upstream`, `job.url`, `release.tag`, `releases.0.tag`; nil for what no message has.
    package init?(_ name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        switch (parts.first, parts.count) {
        case (_, 1):
            guard let field = Whole(rawValue: name) else { return nil }
            self = .whole(field)
        case ("job", 2):
            guard let field = OfJob(rawValue: parts[1]) else { return nil }
            self = .job(field)
        case ("release", 2):
            guard let field = OfRelease(rawValue: parts[1]) else { return nil }
            self = .newest(field)
        case ("releases", 3):
            guard let index = Int(parts[1]), String(index) == parts[1], (0..<Self.releaseLimit).contains(index),
                let field = OfRelease(rawValue: parts[2])
            else { return nil }
            self = .release(index, field)
        default: return nil
        }
    }

    /// All names that there are; of `releases` only the first.
    package static let names =
        Whole.allCases.map(\.rawValue) + OfJob.allCases.map { "job.\($0.rawValue)" }
        + OfRelease.allCases.map { "release.\($0.rawValue)" } + OfRelease.allCases.map { "releases.0.\($0.rawValue)" }

    /// Whether somebody outside may have written it: not a tag, a time, an address or a word of ours.
    var isProse: Bool {
        switch self {
        case .whole(.repository), .whole(.missing), .whole(.detail), .whole(.title), .whole(.text), .job(.reason),
            .job(.platforms), .newest(.name), .release(_, .name):
            true
        default: false
        }
    }

    /// Cleaned; nothing where it does not apply. `title` and `text` are those of `words`.
    func value(in message: Message, _ words: Message.Text) -> String {
        switch self {
        case .whole(let field): Self.value(field, message, words)
        case .job(let field): message.job.map { Self.value(field, $0) } ?? ""
        case .newest(let field): message.releases?.newestFirst.first.map { Self.value(field, $0) } ?? ""
        case .release(let index, let field):
            message.releases.map { index < $0.count ? Self.value(field, $0[index]) : "" } ?? ""
        }
    }

    private static func value(_ field: Whole, _ message: Message, _ words: Message.Text) -> String {
        switch field {
        case .id: message.id
        case .type: message.type.rawValue
        case .time: message.time.description
        case .upstream: (message.upstream ?? "").word
        case .repository: (message.repository ?? "").word
        case .previous: (message.previous ?? "").word
        case .releases: list(message.releases?.newestFirst.map(\.tag))
        case .missing: list(message.missing)
        case .detail: message.quoted(message.detail) ?? ""
        case .title: words.title
        case .text: words.plain
        }
    }

    private static func value(_ field: OfJob, _ job: JobSummary) -> String {
        switch field {
        case .id: job.id.word
        case .action: job.action.word
        case .status: job.status.word
        case .attempt: String(job.attempt)
        case .url: url(job.url)
        case .reason: (job.reason ?? "").cleanedLines(limit: Message.Text.quoteLimit, lines: Message.Text.quoteLines)
        case .platforms: list(job.platforms?.map(\.platform))
        case .seconds: job.seconds.map { String($0) } ?? ""
        }
    }

    private static func value(_ field: OfRelease, _ release: ReleaseSummary) -> String {
        switch field {
        case .upstream: release.upstream.word
        case .tag: release.tag.word
        case .version: release.version.word
        case .name: (release.name ?? "").word
        case .url: url(release.url)
        case .publishedAt: release.publishedAt?.description ?? ""
        case .prerelease: String(release.prerelease)
        case .highest: String(release.highest)
        }
    }

    /// With a comma and a space between; what is over the limit is counted.
    private static func list(_ words: [String]?) -> String {
        guard let words else { return "" }
        let shown = words.prefix(Message.Text.itemsLimit).map(\.word).joined(separator: ", ")
        let rest = words.count - Message.Text.itemsLimit
        return rest > 0 ? "\(shown) and \(rest) more" : shown
    }

    /// Only what can be shown as a link anywhere.
    private static func url(_ text: String?) -> String { Message.Link("", text)?.url ?? "" }
}
