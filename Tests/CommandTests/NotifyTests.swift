import TestSupport
import Testing

import enum WatcherCore.MessageType

@Suite("notify") struct NotifyTests {
    @Test("sends a test message now, without a state, and says what was answered") func sends() async throws {
        try await withWorld { world async throws in
            world.sink.always(world.hookPath, .text(200, "thank you"))
            let output = try await world.run("notify", "hook")
            #expect(output.status == 0)
            #expect(output.out.contains("hook answered 200: thank you"))
            #expect(output.out.contains("delivered"))
            #expect(world.told == ["test "])
            #expect(world.files().isEmpty)
            #expect(world.github.count() == 0)
        }
    }

    @Test("sends an example of each event", arguments: MessageType.allCases.map(\.rawValue))
    func events(_ event: String) async throws {
        try await withWorld { world async throws in
            for notifier in ["hook", "team-chat"] {
                #expect(try await world.run("notify", notifier, "--event", event).status == 0)
            }
            #expect(world.messages.first?["type"]?.string == event)
            #expect(world.sink.messages(world.slackPath).count == 1)
        }
    }

    @Test("--print shows the request with its secrets masked, and sends nothing", arguments: ["hook", "team-chat"])
    func prints(_ notifier: String) async throws {
        try await withWorld { world async throws in
            let output = try await world.run("notify", notifier, "--print", "--event", "failed")
            #expect(output.status == 0)
            #expect(output.out.contains("POST ") && output.out.contains("***"))
            #expect(output.out.contains("Content-Type: application/json"))
            #expect(world.sink.messages().isEmpty)
        }
    }

    @Test(
        "says why it was not delivered, with status 1",
        arguments: [
            (ScriptedAnswer.text(404, "no such hook"), "refused: answered 404: no such hook"),
            (.text(500, "oops"), "not delivered: answered 500"),
            (.text(302, ""), "refused: answered 302"),
        ])
    func fails(_ answer: ScriptedAnswer, _ words: String) async throws {
        try await withWorld { world async throws in
            world.sink.always(nil, answer)
            let output = try await world.run("notify", "hook")
            #expect(output.status == 1)
            #expect(output.err.contains("error: \(words)"), "\(output.err)")
            #expect(output.err.contains("hint: "))
        }
    }

    @Test("an answer that repeats the secrets is masked") func echo() async throws {
        try await withWorld { world async throws in
            world.sink.always(
                nil, .text(400, "\(Secrets.hookPath) \(Secrets.hookQuery) \(Secrets.hookHeader) \(Secrets.signing)"))
            let output = try await world.run("notify", "hook")
            #expect(output.status == 1)
            #expect(output.err.contains("***"))
            world.publishBaseline()
            _ = try await world.run("once")
            world.github.publish(World.elabftw, "5.6.13")
            #expect(try await world.run("once", "--verbose").status == 1)
        }
    }

    @Test("a receiver that is not there is named without its secret path") func dead() async throws {
        try await withWorld { world async throws in
            world.set("network", nil)
            world.environ("HOOK_URL", "http://127.0.0.1:9/hook/\(Secrets.hookPath)?key=\(Secrets.hookQuery)")
            let output = try await world.run("notify", "hook")
            #expect(output.status == 1)
            #expect(output.err.contains("could not connect to 127.0.0.1:9"))
        }
    }
}
