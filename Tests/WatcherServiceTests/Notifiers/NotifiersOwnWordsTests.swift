import Curl
import Foundation
import Testing
import WatcherCore
import WatcherService

@Suite("Own words in requests")
struct NotifiersOwnWordsTests {
    private static func body(_ notifier: NotifierClient, _ message: Message) throws -> String {
        switch notifier.request(for: message, at: NotifiersFixtures.time) {
        case .http(let http):
            let text = String(decoding: try #require(http.body), as: UTF8.self)
            return text.removingPercentEncoding ?? text
        case .mail(let mail):
            let read = ReadMail(mail.message ?? [])
            return "\(read.subject)\n\(read.text)\n\(read.html)"
        }
    }

    @Test(
        "reach every service, with the link and without the built-in words", arguments: NotifiersFixtures.services)
    func services(name: String) throws {
        let words = Config.CustomMessage(
            title: try MessageTemplate("Fresh: {{release.tag}}"), text: try MessageTemplate("it was {{previous}}"))
        let message = Message.example(of: .release, at: NotifiersFixtures.time)
        let body = try Self.body(NotifiersFixtures.client(name, message: words), message)
        #expect(body.contains("Fresh: 5.6.12") && body.contains("it was 5.6.11"))
        #expect(!body.contains("is out") && !body.contains("Before"))
        #expect(body.contains("releases/tag/5.6.12"))
    }

    @Test("hold hostile values of any length within each service's limits", arguments: NotifiersFixtures.services)
    func hostile(name: String) throws {
        let all = try MessageTemplate(MessageField.names.map { "{{\($0)}}" }.joined(separator: "\n"))
        let notifier = try NotifiersFixtures.client(
            name, message: Config.CustomMessage(title: all, text: all))
        for (label, message) in NotifiersFixtures.hostile where ["release hostile", "failed hostile"].contains(label) {
            let body = notifier.request(for: message, at: NotifiersFixtures.time).bytes
            #expect(body.count <= 60_000)
            // What the webhook's other fields hold is data.
            let json = name == "webhook" ? try JSONReader.read(body).value["text"]?.text().utf8.map { $0 } : body
            let isMail = name == "email"
            let text = isMail ? ReadMail(body).text : String(decoding: try #require(json), as: UTF8.self)
            let working = ["@everyone", "@channel", "<!channel>", "<@U123>", "@**all**"].filter { text.contains($0) }
            #expect(working.isEmpty, "\(label)")
        }
    }

    @Test("an own body is JSON whatever stands in the values, and keeps its numbers and names")
    func form() throws {
        let notifier = try NotifiersFixtures.client(
            "webhook",
            settings: NotifiersFixtures.webhook(
                """
                "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "body": {"summary": "{{title}}", "count": 1.50, "list": ["{{detail}} {{job.reason}}\\n{{text}}"],
                         "{{tag}}": "{{releases}}"}
                """))
        for (_, message) in NotifiersFixtures.hostile + NotifiersFixtures.plain {
            let request = try notifier.request(for: message, at: NotifiersFixtures.time).http
            let body = try #require(request.body)
            let json = try JSONReader.read(body).value
            guard case .object(let members) = json else {
                Issue.record("no object")
                return
            }
            #expect(members.map(\.name) == ["summary", "count", "list", "{{tag}}"])
            #expect(json["count"] == .number("1.50"))
            #expect(body.count <= 20_000)
            let isHarmless = !String(decoding: body, as: UTF8.self).contains("@everyone")
            #expect(isHarmless)
            #expect(request.headers.contains { $0.name == "webhook-signature" })
        }
    }

    @Test("an own body sees own words")
    func both() throws {
        let words = Config.CustomMessage(title: try MessageTemplate("T"), text: try MessageTemplate("B"))
        let message = Message.example(of: .test, at: NotifiersFixtures.time)
        let settings = NotifiersFixtures.webhook(#""body": "{{title}}|{{text}}""#)
        let notifier = try NotifiersFixtures.client("webhook", settings: settings, message: words)
        #expect(try Self.body(notifier, message) == #""T|T\nB""#)
    }

    @Test("a body that would be too long has its longest values cut, the newest first")
    func long() throws {
        let texts = Array(repeating: #""{{text}}""#, count: 20).joined(separator: ", ")
        let settings = NotifiersFixtures.webhook("\"body\": [\(texts)]")
        var message = Message.example(of: .failed, at: NotifiersFixtures.time)
        message.job?.reason = String(repeating: "word ", count: 1000)
        let notifier = try NotifiersFixtures.client("webhook", settings: settings)
        #expect(notifier.request(for: message, at: NotifiersFixtures.time).bytes.count <= 20_000)
    }

    @Test("what is kept outside of the file is masked by that alone")
    func kept() throws {
        let settings = """
            {"server": {"env": "A"}, "email": "bot@example.org", "token": "tokentoken", "stream": {"env": "B"},
             "topic": "releases"}
            """
        let notifier = try NotifiersFixtures.client("zulip", settings: settings) { secret in
            switch secret {
            case .literal(let text): text
            case .environment("A"): "https://hidden.example.org"
            default: "hush-hush"
            }
        }
        #expect(
            notifier.masked("https://hidden.example.org/api: no stream hush-hush for tokentoken, topic releases")
                == "***/api: no stream *** for ***, topic releases")
    }
}
