import Foundation
import TestSupport
import Testing

@Suite("The actions request and repositoryDispatch") struct ActionRequestTests {
    private static func request(_ world: World, _ more: WireJSON = [:]) {
        var request = more
        if request["url"] == nil { request.set(["url"], .string(world.sink.url + "/deploy?tag={{elabftw.tag}}")) }
        world.set("actions.build-image.workflowDispatch", nil)
        world.set("actions.build-image.request", request)
    }

    private static func news(_ world: World) async throws {
        try await world.baseline()
        world.github.publish(World.elabftw, "5.6.13")
    }

    @Test("a request has its templates filled in, the job's id as key, and JSON in whose strings nothing breaks out")
    func sent() async throws {
        try await withWorld { world async throws in
            Self.request(
                world,
                [
                    "method": "PUT", "headers": ["X-Version": "{{elabftw.version}}"],
                    "body": ["tag": "a \"{{elabftw.tag}}\"", "n": 1, "all": ["{{job.id}}"]],
                ])
            try await Self.news(world)
            try await world.pass()
            let requests = world.sink.messages("/deploy")
            try #require(requests.count == 1)
            let job = try #require(try await world.jobs().first)
            #expect(job["status"] == "succeeded")
            #expect(requests[0].method == "PUT" && requests[0].query["tag"] == "5.6.13")
            #expect(requests[0].header("Idempotency-Key") == job["id"]?.string)
            #expect(requests[0].header("X-Version") == "5.6.13")
            #expect(requests[0].header("Content-Type") == "application/json")
            #expect(requests[0].json?["tag"] == "a \"5.6.13\"" && requests[0].json?["n"] == 1)
            #expect(requests[0].json?["all"]?[0] == job["id"])
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
        }
    }

    @Test("each method arrives as it is", arguments: ["GET", "POST", "PATCH", "DELETE"])
    func methods(_ method: String) async throws {
        try await withWorld { world async throws in
            Self.request(world, ["method": .string(method)])
            try await Self.news(world)
            try await world.pass()
            #expect(world.sink.messages("/deploy").map(\.method) == [method])
        }
    }

    @Test("an outage is tried again with the same key; a wrong status has failed")
    func statuses() async throws {
        try await withWorld { world async throws in
            Self.request(world, ["expect": [202]])
            world.sink.script("/deploy", [.text(502, "bad gateway"), .text(202, "taken")])
            try await Self.news(world)
            try await world.pass()
            #expect(try await world.jobs().first?["status"] == "pending")
            try world.ageJob(by: 60)
            try await world.pass()
            #expect(try await world.jobs().first?["status"] == "succeeded")
            #expect(Set(world.sink.messages("/deploy").map { $0.header("Idempotency-Key") }).count == 1)
            world.github.publish(World.elabftw, "5.6.14")
            world.sink.script("/deploy", [.text(200, "not what was asked for")])
            #expect(try await world.run("once").status == 1)
            let reasons = try await world.jobs().compactMap { $0["reason"]?.string }
            #expect(reasons.contains("answered 200, expected 202"))
        }
    }

    @Test("a limit is kept, and a redirect is not followed") func limits() async throws {
        try await withWorld { world async throws in
            Self.request(world)
            world.sink.script(
                "/deploy",
                [
                    ScriptedAnswer(429, headers: [("Retry-After", "600")], body: .bytes([])),
                    ScriptedAnswer(302, headers: [("Location", "/elsewhere")], body: .bytes([])),
                ])
            try await Self.news(world)
            try await world.pass()
            try world.ageJob(by: 300)
            try await world.pass()
            #expect(world.sink.messages("/deploy").count == 1)
            try world.ageJob(by: 310)
            #expect(try await world.run("once").status == 1)
            #expect(world.sink.messages("/elsewhere").isEmpty)
            #expect(try await world.jobs().first?["reason"] == "answered 302: redirects are not followed")
        }
    }

    @Test("secrets in its address and its headers are masked wherever the receiver repeats them")
    func secrets() async throws {
        try await withWorld { world async throws in
            world.environ("DEPLOY_URL", world.sink.url + "/deploy/key-5f8c1b2a9d?x=1")
            world.environ("DEPLOY_AUTH", "Bearer auth-77aa88bb99")
            Self.request(world, ["url": ["env": "DEPLOY_URL"], "headers": ["Authorization": ["env": "DEPLOY_AUTH"]]])
            world.sink.script("/deploy/key-5f8c1b2a9d", [.text(403, "no auth-77aa88bb99 at key-5f8c1b2a9d")])
            try await Self.news(world)
            let output = try await world.run("once")
            let request = try #require(world.sink.messages("/deploy/key-5f8c1b2a9d").first)
            #expect(request.header("Authorization") == "Bearer auth-77aa88bb99")
            #expect(try await world.jobs().first?["reason"] == "answered 403: no *** at ***")
            let shown = output.out + output.err + String(decoding: world.stateBytes ?? [], as: UTF8.self)
            #expect(!shown.contains("77aa88") && !shown.contains("5f8c1b"))
        }
    }

    @Test("a secret that is not there keeps the pass from beginning, by name") func missingSecret() async throws {
        try await withWorld { world async throws in
            Self.request(world, ["headers": ["Authorization": ["env": "NOT_THERE"]]])
            let output = try await world.run("once")
            #expect(output.status == 78)
            #expect(output.err.contains("actions.build-image.request.headers.Authorization"))
        }
    }

    // MARK: - repositoryDispatch

    private static let events = Route(path: "/repos/OWNER/elab-arm-docker/dispatches", method: "POST")

    private static func event(_ world: World, _ answer: Fault = .status(204, "")) {
        world.set("actions.build-image.workflowDispatch", nil)
        world.set(
            "actions.build-image.repositoryDispatch",
            [
                "repository": .string(World.builder), "eventType": "new-release",
                "payload": ["tag": "{{elabftw.tag}}", "job": "{{job.id}}"],
            ])
        world.github.fail(events, with: answer)
    }

    @Test("an event has its type and its payload, and is sent once") func event() async throws {
        try await withWorld { world async throws in
            Self.event(world)
            try await Self.news(world)
            try await world.pass()
            let sent = world.github.requests.filter { Self.events.matches($0) }
            try #require(sent.count == 1)
            let job = try #require(try await world.jobs().first)
            #expect(job["status"] == "succeeded")
            let wanted: WireJSON = [
                "event_type": "new-release", "client_payload": ["tag": "5.6.13", "job": job["id"] ?? .null],
            ]
            #expect(sent[0].json == wanted)
            #expect(sent[0].header("Authorization") == "Bearer " + Secrets.token)
            try await world.quietPass()
        }
    }

    @Test("GitHub's limit is kept for everything that is on the same token") func eventLimit() async throws {
        try await withWorld { world async throws in
            Self.event(
                world,
                .status(
                    403, #"{"message": "You have exceeded a secondary rate limit"}"#,
                    type: "application/json", headers: [("Retry-After", "600")]))
            try await Self.news(world)
            try await world.pass()
            #expect(try await world.jobs().first?["status"] == "pending")
            let requests = world.github.requests.count
            try await world.pass()
            #expect(world.github.requests.count == requests)
        }
    }
}
