extension Message {
    /// The message in words. A pure function: the same for every attempt and every receiver.
    package var wording: Text {
        switch type {
        case .release: releaseWording
        case .stalled: stalledWording
        case .approval: approvalWording
        case .started, .succeeded, .failed: jobWording
        case .upstreamFailing: failingWording
        case .upstreamRecovered: recoveredWording
        case .attention: attentionWording
        case .test: testWording
        }
    }

    /// The message as a person would read it, in plain text.
    package var text: String { wording.plain }

    private var releaseWording: Text {
        let notes = releases ?? []
        guard notes.count != 1, let first = notes.first else {
            let note = notes.first
            let kind = note?.kind.map { " (\($0))" } ?? ""
            var text = Text(severity: .news, title: "\(subject) is out\(kind)", reference: id)
            if let name = note?.title { text.lines.append("“\(name)”") }
            text.quote = quoted(detail)
            text.facts = before + published(note)
            text.links = Link("Release notes", note?.url).map { [$0] } ?? []
            return text
        }
        let highest = notes.newestFirst.first ?? first
        let title = "\(owner ?? highest.upstream): \(notes.count) new releases, the newest is \(highest.tag)"
        var text = Text(severity: .news, title: title, reference: id)
        text.quote = quoted(detail)
        text.add(notes, naming: Set(notes.map(\.upstream)).count > 1)
        text.facts = before
        return text
    }

    private var stalledWording: Text {
        var text = Text(severity: .warning, title: "\(subject) is published, but not complete", reference: id)
        text.lines.append("Files that it needs are still missing. Nothing starts for it until they are there.")
        text.quote = quoted(detail)
        let globs = (missing ?? []).prefix(Text.itemsLimit).map { $0.word }
        if !globs.isEmpty { text.facts.append(Fact(name: "Missing", value: globs.joined(separator: ", "))) }
        text.facts += published(releases?.first)
        text.links = Link("Release", releases?.first?.url).map { [$0] } ?? []
        return text
    }

    private var failingWording: Text {
        var text = Text(severity: .bad, title: "\(owner ?? "an upstream") cannot be checked", reference: id)
        text.lines.append("Several checks in a row have failed. They go on, and you will hear when one succeeds.")
        text.quote = quoted(detail)
        text.facts = watched
        if let upstream {
            text.hints.append(Hint(purpose: "To look closer", command: "watcher explain \(upstream.word)"))
        }
        return text
    }

    private var recoveredWording: Text {
        var text = Text(severity: .good, title: "\(owner ?? "an upstream") can be checked again", reference: id)
        text.lines.append("Nothing was missed: what was published meanwhile is reported now.")
        text.quote = quoted(detail)
        text.facts = watched
        return text
    }

    private var attentionWording: Text {
        var (hints, rest) = knownHints
        let first = rest.isEmpty ? "something needs a look" : rest.removeFirst()
        let about = owner.map { "\($0): " } ?? ""
        var text = Text(severity: .warning, title: "Attention: \(about)\(first)", reference: id)
        // What the title could not hold is not lost.
        if text.title.hasSuffix(cutMark) { rest.insert(first, at: 0) }
        text.quote = quoted(rest.joined(separator: "\n"))
        text.facts = watched
        text.links = Link("Release", releases?.first?.url).map { [$0] } ?? []
        if let job, hints.isEmpty, job.status == "failed" { hints.append(retrying(job)) }
        text.hints = hints
        return text
    }

    private var testWording: Text {
        var text = Text(severity: .neutral, title: "Test message from watcher", reference: id)
        text.lines.append("If you can read this, messages arrive here.")
        text.quote = quoted(detail)
        return text
    }
}

extension Message {
    /// `hint: COMMAND` on a line of its own is our own next step, not part of what happened; taken only when it is
    /// one of these commands, because the rest of a detail may come from outside.
    private var knownHints: (hints: [Hint], rest: [String]) {
        let lines = (detail ?? "").cleanedLines(limit: Text.quoteLimit, lines: Text.quoteLines)
        var known = ["watcher doctor": "To look closer", "watcher validate": "To look closer"]
        if let upstream { known["watcher accept \(upstream)"] = "If that is correct" }
        var hints: [Hint] = []
        var rest: [String] = []
        for line in lines.split(separator: "\n").map(String.init) {
            if line.hasPrefix("hint: "), let purpose = known[String(line.dropFirst(6))] {
                hints.append(Hint(purpose: purpose, command: String(line.dropFirst(6))))
            } else {
                rest.append(line)
            }
        }
        return (hints, rest)
    }

    private var watched: [Fact] {
        repository.map { [Fact(name: "Repository", value: $0.word)] } ?? []
    }

    /// The highest release before; for an older line that is still the highest.
    private var before: [Fact] {
        guard let previous, !previous.isEmpty else { return [] }
        let isOvertaken = releases?.contains { $0.highest } ?? true
        return [Fact(name: isOvertaken ? "Previous" : "Highest is still", value: previous.word)]
    }

    private func published(_ note: ReleaseSummary?) -> [Fact] {
        note?.publishedAt.map { [Fact(name: "Published", value: $0.minute)] } ?? []
    }

    /// The upstream's name, or failing that the repository's.
    private var owner: String? { (upstream ?? repository)?.word }

    private var subject: String {
        guard let note = releases?.first else { return owner ?? "a release" }
        return "\((upstream ?? note.upstream).word) \(note.tag.word)"
    }
}
