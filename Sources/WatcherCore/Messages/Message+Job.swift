extension Message {
    /// What a job has come to: `started`, `succeeded` or `failed`.
    var jobWording: Text {
        let notes = releases ?? []
        let what = job?.action.word ?? "a job"
        let verb = type == .started ? "has started" : type == .succeeded ? "has succeeded" : "has failed"
        let severity: Severity = type == .started ? .neutral : type == .succeeded ? .good : .bad
        var text = Text(severity: severity, title: "\(what) \(verb)\(cause(notes))", reference: id)
        text.quote = quoted([type == .failed ? job?.reason : nil, detail].compactMap { $0 }.joined(separator: "\n"))
        if notes.count > 1 { text.add(notes, naming: true) }
        text.facts = outcome
        text.links = [Link("Run", job?.url)].compactMap { $0 }
        if notes.count == 1 { text.links += [Link("Release notes", notes.first?.url)].compactMap { $0 } }
        if type == .failed, let job { text.hints.append(retrying(job)) }
        return text
    }

    /// A job waits until somebody says that it may begin.
    var approvalWording: Text {
        let notes = releases ?? []
        let title = "\(job?.action.word ?? "a job") waits for approval\(cause(notes))"
        var text = Text(severity: .warning, title: title, reference: id)
        text.quote = quoted(detail)
        if notes.count > 1 { text.add(notes, naming: true) }
        text.facts = outcome
        if notes.count == 1 { text.links = [Link("Release notes", notes.first?.url)].compactMap { $0 } }
        guard let job else { return text }
        text.hints = [
            Hint(purpose: "To start it", command: "watcher approve \(job.id.word)"),
            Hint(purpose: "To end it", command: "watcher reject \(job.id.word)"),
        ]
        return text
    }

    func retrying(_ job: JobSummary) -> Hint {
        Hint(purpose: "To try again", command: "watcher retry \(job.id.word)")
    }

    /// What somebody else wrote, cleaned; nil when nothing is left.
    func quoted(_ text: String?) -> String? {
        let clean = (text ?? "").cleanedLines(limit: Text.quoteLimit, lines: Text.quoteLines)
        return clean.isEmpty ? nil : clean
    }

    /// ` for elabftw 5.6.12 and s6-overlay v3.2.3.2`
    private func cause(_ notes: [ReleaseSummary]) -> String {
        let names = notes.newestFirst.prefix(2).map { "\($0.upstream.word) \($0.tag.word)" }
        switch notes.count {
        case 0: return upstream.map { " for \($0.word)" } ?? ""
        case 1, 2: return " for \(names.joined(separator: " and "))"
        default: return " for \(names[0]) and \(notes.count - 1) more"
        }
    }

    private var outcome: [Fact] {
        guard let job else { return [] }
        var facts: [Fact] = []
        if let seconds = job.seconds, seconds >= 0 { facts.append(Fact(name: "Took", value: Self.duration(seconds))) }
        let platforms = (job.platforms ?? []).prefix(Text.itemsLimit).map(\.platform.word)
        if !platforms.isEmpty { facts.append(Fact(name: "Platforms", value: platforms.joined(separator: ", "))) }
        if let previous, !previous.isEmpty { facts.append(Fact(name: "Previous", value: previous.word)) }
        // The first attempt is what everybody expects.
        if job.attempt > 1 { facts.append(Fact(name: "Attempt", value: String(job.attempt))) }
        facts.append(Fact(name: "Job", value: job.id.word))
        if let log = job.log, type == .failed { facts.append(Fact(name: "Log", value: log.word)) }
        return facts
    }

    /// The two largest units: `45 s`, `12 min 30 s`, `2 h 5 min`, `1 d 3 h`.
    package static func duration(_ seconds: Int64) -> String {
        let units: [(Int64, String)] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")]
        var rest = max(seconds, 0)
        guard let first = units.firstIndex(where: { rest >= $0.0 }) else { return "0 s" }
        var words: [String] = []
        for (size, name) in units[first...].prefix(2) {
            if rest / size > 0 { words.append("\(rest / size) \(name)") }
            rest %= size
        }
        return words.joined(separator: " ")
    }
}

extension Message.Text {
    /// Lists releases, the newest first, a line each; what is over the limit is counted.
    mutating func add(_ notes: [ReleaseSummary], naming: Bool) {
        for note in notes.newestFirst.prefix(Self.itemsLimit) {
            let name = naming ? "\(note.upstream.word) \(note.tag.word)" : note.tag.word
            let label = name + (note.kind.map { " (\($0))" } ?? "") + (note.title.map { ", “\($0)”" } ?? "")
            items.append(Message.Item(label: label, link: Message.Link("Release notes", note.url)))
        }
        unlisted += max(0, notes.count - Self.itemsLimit)
    }
}

extension [ReleaseSummary] {
    /// The highest of their upstreams, then the others by the time of their publication; equals stay in their order.
    package var newestFirst: [ReleaseSummary] {
        let ranked = enumerated().sorted { left, right in
            let (one, other) = (left.element, right.element)
            if one.highest != other.highest { return one.highest }
            let (time, otherTime) = (one.publishedAt?.seconds ?? .min, other.publishedAt?.seconds ?? .min)
            return time == otherTime ? left.offset < right.offset : time > otherTime
        }
        return ranked.map(\.element)
    }
}

extension ReleaseSummary {
    /// What sets it apart from an ordinary new release.
    var kind: String? {
        switch (prerelease, highest) {
        case (true, true): "prerelease"
        case (true, false): "prerelease of an older release line"
        case (false, false): "older release line"
        case (false, true): nil
        }
    }

    /// The title, where it says more than the tag.
    var title: String? {
        guard let clean = name?.cleanedLine(limit: 120), !clean.isEmpty else { return nil }
        let plain = clean.lowercased()
        let said = [tag, version, "v\(version)", "\(upstream) \(tag)", "\(upstream) \(version)", "release \(version)"]
        return said.contains { $0.lowercased() == plain } ? nil : clean
    }
}

extension Timestamp {
    /// `2026-08-03 10:00 UTC`
    var minute: String {
        let parts = description.split(separator: "T")
        return parts.count == 2 ? "\(parts[0]) \(parts[1].prefix(5)) UTC" : description
    }
}

extension String {
    /// A name, tag or path on one line.
    var word: String { cleanedLine(limit: Message.Text.wordLimit) }
}
