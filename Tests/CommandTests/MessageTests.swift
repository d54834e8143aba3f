import Crypto
import Foundation
import TestSupport
import Testing

@Suite("Messages") struct MessageTests {
    @Test("a webhook's message bears both signatures, which fit its bytes") func signatures() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13", name: "Zauber 💫")
            try await world.pass()
            let request = try #require(world.sink.messages(world.hookPath).first)
            #expect(request.method == "POST")
            #expect(request.query["key"] == Secrets.hookQuery)
            #expect(request.header("X-Key") == Secrets.hookHeader)
            let id = try #require(request.header("webhook-id"))
            let time = try #require(request.header("webhook-timestamp"))
            #expect(id == request.json?["id"]?.string)
            #expect(Double(time).map { abs($0 - Date().timeIntervalSince1970) < 60 } == true)
            let key = try #require(Data(base64Encoded: String(Secrets.signing.dropFirst(6))))
            let signed = Data("\(id).\(time).".utf8) + request.body
            let standard = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key))
            #expect(request.header("webhook-signature") == "v1," + Data(standard).base64EncodedString())
            let whole = SymmetricKey(data: Data(Secrets.signing.utf8))
            let github = HMAC<SHA256>.authenticationCode(for: request.body, using: whole)
            #expect(
                request.header("X-Hub-Signature-256") == "sha256=" + github.map { String(format: "%02x", $0) }.joined())
        }
    }

    @Test("the body of a release and of a job's end are those of the contract") func bodies() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            let run = try #require(world.runs.first)
            world.github.finish(run.id)
            try await world.pass()
            try #require(world.messages.count == 2)
            let (release, end) = (world.messages[0], world.messages[1])
            #expect(release["type"] == "release" && release["upstream"] == "elabftw")
            #expect(release["repository"]?.string == World.elabftw && release["previous"] == "5.6.12")
            let note = release["releases"]?[0]
            #expect(note?["tag"] == "5.6.13" && note?["version"] == "5.6.13")
            #expect(note?["prerelease"] == false && note?["highest"] == true)
            #expect(note?["url"] == "https://github.com/elabftw/elabftw/releases/tag/5.6.13")
            #expect(note?["publishedAt"]?.string.flatMap(World.date) != nil)
            #expect(release["job"] == nil && release["missing"] == nil)
            let job = end["job"]
            #expect(end["type"] == "succeeded" && job?["action"] == "build-image" && job?["status"] == "succeeded")
            #expect(job?["attempt"] == 1 && job?["reason"] == .null)
            #expect(job?["url"]?.string == "https://github.com/\(World.builder)/actions/runs/\(run.id)")
            #expect(end["releases"]?.array?.count == 2)
            for message in [release, end] { #expect(message["time"]?.string.flatMap(World.date) != nil) }
        }
    }

    @Test(
        "a message that fails comes again in a later pass, with the same id and the same bytes",
        arguments: [
            ScriptedAnswer.text(500, "no"), .text(429, "slow down"), .text(503, ""), .text(408, ""),
        ])
    func again(_ answer: ScriptedAnswer) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.sink.script(world.hookPath, [answer, answer])
            world.github.publish(World.elabftw, "5.6.13")
            let first = try await world.run("once", "--json")
            #expect(first.status == 0)
            #expect(first.json["deliveries"]?.first(where: "notifier", is: "hook")?["status"] == "pending")
            #expect(first.json["deliveries"]?.first(where: "notifier", is: "team-chat")?["status"] == "succeeded")
            for _ in 0..<2 {
                try world.age("outbox.receivers.hook.notBefore", by: 60)
                _ = try await world.run("once")
            }
            let requests = world.sink.messages(world.hookPath)
            #expect(requests.count == 3)
            #expect(Set(requests.compactMap { $0.header("webhook-id") }).count == 1)
            #expect(Set(requests.map(\.body)).count == 1)
            #expect(world.sink.messages(world.slackPath).count == 1)
            try await world.quietPass()
        }
    }

    @Test("between two tries of a message there is a pause, as long as the receiver asks") func pause() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            var answer = ScriptedAnswer.text(429, "")
            answer.set("Retry-After", "120")
            world.sink.script(world.hookPath, [answer])
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            try await world.quietPass()
            let until = world.state["outbox"]?["receivers"]?["hook"]?["notBefore"]?.string.flatMap(World.date)
            let sent = try #require(world.sink.messages(world.hookPath).first).time
            #expect(until.map { (119...126).contains($0.timeIntervalSince(sent)) } == true)
        }
    }

    @Test("a pause of hours that a receiver asks for is not cut short by later passes") func longPause() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            var answer = ScriptedAnswer.text(503, "")
            answer.set("Retry-After", "40000")
            world.sink.script(world.hookPath, [answer])
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            let until = world.state["outbox"]?["receivers"]?["hook"]?["notBefore"]
            for _ in 0..<3 { try await world.quietPass() }
            #expect(world.state["outbox"]?["receivers"]?["hook"]?["notBefore"] == until)
            try world.age("outbox.receivers.hook.notBefore", by: 40_010)
            try await world.pass()
            #expect(world.told == ["release 5.6.13", "release 5.6.13"])
        }
    }

    @Test(
        "a receiver that is not there holds up nobody else and no pass",
        arguments: [
            Fault.close, .reset, .halfBody, .midHeaders,
        ])
    func dead(_ fault: Fault) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.sink.fail(world.hookPath, with: fault)
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            #expect(world.sink.messages(world.slackPath).count == 1)
            #expect(world.runs.count == 1)
            world.sink.clearFaults()
            try world.age("outbox.receivers.hook.notBefore", by: 60)
            try await world.pass()
            #expect(Set(world.messages.compactMap { $0["id"]?.string }).count == 1)
            #expect(world.state["outbox"]?["messages"] == [])
        }
    }

    @Test(
        "a receiver that refuses for good is told to the others, needs a person, and gets the next message",
        arguments: [
            ScriptedAnswer.text(404, "no such hook"), .text(410, "gone"), .text(400, "bad"), .text(401, ""),
            .text(302, ""),
        ])
    func refused(_ answer: ScriptedAnswer) async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.sink.script(world.hookPath, [answer])
            world.github.publish(World.elabftw, "5.6.13")
            let output = try await world.run("once")
            #expect(output.status == 1)
            #expect(
                output.err.contains("error: message m-") && output.err.contains("to hook: answered \(answer.status)"))
            #expect(output.err.contains("hint: watcher notify hook"))
            #expect(world.messages.count == 1, "it is not told about itself")
            let chat = world.sink.messages(world.slackPath)
            #expect(chat.count == 2)
            #expect(chat.last?.text.contains("hook") == true)

            let status = try await world.run("status")
            #expect(status.out.contains(" release message to hook failed: answered \(answer.status)"))
            let id = try #require(world.messages.first?["id"]?.string)
            let deliveries = try await world.run("status", "--json").json["deliveries"]
            let delivery = deliveries?.array?.first { $0["id"]?.string == id && $0["notifier"] == "hook" }
            #expect(delivery?["status"] == "failed")
            #expect(delivery?["reason"]?.string?.contains("\(answer.status)") == true)

            #expect(try await world.run("once").status == 1)
            world.github.publish(World.elabftw, "5.6.14")
            _ = try await world.run("once")
            #expect(world.messages.count == 2)
            #expect(try await world.run("forget", id).status == 0)
            #expect(try await world.run("once").status == 0)
        }
    }

    @Test("a message that nobody took for three days is given up, in the open") func givenUp() async throws {
        try await withWorld { world async throws in
            world.set("notifiers.team-chat", nil)
            try await world.baseline()
            world.sink.fail(world.hookPath, with: .close)
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            var messages = world.state["outbox"]?["messages"]?.array ?? []
            try #require(!messages.isEmpty)
            messages[0].set(["expires"], .string(World.text(World.ago(5))))
            try world.editState("outbox.messages", .array(messages))
            try world.age("outbox.receivers.hook.notBefore", by: 60)
            let output = try await world.run("once")
            #expect(output.status == 1)
            #expect(output.err.contains("given up after 3d: "))
        }
    }

    @Test("each receiver gets the events and upstreams that it wants") func filters() async throws {
        try await withWorld { world async throws in
            world.set("notifiers.hook.events", ["started", "succeeded"])
            world.set("notifiers.team-chat.upstreams", ["s6-overlay"])
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            #expect(world.told == ["started build-image"])
            #expect(world.sink.messages(world.slackPath).isEmpty)
            world.github.publish(World.overlay, "v3.2.3.3", assets: World.assets)
            try await world.pass()
            #expect(world.sink.messages(world.slackPath).count == 1)
        }
    }

    @Test("messages arrive in the order in which things happened") func order() async throws {
        try await withWorld { world async throws in
            world.github.addWorkflow(World.builder, World.workflow, progress: .afterLooks(1, conclusion: "success"))
            world.set("notifiers.hook.events", ["release", "started", "succeeded"])
            try await world.baseline()
            world.sink.script(world.hookPath, [.text(500, "")])
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass("--wait")
            try world.age("outbox.receivers.hook.notBefore", by: 60)
            try await world.pass()
            #expect(world.told == ["release 5.6.13", "release 5.6.13", "started build-image", "succeeded build-image"])
        }
    }

    @Test("words from upstream ping nobody") func hostile() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13", name: "<!channel> @everyone <https://evil.example|click>")
            try await world.pass()
            let chat = try #require(world.sink.messages(world.slackPath).first)
            let strings = chat.text
            #expect(!strings.contains("<!channel>") && !strings.contains("|click>"))
            #expect(world.messages.first?["text"]?.string?.contains("@everyone") == false)
        }
    }

    @Test("a heartbeat follows each pass in which all went well, at most once a minute") func heartbeat() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            #expect(world.sink.messages(world.heartbeatPath).map(\.method) == ["GET"])
            try await world.quietPass()
            #expect(world.sink.messages(world.heartbeatPath).count == 1)
            try world.age("lastHeartbeat", by: 61)
            world.github.fail(Route(.releases, of: World.elabftw), with: .status(502), times: 1)
            try await world.quietPass()
            #expect(world.sink.messages(world.heartbeatPath).count == 1)
            try await world.quietPass()
            #expect(world.sink.messages(world.heartbeatPath).count == 2)
        }
    }
}
