import Curl
import TestSupport
import Testing

@Suite("A mail by SMTP", .timeLimit(.minutes(2)))
struct MailTests {
    private static let text = "Subject: x\r\n\r\n.one\r\n..two\r\n.\r\nend\r\n"

    private func request(
        _ server: LoopbackServer, to recipients: [String] = ["a@b.example"], requiresTLS: Bool = false,
        login: MailRequest.Login? = nil, message: String? = text
    ) -> MailRequest {
        MailRequest(
            url: "smtp://127.0.0.1:\(server.port)/here.example", requiresTLS: requiresTLS, login: login,
            from: "me@b.example", recipients: recipients, message: message.map { Array($0.utf8) })
    }

    private func failure(_ request: MailRequest) async -> HTTPError? {
        do throws(HTTPError) {
            _ = try await request.send()
            return nil
        } catch {
            return error
        }
    }

    @Test("arrives as it was, with the commands that belong to it")
    func arrives() async throws {
        let mail = MailServer()
        try await withMailServer(mail) { server in
            let response = try await request(server).send()
            #expect(response.isAccepted && response.last == .init(code: 250, text: "2.0.0 queued as 1"))
            #expect(response.recipients == [.init(code: 250, text: "ok")])
            #expect(mail.message == ["Subject: x", "", ".one", "..two", ".", "end"])
            #expect(
                mail.commands.prefix(4) == [
                    "EHLO here.example", "MAIL FROM:<me@b.example>", "RCPT TO:<a@b.example>", "DATA",
                ])
        }
    }

    @Test("one bad recipient of three does not lose it for the others")
    func recipients() async throws {
        let mail = MailServer { $0.contains("<bad@") ? "550 5.1.1 no such user" : "" }
        try await withMailServer(mail) { server in
            let all = ["a@b.example", "bad@b.example", "c@b.example"]
            let response = try await request(server, to: all).send()
            #expect(response.isAccepted && response.recipients.map(\.code) == [250, 550, 250])
            #expect(response.recipients[1].text == "5.1.1 no such user" && !mail.message.isEmpty)
        }
    }

    @Test(
        "a refusal is an answer, wherever it comes",
        arguments: [
            ("", "554 no service"), ("MAIL", "451 later"), ("RCPT", "550 nobody"),
            ("DATA", "452 full"), (".", "554 spam"), (".", "451-first\r\n451 second"),
        ])
    func refusals(command: String, reply: String) async throws {
        let mail = MailServer { $0.hasPrefix(command) && (command != "" || $0 == "") ? reply : "" }
        try await withMailServer(mail) { server in
            let response = try await request(server, to: ["a@b.example", "c@b.example"]).send()
            #expect(!response.isAccepted && response.last.code == Int(reply.prefix(3)))
            #expect(response.last.text == (reply.contains("first") ? "first second" : String(reply.dropFirst(4))))
            #expect(response.recipients.count == (["RCPT", "DATA", "."].contains(command) ? 2 : 0))
        }
    }

    @Test("where TLS is required nothing is said to a server that does not offer it")
    func noTLS() async throws {
        for mail in [
            MailServer(offering: ["AUTH PLAIN"]),
            MailServer(offering: ["AUTH PLAIN", "STARTTLS"]) { $0 == "STARTTLS" ? "454 not now" : "" },
        ] {
            try await withMailServer(mail) { server in
                let login = MailRequest.Login(user: "me", password: "hunter2")
                let wanted = request(server, requiresTLS: true, login: login)
                switch await failure(wanted) {
                case .tls: break
                case nil: #expect(mail.commands.contains("STARTTLS"))
                case let error: Issue.record("\(String(describing: error))")
                }
                #expect(!mail.commands.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
            }
        }
    }

    @Test("a login is made, and its refusal is an answer")
    func login() async throws {
        let login = MailRequest.Login(user: "me", password: "hunter2")
        let good = MailServer(offering: ["AUTH PLAIN"])
        try await withMailServer(good) { server in
            let response = try await request(server, login: login).send()
            #expect(response.isAccepted)
            #expect(good.commands.contains("AG1lAGh1bnRlcjI="))
        }
        let bad = MailServer(offering: ["AUTH PLAIN"]) { $0.hasPrefix("AUTH") ? "535 5.7.8 wrong" : "" }
        try await withMailServer(bad) { server in
            let response = try await request(server, login: login).send()
            #expect(!response.isAccepted && response.last == .init(code: 535, text: "5.7.8 wrong"))
        }
        let unknown = MailServer(offering: ["AUTH X-WHATEVER"])
        try await withMailServer(unknown) { server in
            let error = await failure(request(server, login: login))
            #expect(error?.description.contains("no way to log in") == true || error == nil)
        }
    }

    @Test("without a message it connects and logs in only")
    func probe() async throws {
        let mail = MailServer(offering: ["AUTH PLAIN"])
        try await withMailServer(mail) { server in
            let login = MailRequest.Login(user: "me", password: "hunter2")
            let response = try await request(server, login: login, message: nil).send()
            #expect(!response.isAccepted && response.last.code == 235)
            #expect(!mail.commands.contains { $0.hasPrefix("MAIL") })
        }
    }

    @Test("a server that never answers to QUIT holds up nothing")
    func quit() async throws {
        try await withMailServer(MailServer { $0 == "QUIT" ? nil : "" }) { server in
            let start = ContinuousClock.now
            let response = try await request(server).send()
            #expect(response.isAccepted)
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test("a silent server ends with the time for it", arguments: ["", "EHLO", ".", "MAIL"])
    func silence(command: String) async throws {
        let mail = MailServer { $0.hasPrefix(command) && (command != "" || $0 == "") ? nil : "" }
        try await withMailServer(mail) { server in
            var wanted = request(server)
            (wanted.timeout, wanted.connectTimeout) = (.milliseconds(1500), .milliseconds(500))
            let error = await failure(wanted)
            let host = "127.0.0.1:\(server.port)"
            if command == "" {
                #expect(error == .couldNotConnect(host: host, reason: "it took too long"))
            } else {
                #expect(error == .timedOut(host: host, after: .milliseconds(1500)))
            }
        }
    }

    @Test("a cancelled task ends, also while the server thinks about the message", arguments: ["", "."])
    func cancelled(command: String) async throws {
        let reached = Event()
        let mail = MailServer { line in
            guard line == command else { return "" }
            reached.open()
            return nil
        }
        try await withMailServer(mail) { server in
            let wanted = request(server)
            let error = await withTaskGroup(of: HTTPError?.self) { group in
                group.addTask {
                    defer { reached.open() }
                    return await failure(wanted)
                }
                await reached.wait()
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(error == .cancelled)
        }
    }

    @Test("what could be a second command is refused, and nobody is asked")
    func invalid() async throws {
        let mail = MailServer()
        try await withMailServer(mail) { server in
            var wrong: [MailRequest] = ["a@b>\r\nRSET", "a b@c", "", "<a@b>", "ü@b.example", "a@b\u{0}"].flatMap {
                address in
                var sender = request(server)
                sender.from = address
                return [sender, request(server, to: ["ok@b.example", address])]
            }
            wrong.append(request(server, to: []))
            for url in ["http://127.0.0.1", "smtp://", "smtp://me@127.0.0.1", "smtp://127.0.0.1/\r\nRSET", "smtp:x"] {
                var other = request(server)
                other.url = url
                wrong.append(other)
            }
            wrong.append(request(server, login: .init(user: "a\r\nb", password: "c")))
            for wanted in wrong {
                guard case .invalidRequest = await failure(wanted) else {
                    Issue.record("\(wanted.from) \(wanted.recipients) \(wanted.url)")
                    continue
                }
            }
            #expect(server.accepted == 0)
        }
    }

    @Test("nobody there, and a server that hangs up, are errors that another attempt may not meet")
    func unreachable() async throws {
        let port = try HeldPort()
        let nobody = MailRequest(
            url: "smtp://127.0.0.1:\(port.number)", from: "a@b.example", recipients: ["a@b.example"], message: [])
        guard case .couldNotConnect = await failure(nobody) else {
            Issue.record("\(String(describing: await failure(nobody)))")
            return
        }
        let server = try LoopbackServer { connection in
            connection.write("220 hello\r\n")
            _ = connection.readLine()
        }
        defer { server.stop() }
        #expect(await failure(request(server)) == .connectionLost(host: "127.0.0.1:\(server.port)"))
    }
}
