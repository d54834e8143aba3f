import Curl
import Foundation
import TestSupport
import Testing
import WatcherCore

@testable import WatcherService

@Suite("Looking at images in a registry")
struct RegistryTests {
    static let three = [("linux", "amd64", ""), ("linux", "arm64", "v8"), ("linux", "arm", "v7")]
    static let platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"]

    /// A folder with docker's `config.json`, and the environment that names it.
    static func environment(_ config: String? = nil, path: String = "/usr/bin:/bin") throws -> [String: String] {
        let folder = FileManager.default.temporaryDirectory.path + "/watcher-registry-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if let config { try config.write(toFile: folder + "/config.json", atomically: true, encoding: .utf8) }
        return ["DOCKER_CONFIG": folder, "PATH": folder + ":" + path]
    }

    static func with<Result>(
        _ server: RegistryServer, config: String? = nil,
        _ body: (RegistryClient, [String: String]) async throws -> Result
    ) async throws -> Result {
        try await server.start()
        let environment = try environment(config?.replacing("REGISTRY", with: server.registry))
        defer { try? FileManager.default.removeItem(atPath: environment["DOCKER_CONFIG"] ?? "") }
        let http = try HTTPClient()
        let client = RegistryClient(
            http, network: HTTPNetwork(), credentials: RegistryCredentials(environment: environment),
            pace: { _ in RequestPace() })
        let result = try await body(client, environment)
        await http.shutdown()
        await server.sink.stop()
        return result
    }

    static func verify(_ server: RegistryServer, _ platforms: [String] = platforms) -> Command.Verify {
        Command.Verify(job: "w-1", action: "image", images: [server.image], platforms: platforms)
    }

    @Test("an image with every platform is proven, with digests and without attestations")
    func complete() async throws {
        let server = try RegistryServer(platforms: Self.three)
        try await Self.with(server) { client, _ in
            guard case .complete(let digest, let notes) = await client.verify(Self.verify(server)) else {
                Issue.record("not complete")
                return
            }
            #expect(digest.hasPrefix("sha256:"))
            #expect(notes.map(\.platform) == Self.platforms)
            #expect(Set(notes.map(\.digest)).count == 3)
        }
    }

    @Test("a platform that is missing is named, a tag that is not there is absent")
    func incomplete() async throws {
        let server = try RegistryServer(platforms: [("linux", "amd64", "")])
        try await Self.with(server) { client, _ in
            let image = String(server.image)
            #expect(
                await client.verify(Self.verify(server))
                    == .incomplete(image: image, missing: ["linux/arm64", "linux/arm/v7"]))
            let other = image.dropLast() + "2"
            let command = Command.Verify(job: "w", action: "a", images: [String(other)], platforms: Self.platforms)
            #expect(await client.verify(command) == .absent(image: String(other)))
        }
    }

    @Test("a platform that the index names and the registry has lost is missing")
    func lost() async throws {
        let server = try RegistryServer(platforms: Self.three)
        try await Self.with(server) { client, _ in
            let reference = try #require(ImageReference(server.image))
            let image = try #require(try await client.image(reference).get())
            let arm = try #require(image.manifests.first { $0.platform == Platform("linux/arm/v7") })
            server.answer("manifests/" + arm.digest, .text(404, "{}"))
            #expect(
                await client.verify(Self.verify(server))
                    == .incomplete(image: server.image, missing: ["linux/arm/v7"]))
            #expect(server.sink.messages(server.path("manifests/" + arm.digest)).map(\.method) == ["HEAD"])
            server.answer("manifests/" + arm.digest, .text(503, "{}"))
            guard case .failed(.transient) = await client.verify(Self.verify(server)) else {
                Issue.record("an error of the server was taken for a loss")
                return
            }
        }
    }

    @Test("the labels of an image come from its configuration, also where blobs are kept elsewhere")
    func labels() async throws {
        let server = try RegistryServer(platforms: [("linux", "arm", "v7")], labels: ["watcher.job": "w-1"])
        try await Self.with(server) { client, _ in
            let reference = try #require(ImageReference(server.image))
            let image = try #require(try await client.image(reference).get())
            #expect(try await client.labels(reference, image.manifests[0]).get() == ["watcher.job": "w-1"])

            let blob = try #require(server.sink.messages().last { $0.path.contains("/blobs/") })
            let content = server.sink.messages().count
            #expect(content > 0)
            // The same bytes from another path, after a redirect.
            let digest = String(blob.path.split(separator: "/").last ?? "")
            server.sink.always(
                server.path("blobs/" + digest),
                ScriptedAnswer(307, headers: [("Location", "http://\(server.registry)/elsewhere")]))
            server.sink.always("/elsewhere", .text(200, "not the bytes"))
            guard case .failure(.transient(let reason)) = await client.labels(reference, image.manifests[0]) else {
                Issue.record("bytes that are not what the digest says were taken")
                return
            }
            #expect(reason.contains("is not what"))
        }
    }

    @Test("a registry that wants a token gets one, with docker's own credentials for who asks and for nobody else")
    func token() async throws {
        let server = try RegistryServer(platforms: Self.three)
        // alice:s3cret-word
        let config = #"{"auths":{"REGISTRY":{"auth":"YWxpY2U6czNjcmV0LXdvcmQ="},"other.example":{"auth":"eDp5"}}}"#
        try await Self.with(server, config: config) { client, _ in
            let realm = "http://\(server.registry)/token"
            let challenge = ScriptedAnswer(
                401,
                headers: [
                    ("WWW-Authenticate", "Bearer realm=\"\(realm)\",service=\"reg\",scope=\"repository:team/app:pull\"")
                ])
            server.sink.script(server.path("manifests/1"), [challenge])
            server.sink.always("/token", .text(200, #"{"token":"t0ken-of-the-day"}"#))
            guard case .complete = await client.verify(Self.verify(server)) else {
                Issue.record("not complete")
                return
            }
            #expect(server.authorizations("/token") == ["Basic YWxpY2U6czNjcmV0LXdvcmQ="])
            #expect(server.sink.messages("/token").first?.query["service"] == "reg")
            #expect(server.sink.messages("/token").first?.query["scope"] == "repository:team/app:pull")
            #expect(server.authorizations(server.path("manifests/1")).last == "Bearer t0ken-of-the-day")
        }
    }

    @Test("an identity token goes by POST, and not in the address")
    func identityToken() async throws {
        let server = try RegistryServer(platforms: Self.three)
        try await Self.with(server, config: #"{"auths":{"REGISTRY":{"identitytoken":"id&token"}}}"#) { client, _ in
            let realm = "http://\(server.registry)/token"
            server.sink.script(
                server.path("manifests/1"),
                [ScriptedAnswer(401, headers: [("WWW-Authenticate", "Bearer realm=\"\(realm)\"")])])
            server.sink.always("/token", .text(200, #"{"access_token":"abc123"}"#))
            _ = await client.verify(Self.verify(server))
            let request = try #require(server.sink.messages("/token").first)
            #expect(request.method == "POST")
            #expect(request.target == "/token")
            #expect(String(decoding: request.body, as: UTF8.self).contains("refresh_token=id%26token"))
        }
    }

    @Test("credentials never go to a token server of another domain")
    func strangeRealm() async throws {
        let server = try RegistryServer(platforms: Self.three)
        try await Self.with(server, config: #"{"auths":{"REGISTRY":{"auth":"YWxpY2U6czNjcmV0LXdvcmQ="}}}"#) {
            client, _ in
            server.sink.always(
                server.path("manifests/1"),
                ScriptedAnswer(401, headers: [("WWW-Authenticate", "Bearer realm=\"https://evil.example/token\"")]))
            guard case .failed(.permanent(let reason, _)) = await client.verify(Self.verify(server)) else {
                Issue.record("it was not refused")
                return
            }
            #expect(reason.contains("evil.example"))
        }
    }

    @Test(
        "domains are related by their last two labels, machines by themselves",
        arguments: [
            ("https://auth.docker.io/token", "https://registry-1.docker.io", true),
            ("https://gitlab.com/jwt/auth", "https://registry.gitlab.com", true),
            ("https://ghcr.io/token", "https://ghcr.io", true),
            ("https://docker.io.evil.example/", "https://docker.io", false),
            ("http://auth.docker.io/token", "https://registry-1.docker.io", false),
            ("http://127.0.0.1:1/", "http://localhost:5000", true), ("https://10.0.0.1/", "https://10.1.0.1", false),
            ("http://nas.lan:5001/auth", "http://nas.lan:5000", true), ("https://x.example/", "https://y", false),
        ])
    func related(_ realm: String, _ base: String, _ expected: Bool) {
        #expect(RegistryToken.isRelated(realm, to: base) == expected)
    }

    @Test("basic authentication, and a refusal in the registry's words without the password")
    func basic() async throws {
        let server = try RegistryServer(platforms: Self.three)
        try await Self.with(server, config: #"{"auths":{"REGISTRY":{"auth":"YWxpY2U6czNjcmV0LXdvcmQ="}}}"#) {
            client, _ in
            var refusal = ScriptedAnswer.text(401, #"{"errors":[{"message":"no: s3cret-word"}]}"#)
            refusal.set("WWW-Authenticate", "Basic realm=\"r\"")
            server.sink.script(server.path("manifests/1"), [refusal])
            guard case .complete = await client.verify(Self.verify(server)) else {
                Issue.record("not complete")
                return
            }
            server.sink.always(server.path("manifests/1"), refusal)
            guard case .failed(.permanent(let reason, let hint)) = await client.verify(Self.verify(server)) else {
                Issue.record("not refused")
                return
            }
            #expect(reason.contains("no: ***"))
            #expect(!reason.contains("s3cret"))
            #expect(hint?.contains("docker login") == true)
        }
    }

    @Test("a credential helper is asked by its own name, without a shell")
    func helper() async throws {
        let server = try RegistryServer(platforms: Self.three)
        try await Self.with(server, config: #"{"credsStore":"test"}"#) { client, environment in
            let path = (environment["DOCKER_CONFIG"] ?? "") + "/docker-credential-test"
            let script =
                "#!/bin/sh\n[ \"$1\" = get ] || exit 9\nread -r server\nprintf '{\"Username\":\"bob\",\"Secret\":\"of %s\"}' \"$server\"\n"
            try script.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            server.sink.script(
                server.path("manifests/1"), [ScriptedAnswer(401, headers: [("WWW-Authenticate", "Basic")])])
            guard case .complete = await client.verify(Self.verify(server)) else {
                Issue.record("not complete")
                return
            }
            let expected = Data("bob:of \(server.registry)".utf8).base64EncodedString()
            #expect(server.authorizations(server.path("manifests/1")).last == "Basic " + expected)
        }
    }

    @Test("a helper that is not there, and docker's file that is none, are trouble in words")
    func brokenLogins() async throws {
        for config in [#"{"credsStore":"not-there"}"#, "no json"] {
            let server = try RegistryServer(platforms: Self.three)
            try await Self.with(server, config: config) { client, _ in
                server.sink.always(
                    server.path("manifests/1"), ScriptedAnswer(401, headers: [("WWW-Authenticate", "Basic")]))
                guard case .failed(.permanent) = await client.verify(Self.verify(server)) else {
                    Issue.record("it was taken: \(config)")
                    return
                }
            }
        }
    }

    @Test(
        "nonsense is never taken for an image",
        arguments: ["", "null", "[]", "<html>", #"{"manifests":[{}]}"#, "{\"manifests\":"])
    func nonsense(_ body: String) async throws {
        let server = try RegistryServer(platforms: Self.three)
        try await Self.with(server) { client, _ in
            server.sink.always(server.path("manifests/1"), .text(200, body))
            guard case .failed(.transient) = await client.verify(Self.verify(server)) else {
                Issue.record("it was taken")
                return
            }
        }
    }

    @Test("an answer without end, an error of the server and no server at all may pass")
    func passing() async throws {
        let server = try RegistryServer(platforms: Self.three)
        try await Self.with(server) { client, _ in
            server.sink.always(
                server.path("manifests/1"), ScriptedAnswer(200, body: .repeated(pattern: [0x20], count: 5 << 20)))
            guard case .failed(.transient(let reason)) = await client.verify(Self.verify(server)) else {
                Issue.record("5 MiB were taken")
                return
            }
            #expect(reason.contains("larger than"))
            server.sink.always(server.path("manifests/1"), .text(503, "later"))
            guard case .failed(.transient) = await client.verify(Self.verify(server)) else {
                Issue.record("503 does not pass")
                return
            }
            await server.sink.stop()
            guard case .failed(.transient) = await client.verify(Self.verify(server)) else {
                Issue.record("no server does not pass")
                return
            }
        }
    }
}
