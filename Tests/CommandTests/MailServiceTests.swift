import TestSupport
import Testing

import enum WatcherCore.MessageType

@Suite("Mail") struct MailServiceTests {
    static let name = "email"
    private static let password = "mailPassword000099"
    private static let hidden = "hidden000099@b.example"

    private func withMail(
        to recipients: [WireJSON] = ["ada@b.example", ["env": "MAIL_TO"]],
        _ body: (World, MailSink) async throws -> Void
    ) async throws {
        let sink = MailSink()
        try await sink.start()
        let result: Result<Void, any Error>
        do {
            try await withWorld { world async throws in
                world.environ("MAIL_PASSWORD", Self.password)
                world.environ("MAIL_TO", Self.hidden)
                let settings: WireJSON = [
                    "server": .string(sink.url), "user": "me", "password": ["env": "MAIL_PASSWORD"],
                    "from": "watcher@b.example", "to": .array(recipients),
                ]
                world.set("notifiers", .object([Self.name: .object(["email": settings])]))
                try await body(world, sink)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await sink.stop()
        try result.get()
    }

    @Test("takes an example of each event, and says what the server answered")
    func notify() async throws {
        try await withMail { world, sink async throws in
            let output = try await world.run("notify", Self.name, "--event", "all")
            #expect(output.status == 0, "\(output.err)")
            #expect(sink.mails.count == MessageType.allCases.count)
            #expect(sink.mails.allSatisfy { $0.recipients == ["ada@b.example", Self.hidden] })
            #expect(output.out.contains("attention: email answered 250: 2.0.0 queued"))
            #expect(sink.commands.contains("AG1lAG1haWxQYXNzd29yZDAwMDA5OQ=="))
        }
    }

    @Test("is shown with every secret masked, and not sent")
    func printed() async throws {
        try await withMail { world, sink async throws in
            let output = try await world.run("notify", Self.name, "--event", "all", "--print")
            #expect(output.status == 0)
            #expect(!output.out.contains(Self.password) && !output.out.contains(Self.hidden))
            #expect(output.lines.count { $0.hasPrefix("MAIL \(sink.url)") } == MessageType.allCases.count)
            #expect(output.out.contains("RCPT ***") && output.out.contains("RCPT ada@b.example"))
            #expect(sink.commands.isEmpty)
        }
    }

    @Test("is refused with the server's words, and no secret in them")
    func refused() async throws {
        try await withMail { world, sink async throws in
            sink.script(".", ["554 5.7.1 no \(Self.hidden)"])
            let output = try await world.run("notify", Self.name)
            #expect(output.status == 1 && output.out.contains("email answered 554: 5.7.1 no ***"))
            #expect(output.err.contains("error: refused: answered 554: 5.7.1 no ***"))
        }
    }

    @Test("doctor connects and logs in, and sends nothing")
    func doctor() async throws {
        try await withMail { world, sink async throws in
            let output = try await world.run("doctor")
            #expect(output.out.contains("answers and takes the login; nothing was sent"), "\(output.out)")
            #expect(!sink.commands.contains { $0.hasPrefix("MAIL") })
        }
    }

    @Test("a greylisted recipient of three gets it with the next pass, the others once, and no address is in the state")
    func greylisted() async throws {
        let all: [WireJSON] = ["ada@b.example", ["env": "MAIL_TO"], "grace@b.example"]
        try await withMail(to: all) { world, sink async throws in
            world.keepOneUpstream()
            try await world.baseline()
            sink.script("RCPT TO:<\(Self.hidden)>", ["451 4.7.1 greylisted"])
            world.github.publish(World.elabftw, "5.6.13")
            _ = try await world.pass()
            #expect(sink.mails.first?.recipients == ["ada@b.example", "grace@b.example"])
            #expect(!"\(world.state)".contains(Self.hidden))
            try world.age("outbox.receivers.email.notBefore", by: 60)
            _ = try await world.pass()
            #expect(sink.mails.map(\.recipients) == [["ada@b.example", "grace@b.example"], [Self.hidden]])
            #expect(sink.mails.first?.lines == sink.mails.last?.lines)
        }
    }
}
