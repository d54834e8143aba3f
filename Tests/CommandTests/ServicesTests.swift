import TestSupport
import Testing

import enum WatcherCore.MessageType
import let WatcherCore.notifierTypes

/// What a receiver of each kind says when it has taken a message, and where.
struct LookalikeService: Sendable, CustomStringConvertible {
    let description: String
    /// The service's object in the configuration; `{}` stands for the sink's address.
    let settings: WireJSON
    /// Nil: at a path that holds the message's id.
    let path: String?
    let answer: ScriptedAnswer
    let secrets: [String]

    /// Kept in the environment, so that each is masked also where a service's own rules would not hide it.
    static let environment = [
        "SERVICE_TOKEN": "tokenSecret000099", "SERVICE_WORD": "wordSecret000099", "SERVICE_BOT": "123:botSecret000099",
    ]
    static func all(_ url: String) -> [LookalikeService] {
        let address = "/addressSecret000099"
        func incoming(_ name: String, _ answer: ScriptedAnswer) -> LookalikeService {
            LookalikeService(
                description: name, settings: ["url": .string("\(url)/\(name)\(address)")], path: "/\(name)\(address)",
                answer: answer, secrets: ["addressSecret000099"])
        }
        let token: WireJSON = ["env": "SERVICE_TOKEN"]
        let word: WireJSON = ["env": "SERVICE_WORD"]
        return [
            incoming("slack", .text(200, "ok")), incoming("discord", .json(200, ["id": "1"])),
            incoming("teams", .text(202, "")), incoming("mattermost", .text(200, "ok")),
            incoming("rocketchat", .json(200, ["success": true])),
            incoming("googleChat", .json(200, ["name": "spaces/A/messages/1"])),
            LookalikeService(
                description: "matrix", settings: ["homeserver": .string(url), "room": "!a:b", "token": token],
                path: nil, answer: .json(200, ["event_id": "$1"]), secrets: ["tokenSecret000099"]),
            LookalikeService(
                description: "ntfy", settings: ["server": .string("\(url)/ntfy"), "topic": word, "token": token],
                path: "/ntfy/", answer: .json(200, ["id": "1"]), secrets: ["tokenSecret000099", "wordSecret000099"]),
            LookalikeService(
                description: "gotify", settings: ["server": .string("\(url)/gotify"), "token": token],
                path: "/gotify/message", answer: .json(200, ["id": 1]), secrets: ["tokenSecret000099"]),
            LookalikeService(
                description: "telegram",
                settings: [
                    "apiURL": .string("\(url)/telegram"), "token": ["env": "SERVICE_BOT"], "chat": "-100",
                ], path: "/telegram/bot123:botSecret000099/sendMessage", answer: .json(200, ["ok": true]),
                secrets: ["botSecret000099"]),
            LookalikeService(
                description: "zulip",
                settings: [
                    "server": .string("\(url)/zulip"), "email": "bot@example.org", "token": token, "stream": word,
                    "topic": "releases",
                ], path: "/zulip/api/v1/messages", answer: .json(200, ["result": "success"]),
                secrets: ["tokenSecret000099", "wordSecret000099"]),
            LookalikeService(
                description: "apprise",
                settings: ["server": .string("\(url)/apprise"), "key": token, "tags": "releases"],
                path: "/apprise/notify/tokenSecret000099", answer: .text(200, ""), secrets: ["tokenSecret000099"]),
            LookalikeService(
                description: "webhook", settings: ["url": .string("\(url)/webhook\(address)"), "secret": token],
                path: "/webhook\(address)", answer: .text(204, ""),
                secrets: ["addressSecret000099", "tokenSecret000099"]),
        ]
    }

    /// From the program's own list, but for what is not HTTP.
    static let names = notifierTypes.map { $0.key }.filter { $0 != MailServiceTests.name }
}

extension World {
    /// One notifier for each service, under its name, at this world's sink.
    func addServices() -> [LookalikeService] {
        let services = LookalikeService.all(sink.url)
        for (name, value) in LookalikeService.environment { environ(name, value) }
        var notifiers: [String: WireJSON] = [:]
        for service in services {
            notifiers[service.description] = .object([service.description: service.settings])
            sink.always(service.path, service.answer)
        }
        set("notifiers", .object(notifiers))
        return services
    }
}

@Suite("Every service over HTTP") struct ServicesTests {
    @Test("takes an example of each event, and says how its answer was read", arguments: LookalikeService.names)
    func notify(_ name: String) async throws {
        try await withWorld { world async throws in
            _ = world.addServices()
            let output = try await world.run("notify", name, "--event", "all")
            #expect(output.status == 0, "\(output.err)")
            #expect(world.sink.messages().count == MessageType.allCases.count)
            #expect(output.out.contains("upstreamFailing: \(name) answered 20"))
            #expect(output.out.contains("attention: delivered"))
        }
    }

    @Test("shows its requests with every secret masked, and sends none", arguments: LookalikeService.names)
    func printed(_ name: String) async throws {
        try await withWorld { world async throws in
            let service = try #require(world.addServices().first { $0.description == name })
            let output = try await world.run("notify", name, "--event", "all", "--print")
            #expect(output.status == 0)
            let shown = service.secrets.filter(output.out.contains)
            #expect(shown.isEmpty)
            #expect(output.out.contains("***"))
            #expect(output.lines.count { $0.hasPrefix("POST ") || $0.hasPrefix("PUT ") } == MessageType.allCases.count)
            #expect(world.sink.messages().isEmpty)
        }
    }

    @Test("is refused with its own words, and no secret in them", arguments: LookalikeService.names)
    func refused(_ name: String) async throws {
        try await withWorld { world async throws in
            let service = try #require(world.addServices().first { $0.description == name })
            let echo = service.secrets.joined(separator: " ")
            world.sink.always(service.path, .text(404, "gone: \(echo)"))
            let output = try await world.run("notify", name)
            #expect(output.status == 1)
            #expect(output.out.contains("\(name) answered 404: gone: "))
            #expect(output.err.contains("error: refused: answered 404"))
            let shown = service.secrets.filter((output.out + output.err).contains)
            #expect(shown.isEmpty)
            #expect(output.out.contains("***"))
        }
    }
}
