import Curl
import Foundation
import Testing
import WatcherService

@testable import WatcherCore

@Suite("A mail")
struct EmailTests {
    private func mail(_ message: Message, settings: String? = nil) throws -> MailRequest {
        let client =
            if let settings { try NotifiersFixtures.client("email", settings: settings) } else {
                try NotifiersFixtures.client("email")
            }
        return try client.request(for: message, at: NotifiersFixtures.time).mail
    }

    private func header(_ mail: MailRequest, _ name: String) -> [String] {
        ReadMail(mail.message ?? []).headers.filter { $0.name == name }.map(\.value)
    }

    @Test("all messages of a job refer to one id, and each has its own")
    func thread() throws {
        let types: [MessageType] = [.started, .succeeded, .failed]
        let mails = try types.enumerated().map { index, type in
            try mail(.example(of: type, id: "m-\(index)", at: NotifiersFixtures.time))
        }
        for (index, mail) in mails.enumerated() {
            #expect(header(mail, "Message-ID") == ["<m-\(index)@example.org>"])
            #expect(header(mail, "References") == ["<w-example00000@example.org>"])
            #expect(header(mail, "In-Reply-To") == header(mail, "References"))
        }
        let release = try mail(.example(of: .release, at: NotifiersFixtures.time))
        #expect(header(release, "References").isEmpty && header(release, "In-Reply-To").isEmpty)
        #expect(header(release, "Date") == ["Mon, 03 Aug 2026 10:00:00 +0000"])
    }

    @Test("no text becomes a header, and no line is long or anything but ASCII", arguments: 0..<20 as Range<UInt64>)
    func injection(seed: UInt64) throws {
        var random = NotifiersPropertyTests.Seeded(state: seed)
        var message = NotifiersPropertyTests.message(&random)
        message.upstream = "a\r\nBcc: x@evil.example\r\n\r\nbody\u{85}\u{2028}" + NotifiersPropertyTests.text(&random)
        message.releases?[0].tag = "1\r\nX-Evil: 1"
        let mail = try mail(message)
        let bytes = try #require(mail.message)
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
        let names = ReadMail(bytes).headers.map(\.name).filter { $0 != "In-Reply-To" && $0 != "References" }
        #expect(
            names == [
                "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
            ])
    }

    @Test(
        "a subject is read as it was written, whatever it is",
        arguments: [
            "plain", "", "=?UTF-8?B?eA==?=", "käse 🧀", String(repeating: "word ", count: 29) + "end",
            String(repeating: "x", count: 150), String(repeating: "👩🏽‍🚀", count: 20), "ends with é", "é",
        ])
    func subjects(title: String) throws {
        let field = EncodedWords.header("Subject", title)
        #expect(field.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 76 })
        #expect(ReadMail(Array("\(field)\r\n\r\n".utf8)).subject == title)
    }

    @Test(
        "quoted-printable keeps every text, in lines of at most 76 characters",
        arguments: [
            "", "a", "=", "trailing \nblank\t", "\n\n", "🧀\n.\n..\nFrom x", String(repeating: "é", count: 100),
            String(repeating: "a b ", count: 100),
        ])
    func quotedPrintable(text: String) {
        let encoded = QuotedPrintable.encode(text)
        let lines = encoded.components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 76 && !$0.hasSuffix(" ") && !$0.hasSuffix("\t") })
        let mail =
            "Content-Type: x; boundary=\"=_b\"\r\n\r\n--=_b\r\nContent-Type: text/plain;\r\n\r\n|\(encoded)|\r\n--=_b--"
        #expect(ReadMail(Array(mail.utf8)).text == "|\(text)|")
    }

    @Test("TLS is required beyond loopback, whatever a secret holds")
    func encryption() throws {
        func requires(_ server: String) throws -> Bool {
            let settings = #"{"server": {"env": "S"}, "from": "a@b.example", "to": ["c@d.example"]}"#
            let client = try NotifiersFixtures.client("email", settings: settings) { secret in
                if case .literal(let text) = secret { text } else { server }
            }
            let message = Message.example(of: .test, at: NotifiersFixtures.time)
            return try client.request(for: message, at: NotifiersFixtures.time).mail.requiresTLS
        }
        for server in ["smtp://mail.example", "smtp://192.0.2.1:25", "smtp://127.0.0.1.example", "nonsense", "smtp://"]
        {
            #expect(try requires(server), "\(server)")
        }
        for server in ["smtp://localhost", "smtp://127.0.0.1:2525", "smtp://[::1]:25"] {
            #expect(try !requires(server), "\(server)")
        }
    }

    @Test("who was refused for a time alone gets the message again")
    func remaining() throws {
        let replies = MailReplies(
            isAccepted: true, last: .init(code: 250, text: "ok"),
            recipients: [
                ("ada@example.org", .init(code: 250, text: "ok")),
                ("grace@example.org", .init(code: 451, text: "later")),
            ])
        guard case .retry(nil, let reason, let remaining?) = replies.outcome else {
            Issue.record("\(replies.outcome)")
            return
        }
        #expect(reason == "delivered to 1 of 2; grace@example.org answered 451: later")
        #expect(!remaining.joined().contains("grace"))
        var message = Message.example(of: .test, at: NotifiersFixtures.time)
        message.remaining = remaining
        let second = try mail(message)
        #expect(second.recipients == ["grace@example.org"])
        #expect(header(second, "To") == ["ada@example.org, grace@example.org"])
    }

    @Test("a reply's code decides, and that of a recipient for the recipient alone")
    func outcomes() {
        typealias Reply = MailReplies.Reply
        func outcome(_ isAccepted: Bool, _ last: Int, _ codes: [Int] = []) -> DeliveryOutcome {
            let recipients = codes.map { ("a\($0)@b.example", Reply(code: $0, text: "")) }
            return MailReplies(isAccepted: isAccepted, last: Reply(code: last, text: "x"), recipients: recipients)
                .outcome
        }
        #expect(outcome(true, 250, [250, 251]) == .delivered)
        #expect(outcome(false, 554) == .refused(reason: "answered 554: x"))
        #expect(outcome(false, 421) == .retry(after: nil, reason: "answered 421: x"))
        #expect(outcome(false, 452, [250, 250]) == .retry(after: nil, reason: "answered 452: x"))
        #expect(outcome(false, 552, [250, 450]) == .refused(reason: "answered 552: x"))
        #expect(
            outcome(false, 550, [550, 551])
                == .refused(reason: "a550@b.example answered 550; a551@b.example answered 551"))
        #expect(
            outcome(false, 550, [450, 550])
                == .retry(after: nil, reason: "a450@b.example answered 450; a550@b.example answered 550"))
        #expect(outcome(true, 250, [250, 550]) == .refused(reason: "delivered to 1 of 2; a550@b.example answered 550"))
    }
}
