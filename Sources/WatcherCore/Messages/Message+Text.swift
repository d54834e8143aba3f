extension Message {
    /// A message as people read it, in parts, so that each service can lay it out in its own best form.
    ///
    /// All of it is clean (`cleanedLine`), yet none of it is escaped: every part may hold what a service reads as
    /// formatting or as a mention.
    package struct Text: Sendable, Hashable {
        package var severity: Severity
        /// One line that says it all, at most `titleLimit` UTF-16 units.
        package var title: String
        /// Sentences, a line each.
        package var lines: [String] = []
        /// What somebody else wrote: an error, a reason. Lines; to be set apart from our own words.
        package var quote: String?
        /// The releases, where there are several.
        package var items: [Item] = []
        /// Releases that are not in `items`.
        package var unlisted = 0
        package var facts: [Fact] = []
        /// The first is the one to open.
        package var links: [Link] = []
        package var hints: [Hint] = []
        /// The message's id: visible and short, for receivers that cannot tell a repetition by themselves.
        package var reference: String

        package static let titleLimit = 150
        package static let quoteLimit = 1000
        package static let quoteLines = 15
        package static let itemsLimit = 20
        package static let wordLimit = 200

        package init(severity: Severity, title: String, reference: String) {
            self.severity = severity
            self.title = title.cleanedLine(limit: Self.titleLimit)
            self.reference = reference
        }
    }

    /// How a message feels: what colours and priorities are made of.
    package enum Severity: Sendable, Hashable, CaseIterable { case news, good, neutral, warning, bad }

    package struct Item: Sendable, Hashable {
        package var label: String
        package var link: Link?
    }

    package struct Fact: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    /// What to do next: a few words of ours, and a command to type.
    package struct Hint: Sendable, Hashable {
        package var purpose: String
        package var command: String
    }
}

extension Message.Text {
    /// The items, and how many more there are.
    package var listed: [Message.Item] {
        unlisted > 0 ? items + [Message.Item(label: "and \(unlisted) more", link: nil)] : items
    }

    /// The whole as plain text: lines, the title first.
    package var plain: String {
        var all = [title]
        all += lines
        if let quote { all += quote.split(separator: "\n").map { "> \($0)" } }
        all += listed.map { item in item.link.map { "- \(item.label): \($0.url)" } ?? "- \(item.label)" }
        all += facts.map { "\($0.name): \($0.value)" }
        all += links.map { "\($0.title): \($0.url)" }
        all += hints.map { "\($0.purpose): \($0.command)" }
        return all.joined(separator: "\n")
    }

    /// As much of the message as a receiver takes: the last items go first (and are counted), then the end of the
    /// quote (and it says so), then lines and facts. Title, links and hints stay.
    ///
    /// `fits` must hold for the title with links and hints; it is asked at most some forty times.
    package func fitted(_ fits: (Message.Text) -> Bool) -> Message.Text {
        var text = self
        while !fits(text) {
            if !text.items.isEmpty {
                text.items.removeLast()
                text.unlisted += 1
            } else if let quote = text.quote {
                let half = quote.utf16.count / 2
                text.quote = half > cutMark.utf16.count * 2 ? quote.cut(to: half) { $0.utf16.count } : nil
            } else if !text.facts.isEmpty {
                text.facts.removeLast()
            } else if let line = text.lines.popLast() {
                let half = line.utf16.count / 2
                if half > Self.wordLimit { text.lines.append(line.cut(to: half) { $0.utf16.count }) }
            } else {
                break
            }
        }
        return text
    }
}
