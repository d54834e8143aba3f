import Testing
import WatcherCore

@Suite("Own words for messages")
struct MessageTemplateTests {
    private let time = Timestamp(seconds: 1_785_751_200)

    private func rendered(_ template: String, _ message: Message) throws -> String {
        try MessageTemplate(template).render(message, message.wording)
    }

    @Test(
        "each field is the one of the webhook's body",
        arguments: [
            ("{{id}}", "m-example00000"), ("{{type}}", "succeeded"), ("{{time}}", "2026-08-03T10:00:00Z"),
            ("{{upstream}}", "elabftw"), ("{{repository}}", "elabftw/elabftw"), ("{{previous}}", "5.6.11"),
            ("{{releases}}", "5.6.12"), ("{{missing}}", ""), ("{{detail}}", ""),
            ("{{title}}", "build-image has succeeded for elabftw 5.6.12"), ("{{job.id}}", "w-example00000"),
            ("{{job.action}}", "build-image"), ("{{job.status}}", "succeeded"), ("{{job.attempt}}", "1"),
            ("{{job.url}}", "https://github.com/OWNER/elab-arm-docker/actions/runs/1"), ("{{job.reason}}", ""),
            ("{{job.platforms}}", "linux/amd64, linux/arm64, linux/arm/v7"), ("{{job.seconds}}", "1510"),
            ("{{release.tag}}", "5.6.12"), ("{{release.upstream}}", "elabftw"),
            ("{{releases.0.version}}", "5.6.12"), ("{{releases.0.publishedAt}}", "2026-08-03T09:30:00Z"),
            ("{{releases.0.url}}", "https://github.com/elabftw/elabftw/releases/tag/5.6.12"),
            ("{{releases.0.prerelease}}", "false"), ("{{releases.0.highest}}", "true"), ("{{releases.1.tag}}", ""),
            ("{{ upstream }}: {{release.tag}}!", "elabftw: 5.6.12!"), ("no field", "no field"), ("}}", "}}"),
        ])
    func fields(template: String, expected: String) throws {
        #expect(try rendered(template, .example(of: .succeeded, at: time)) == expected)
    }

    @Test("every name that is listed is one, and every message renders every name", arguments: MessageType.allCases)
    func names(type: MessageType) throws {
        for name in MessageField.names { _ = try rendered("{{\(name)}}", .example(of: type, at: time)) }
        #expect(Set(MessageField.names).count == MessageField.names.count)
    }

    @Test(
        "a name that no message has is an error",
        arguments: [
            "upstrem", "", "job", "job.", "job.x", "release", "releases.20.tag", "releases.00.tag", "releases.-1.tag",
            "releases.+1.tag", "releases.0", "releases.99999999999999999999.tag", "release.tag.x", "Upstream",
        ])
    func unknown(name: String) {
        #expect(throws: Template.Problem.unknownName(name)) { try MessageTemplate("{{\(name)}}") }
    }

    @Test("braces that are not closed are an error")
    func unclosed() {
        #expect(throws: Template.Problem.unclosed("{{title")) { try MessageTemplate("a {{title") }
    }

    @Test("a value that looks like a template is not read again")
    func once() throws {
        var message = Message.example(of: .upstreamFailing, at: time)
        message.detail = "{{upstream}} {{job.id}}"
        #expect(try rendered("{{detail}}", message) == "{{upstream}} {{job.id}}")
    }

    @Test("own words stand in place of title and text; link, colour and id stay")
    func words() throws {
        let message = Message.example(of: .release, at: time)
        let own = Config.CustomMessage(
            title: try MessageTemplate("new: {{release.tag}}"), text: try MessageTemplate("was {{previous}}\n\nlook"))
        let text = message.wording(own)
        #expect(text.title == "new: 5.6.12")
        #expect(text.lines == ["was 5.6.11", "look"])
        #expect(text.facts.isEmpty && text.quote == nil && text.items.isEmpty && text.hints.isEmpty)
        #expect(text.links == message.wording.links && !text.links.isEmpty)
        #expect((text.severity, text.reference) == (message.wording.severity, message.id))
        #expect(message.wording(nil) == message.wording)
    }

    @Test("a title alone leaves the text, and a title that comes to nothing leaves the title")
    func parts() throws {
        let message = Message.example(of: .release, at: time)
        var expected = message.wording
        expected.title = "x"
        #expect(message.wording(Config.CustomMessage(title: try MessageTemplate("x"))) == expected)
        #expect(message.wording(Config.CustomMessage(title: try MessageTemplate(" {{job.id}} "))) == message.wording)
        let empty = message.wording(Config.CustomMessage(text: try MessageTemplate("{{job.id}}")))
        #expect(empty.title == message.wording.title && empty.lines.isEmpty)
    }

    @Test("what stands in values is cleaned and cut as everywhere")
    func cleaned() throws {
        var message = Message.example(of: .failed, at: time)
        message.job?.reason = "\u{202E}a\u{1B}[31m" + String(repeating: "x", count: 5000)
        let own = Config.CustomMessage(
            title: try MessageTemplate("{{job.reason}}"),
            text: try MessageTemplate(String(repeating: "{{job.reason}}", count: 10)))
        let text = message.wording(own)
        #expect(text.title.utf16.count <= Message.Text.titleLimit && text.title.hasSuffix(cutMark))
        #expect(text.lines.joined(separator: "\n").utf16.count <= Message.ownTextLimit)
        #expect(!text.plain.unicodeScalars.contains("\u{202E}") && !text.plain.unicodeScalars.contains("\u{1B}"))
    }

    @Test("a long line of one's own is cut to what fits, and says so")
    func fitted() throws {
        let message = Message.example(of: .release, at: time)
        let own = Config.CustomMessage(text: try MessageTemplate(String(repeating: "word ", count: 700)))
        let text = message.wording(own).fitted { $0.plain.utf16.count <= 2000 }
        #expect(text.plain.utf16.count <= 2000)
        #expect(text.lines.count == 1 && text.lines[0].utf16.count > 500 && text.lines[0].hasSuffix(cutMark))
    }
}
