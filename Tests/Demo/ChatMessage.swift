import TestSupport

/// A message as people see it in the chat: Slack's blocks as lines of text.
struct ChatMessage {
    let lines: [String]

    /// Nil for a body that Slack would not show.
    init?(_ request: RecordedRequest) {
        guard let blocks = request.json?["blocks"]?.array, !blocks.isEmpty else { return nil }
        lines = blocks.flatMap(Self.lines)
    }

    private static func lines(_ block: WireJSON) -> [String] {
        let parts = [block["text"]] + (block["fields"]?.array ?? []) + (block["elements"]?.array ?? [])
        let texts = parts.compactMap { $0?["text"]?.string }.map(readable)
        // Fields stand beside each other, title over value.
        return block["fields"] == nil
            ? texts.flatMap { $0.split(separator: "\n").map(String.init) }
            : [texts.map { $0.replacing("\n", with: ": ") }.joined(separator: "   ")]
    }

    /// `<url|title>` becomes `title (url)`; Slack's three escapes are undone, its asterisks are not shown.
    private static func readable(_ markup: String) -> String {
        markup.replacing(#/<([^|>]+)\|([^>]+)>/#) { "\($0.output.2) (\($0.output.1))" }
            .replacing(#/\*([^*\n]+)\*/#) { "\($0.output.1)" }
            .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }
}
