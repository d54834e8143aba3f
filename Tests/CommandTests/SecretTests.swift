import Foundation
import TestSupport
import Testing

@Suite("Secrets") struct SecretTests {
    @Test(
        "what a pass will need is read before it begins: 78, and no request",
        arguments: [
            "GITHUB_TOKEN", "HOOK_URL", "HOOK_SECRET", "HOOK_HEADER", "SLACK_URL", "HEARTBEAT_URL", "PROXY_URL",
        ])
    func missing(_ variable: String) async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            for value in [nil, "", "zwei\nlines"] {
                world.environ(variable, value)
                let output = try await world.run("once")
                #expect(output.status == 78)
                #expect(output.err.hasPrefix("error: ") && output.err.contains(variable), "\(output.err)")
                #expect(!output.err.contains("zwei"))
            }
            #expect(world.github.count() == 0)
            #expect(world.sink.messages().isEmpty)
            #expect(world.stateBytes == nil)
        }
    }

    @Test("commands that need none work in a shell that has none") func unneeded() async throws {
        try await withWorld { world async throws in
            world.github.editWorkflow(World.builder, World.workflow) { $0.state = "disabled_manually" }
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            #expect(try await world.run("once").status == 1)
            for name in [
                "GITHUB_TOKEN", "HOOK_URL", "HOOK_SECRET", "HOOK_HEADER", "SLACK_URL", "HEARTBEAT_URL", "PROXY_URL",
            ] {
                world.environ(name, nil)
            }
            #expect(try await world.run("status").status == 0)
            let validated = try await world.run("validate")
            #expect(validated.status == 0)
            #expect(validated.err.contains("not readable here"))
            let id = try #require(try await world.jobs().first?["id"]?.string)
            #expect(try await world.run("retry", id).status == 0)
            #expect(try await world.run("forget", id).status == 0)
        }
    }

    @Test("they are read from files and from systemd's credentials, without one trailing newline") func sources()
        async throws
    {
        try await withWorld { world async throws in
            let place = world.folder + "/home"
            try Data((Secrets.token + "\n").utf8).write(to: URL(filePath: place + "/token"))
            try Data("\(world.sink.url)\(world.slackPath)\n".utf8).write(to: URL(filePath: place + "/slack"))
            world.environ("CREDENTIALS_DIRECTORY", place)
            world.set("github.token", ["file": .string(place + "/token")])
            world.set("notifiers.team-chat.slack.url", ["credential": "slack"])
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            #expect(world.sink.messages(world.slackPath).count == 1)
            #expect(world.github.requests.allSatisfy { $0.header("Authorization") == "Bearer \(Secrets.token)" })
            try FileManager.default.removeItem(atPath: place + "/token")
            let output = try await world.run("once")
            #expect(output.status == 78)
            #expect(output.err.contains(place + "/token"))
        }
    }

    @Test("a token that GitHub repeats in its words is shown to nobody") func echoed() async throws {
        try await withWorld { world async throws in
            try await world.baseline()
            world.github.fail(
                Route(), with: .json(#"{"message": "Bad credentials: \#(Secrets.token)"}"#, status: 401))
            for _ in 0..<3 { _ = try await world.run("once", "--verbose") }
            let output = try await world.run("once", "--verbose", "--json")
            #expect(output.json["upstreams"]?["elabftw"]?["error"]?.string?.contains("***") == true)
            #expect(try await world.run("explain", "elabftw").err.contains("***"))
            #expect(try await world.run("trigger", "build-image", "elabftw=5.6.12").err.contains("***"))
            #expect(world.messages.contains { $0["text"]?.string?.contains("***") == true })
        }
    }

    @Test("a token that a run's failure repeats is shown to nobody") func echoedByRun() async throws {
        try await withWorld { world async throws in
            world.github.addWorkflow(World.builder, World.workflow, jobs: ["build \(Secrets.token)"])
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            world.github.finish(try #require(world.runs.first).id, "failure")
            // What the lookalike answers repeats the secret by intent; what is made of it must not.
            let output = try await world.run("once")
            #expect(output.status == 1)
            #expect(output.err.contains("build ***"))
        }
    }

    @Test("an action's own token goes to its own server, and the other stays where it belongs") func twoServers()
        async throws
    {
        try await withWorld { world async throws in
            try await withGitHubLookalike(pathPrefix: "/api/v3") { enterprise async throws in
                enterprise.addToken(Secrets.actionToken)
                enterprise.addWorkflow(World.builder, World.workflow)
                world.set("actions.build-image.workflowDispatch.apiURL", .string(enterprise.url))
                world.set("actions.build-image.workflowDispatch.token", ["env": "ACTION_TOKEN"])
                try await world.baseline()
                world.github.publish(World.elabftw, "5.6.13")
                try await world.pass()
                #expect(enterprise.runs(World.builder).count == 1)
                #expect(
                    enterprise.requests.allSatisfy { $0.header("Authorization") == "Bearer \(Secrets.actionToken)" })
                #expect(world.github.requests.allSatisfy { $0.header("Authorization") == "Bearer \(Secrets.token)" })
            }
        }
    }

    @Test("a proxy that does not help is named without its password") func deadProxy() async throws {
        try await withWorld { world async throws in
            world.environ("no_proxy", nil)
            world.publishBaseline()
            let output = try await world.run("once", "--json", "--verbose")
            #expect(output.status == 0)
            #expect(output.json["upstreams"]?["elabftw"]?["error"]?.string?.contains("proxy") == true)
            #expect(world.github.count() == 0)
        }
    }

    @Test("a proxy of the environment is not asked for what no_proxy names, and its password is not shown")
    func environmentProxy() async throws {
        try await withWorld { world async throws in
            world.set("network", nil)
            world.environ("no_proxy", nil)
            world.environ("http_proxy", "http://user:\(Secrets.proxyPassword)@127.0.0.1:9")
            world.publishBaseline()
            let output = try await world.run("once", "--verbose")
            #expect(output.status == 0)
            #expect(world.github.count() == 0)
        }
    }
}
