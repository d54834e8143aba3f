/// Own words for a message: a string with `{{name}}` in it, over the fields of the webhook's body. Read once with the
/// configuration; rendering cannot fail, and a field that does not apply to a message renders as nothing.
package struct MessageTemplate: Sendable, Hashable {
    package let parts: [Part]

    package enum Part: Sendable, Hashable {
        case text(String)
        case field(MessageField)
    }

    /// Reads a template. A name that no message has is an error: what always renders as nothing is found too late.
    package init(_ text: String) throws(Template.Problem) {
        parts = try Template.pieces(text).map { (piece: Template.Piece) throws(Template.Problem) -> Part in
            switch piece {
            case .text(let literal): return .text(literal)
            case .name(let name):
                guard let field = MessageField(name) else { throw .unknownName(name) }
                return .field(field)
            }
        }
    }

    /// The text for a message that reads `words`. `prose` shapes each value that somebody outside may have written;
    /// the template's own text is taken as it is.
    package func render(
        _ message: Message, _ words: Message.Text, prose: (String) -> String = { $0 }
    ) -> String {
        parts.reduce(into: "") { result, part in
            switch part {
            case .text(let literal): result += literal
            case .field(let field):
                let value = field.value(in: message, words)
                result += field.isProse ? prose(value) : value
            }
        }
    }
}

extension Message {
    /// The longest text of one's own, in UTF-16 units, and the most lines of it.
    package static let ownTextLimit = 4000
    package static let ownLinesLimit = 40

    /// The message in the notifier's own words where it has them. They stand in place of title and text; the link to
    /// open, the colour and the message's id stay what each service makes of them.
    package func wording(_ own: Config.CustomMessage?) -> Text {
        let usual = wording
        guard let own else { return usual }
        var text = usual
        if let template = own.title {
            let title = template.render(self, usual).cleanedLine(limit: Text.titleLimit)
            // No service takes a message without a title.
            if !title.isEmpty { text.title = title }
        }
        guard let template = own.text else { return text }
        var words = Text(severity: usual.severity, title: text.title, reference: usual.reference)
        words.lines = template.render(self, usual)
            .cleanedLines(limit: Self.ownTextLimit, lines: Self.ownLinesLimit)
            .split(separator: "\n").map(String.init)
        words.links = usual.links
        return words
    }
}
