import CryptoExtras
import Foundation
import TestSupport
import Testing

/// Made once: a key takes a moment.
private enum Keys {
    private static let made = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    static func app() throws -> _RSA.Signing.PrivateKey { try made.get() }

    /// A line in the middle of it, which stands nowhere else.
    static func line() throws -> String {
        let lines = try app().pemRepresentation.split(separator: "\n")
        return String(lines[lines.count / 2])
    }
}

extension World {
    fileprivate static let app = "Iv1"
    fileprivate var keyPath: String { folder + "/home/app.pem" }

    /// In place of the token an app with an installation.
    fileprivate func useApp(_ change: @Sendable (inout GitHubLookalike.App) -> Void = { _ in }) throws {
        var app = GitHubLookalike.App(id: Self.app, installation: 77, publicKey: try Keys.app().publicKey)
        change(&app)
        github.addApp(app)
        try write(try Keys.app().pemRepresentation, to: keyPath)
        set("github.token", nil)
        set("github.app", ["id": .string(Self.app), "installation": 77, "privateKey": ["file": .string(keyPath)]])
        environ("GITHUB_TOKEN", nil)
    }

    fileprivate var tokenCount: Int { github.tokenCount(ofApp: Self.app) }
}

@Suite("A GitHub App in place of a token") struct GitHubAppTests {
    @Test("a release is found and built in its name, with one token a pass, and no secret is anywhere")
    func pass() async throws {
        try await withWorld { world async throws in
            try world.useApp()
            try await world.baseline()
            #expect(world.tokenCount == 1)
            world.github.publish(World.elabftw, "5.6.13")
            let folder = world.folder + "/record"
            let output = try await world.run("once", "--verbose", "--record", folder)
            #expect(output.status == 0, "\(output.out)\(output.err)")
            #expect(world.runs.count == 1)
            #expect(world.tokenCount == 2)
            for request in world.github.requests where request.endpoint != .accessToken {
                #expect(request.header("Authorization")?.hasPrefix("Bearer \(Secrets.installationToken)") == true)
            }
            let line = try Keys.line()
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(names.count > 4)
            for name in names {
                let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
                #expect(Secrets.found(in: text).isEmpty && !text.contains(line) && !text.contains("eyJ"), "\(name)")
            }
            for text in [output.out, output.err, String(decoding: world.stateBytes ?? [], as: UTF8.self)] {
                #expect(!text.contains(line) && !text.contains("eyJ"))
            }
        }
    }

    @Test("a token that is refused in the middle of a pass is replaced, and nothing is missed") func middle()
        async throws
    {
        try await withWorld { world async throws in
            try world.useApp()
            try await world.baseline()
            world.github.publish(World.elabftw, "5.6.13")
            world.github.fail(
                Route(.dispatch), with: .json(#"{"message": "Bad credentials"}"#, status: 401), times: 1)
            try await world.pass()
            #expect(world.runs.count == 1)
            #expect(world.tokenCount == 3)
        }
    }

    @Test("a daemon whose tokens end all the time finds a release, and has no other news") func renewal() async throws {
        try await withWorld { world async throws in
            try world.useApp { $0.life = 2 }
            world.publishBaseline()
            try await world.withDaemon(isStopped: false) { daemon async throws in
                try await world.github.waitForRequests(Route(.accessToken), count: 4)
                world.github.publish(World.elabftw, "5.6.13")
                try await world.waitUntilTold("release 5.6.13")
                let output = try await daemon.stop()
                #expect(!(output.out + output.err).contains("401"), "\(output.out)\(output.err)")
                #expect(!world.told.contains { $0.hasPrefix("attention") || $0.hasPrefix("failed") }, "\(world.told)")
                #expect(world.told.count { $0.hasPrefix("release") } == 1)
            }
        }
    }

    @Test("surveys are made in its name, with one token for all") func survey() async throws {
        try await withWorld { world async throws in
            try world.useApp()
            var upstreams: [String: WireJSON] = [:]
            for number in 0..<30 {
                world.github.publish("owner/name\(number)", "1.0.0", published: World.ago(86_400))
                upstreams["u\(number)"] = ["github": .string("owner/name\(number)")]
            }
            world.set("actions", nil)
            world.set("upstreams", .object(upstreams))
            try await world.withDaemon { _ async throws in
                try await world.github.waitForRequests(Route(.graphql), count: 3)
                world.github.publish("owner/name3", "1.0.1")
                try await world.waitUntilTold("release 1.0.1")
            }
            #expect(world.tokenCount == 1)
        }
    }

    @Test(
        "why there is no token is said with what to do, and asked about once a pass",
        arguments: [
            ("clock", "this machine's clock is ", "turn on time synchronisation"),
            ("removed", "GitHub answered 404: Integration not found", "there is no app Iv1"),
            ("suspended", "GitHub answered 403: This installation has been suspended", "unsuspend"),
        ])
    func unavailable(_ what: String, _ words: String, _ hint: String) async throws {
        try await withWorld { world async throws in
            try world.useApp()
            try await world.baseline()
            switch what {
            case "clock": world.github.configure { $0.clockOffset = .seconds(-1800) }
            case "removed": world.github.removeApp(World.app)
            default: world.github.editApp(World.app) { $0.isSuspended = true }
            }
            let before = world.github.count()
            let output = try await world.run("once")
            #expect(output.status == 1)
            #expect(output.err.contains("no token for installation 77 of the GitHub App: \(words)"), "\(output.err)")
            #expect(output.err.contains(hint), "\(output.err)")
            #expect(world.github.count() == before + 1)
        }
    }

    private func findings(_ output: Output) -> [String] {
        (output.json["findings"]?.array ?? []).map { finding in
            "\(finding["verdict"]?.string ?? "?") \(finding["subject"]?.string ?? "?"): \(finding["text"]?.string ?? "?")"
        }
    }

    @Test("doctor says that all is well, with one token") func well() async throws {
        try await withWorld { world async throws in
            try world.useApp()
            world.publishBaseline()
            let output = try await world.run("doctor", "--json")
            let findings = findings(output)
            #expect(output.status == 0 && findings.allSatisfy { $0.hasPrefix("ok ") }, "\(findings)")
            for part in [
                "ok github: installation 77 of the GitHub App has a token, ", "ok clock: it agrees with GitHub's",
                "ok action build-image: the app may start workflows in OWNER/elab-arm-docker",
            ] {
                #expect(findings.contains { $0.hasPrefix(part) }, "\(part)\nin \(findings)")
            }
            #expect(world.tokenCount == 1)
            #expect(world.runs.isEmpty)
        }
    }

    @Test(
        "doctor tells what is missing",
        arguments: [
            ("key", "failed github: github.app.privateKey: the file "),
            ("permission", "failed github: the GitHub App lacks the permission Actions: write, without which no "),
            (
                "repository",
                "failed action build-image: installation 77 of the GitHub App does not see OWNER/elab-arm-docker"
            ), ("removed", "failed github: no token for installation 77 of the GitHub App: GitHub answered 404"),
            ("other", "failed github: no token for installation 78 of the GitHub App: GitHub answered 404: Not Found"),
            ("clock", "warning clock: it differs from GitHub's by "),
        ])
    func missing(_ what: String, _ finding: String) async throws {
        try await withWorld { world async throws in
            try world.useApp()
            world.publishBaseline()
            switch what {
            case "key": try FileManager.default.removeItem(atPath: world.keyPath)
            case "permission":
                world.github.editApp(World.app) { $0.permissions = ["actions": "read", "contents": "read"] }
            case "repository": world.github.editApp(World.app) { $0.repositories = ["OWNER/else"] }
            case "removed": world.github.removeApp(World.app)
            case "other": world.set("github.app.installation", 78)
            default: world.github.configure { $0.clockOffset = .seconds(1800) }
            }
            let output = try await world.run("doctor", "--json")
            let bad = findings(output).filter { !$0.hasPrefix("ok ") }
            #expect(output.status == 1)
            #expect(bad.contains { $0.hasPrefix(finding) }, "\(bad)")
            #expect(world.runs.isEmpty)
        }
    }

    @Test("validate refuses a key that cannot be used, and only warns of one that it cannot read") func validate()
        async throws
    {
        try await withWorld { world async throws in
            try world.useApp()
            #expect(try await world.run("validate").status == 0)
            let kind = "ENCRYPTED PRIVATE KEY-----"
            try world.write("-----BEGIN \(kind)\nx\n-----END \(kind)\n", to: world.keyPath)
            for command in ["validate", "once"] {
                let output = try await world.run(command)
                #expect(output.status == 78)
                #expect(
                    output.err.contains("github.app.privateKey: the file \(world.keyPath) is an encrypted private key"),
                    "\(output.err)")
                #expect(output.err.contains("openssl rsa"))
            }
            let json = try await world.run("validate", "--json")
            #expect(json.status == 78 && json.json["valid"]?.bool == false)
            #expect(json.json["problems"]?[0]?["path"]?.string == "$.github.app.privateKey")
            try FileManager.default.removeItem(atPath: world.keyPath)
            let unread = try await world.run("validate")
            #expect(unread.status == 0 && unread.err.contains("not readable here"))
            // What is public can be read without.
            world.publishBaseline()
            #expect(try await world.run("explain", "elabftw").status == 0)
            world.set("github.token", ["env": "GITHUB_TOKEN"])
            let both = try await world.run("validate")
            #expect(both.status == 78 && both.err.contains("found \"token\" and \"app\", expected one of them"))
        }
    }
}
