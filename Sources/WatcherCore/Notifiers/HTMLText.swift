extension Message.Text {
    /// The message as a piece of HTML, of elements that every reader of mail and every Matrix client shows. All text is
    /// escaped.
    var html: String {
        let html = Escaping.html
        var parts = ["<strong>\(html(title))</strong>"]
        parts += lines.map { html($0) }
        var result = parts.joined(separator: "<br>")
        if let quote { result += "<pre><code>\(html(quote))\n</code></pre>" }
        if !listed.isEmpty {
            let items = listed.map { item in
                let label = html(item.label)
                return "<li>" + (item.link.map { "<a href=\"\(html($0.url))\">\(label)</a>" } ?? label) + "</li>"
            }
            result += "<ul>\(items.joined())</ul>"
        }
        var last = facts.map { "\(html($0.name)): \(html($0.value))" }
        last.append(links.map { "<a href=\"\(html($0.url))\">\(html($0.title))</a>" }.joined(separator: " · "))
        last += hints.map { "\(html($0.purpose)): <code>\(html($0.command))</code>" }
        last = last.filter { !$0.isEmpty }
        let follows = quote != nil || !listed.isEmpty || last.isEmpty
        return result + (follows ? "" : "<br>") + last.joined(separator: "<br>")
    }
}
