import Testing
import WatcherCore

@Suite("Names of images, indexes and logins, as docker has them")
struct ImageTests {
    @Test(
        "a reference is read by docker's rules",
        arguments: [
            ("app:1", "docker.io", "library/app", "1"), ("team/app:1.2-3_4", "docker.io", "team/app", "1.2-3_4"),
            ("ghcr.io/o/a/b:latest", "ghcr.io", "o/a/b", "latest"),
            ("127.0.0.1:5000/app:1", "127.0.0.1:5000", "app", "1"), ("localhost/app:1", "localhost", "app", "1"),
            ("registry.example:5000/a__b/c-d:v1", "registry.example:5000", "a__b/c-d", "v1"),
            ("https://ghcr.io/o/a:1", "ghcr.io", "o/a", "1"), ("[::1]:5000/app:1", "[::1]:5000", "app", "1"),
        ])
    func reads(_ text: String, _ registry: String, _ repository: String, _ tag: String) throws {
        let reference = try #require(ImageReference(text))
        #expect(reference.registry == registry)
        #expect(reference.repository == repository)
        #expect(reference.tag == tag)
    }

    @Test(
        "what docker would not take is no reference",
        arguments: [
            "", "app", "app:", "--push:1", "-a:1", "app:-1", "app:1 2", "app:1+2", "App/Name/x y:1", "a//b:1", "a/:1",
            "app:1@sha256:0", "$(x):1", "app:$(x)", "app:\n1", "app:\u{202E}1", "a_-b:1", "_a:1", "a.:1",
            "ghcr.io/:1", "http://:1", "user@ghcr.io/a:1", "ghcr.io:99999/a:1",
            "app:" + String(repeating: "1", count: 129), String(repeating: "a", count: 256) + ":1",
        ])
    func refuses(_ text: String) { #expect(ImageReference(text) == nil) }

    @Test("plain HTTP is asked for by name, and docker never sees the scheme")
    func plain() throws {
        let reference = try #require(ImageReference("http://nas.lan:5000/app:1"))
        #expect(reference.isPlain)
        #expect(reference.text == "nas.lan:5000/app:1")
        #expect(reference.named("@sha256:x") == "nas.lan:5000/app@sha256:x")
        #expect(!reference.isLoopback)
    }

    @Test("platforms are equal however they are spelled")
    func platforms() {
        #expect(Platform("linux/arm64") == Platform("linux/arm64/v8"))
        #expect(Platform("linux/arm") == Platform("linux/arm/v7"))
        #expect(Platform("linux/arm/v6") != Platform("linux/arm/v7"))
        for text in ["linux", "linux/", "/arm", "linux/arm/v7/x", "Linux/arm", "linux/a b", "linux/amd64,linux/arm"] {
            #expect(Platform(text) == nil, "\(text)")
        }
    }

    @Test("an index gives its platforms without attestations")
    func index() throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let value: JSONValue = [
            "manifests": [
                ["digest": .string(digest), "platform": ["os": "linux", "architecture": "arm", "variant": "v7"]],
                ["digest": .string(digest), "platform": ["os": "unknown", "architecture": "unknown"]],
            ]
        ]
        let index = try #require(ImageIndex(value))
        #expect(index.content == .index([.init(platform: try #require(Platform("linux/arm/v7")), digest: digest)]))
        #expect(ImageIndex(["manifests": [["digest": "sha256:../../x"]]]) == nil)
        #expect(ImageIndex(["schemaVersion": 1, "fsLayers": []]) == nil)
        #expect(ImageIndex(.null) == nil)
    }

    @Test("challenges are read, quoted commas and all")
    func challenges() {
        let header = #"Bearer realm="https://auth.example/token?a=b,c",service="reg",scope="repository:a/b:pull,push""#
        #expect(
            RegistryChallenge([header])
                == .bearer(
                    realm: "https://auth.example/token?a=b,c", service: "reg", scope: "repository:a/b:pull,push"))
        #expect(RegistryChallenge(["Negotiate", "BASIC realm=x"]) == .basic)
        #expect(RegistryChallenge(["Bearer realm=\"file:///etc/passwd\""]) == nil)
        #expect(RegistryChallenge(["Bearer", ""]) == nil)
        #expect(
            RegistryChallenge(["Bearer realm=\"https://a.example"])
                == .bearer(realm: "https://a.example", service: nil, scope: nil))
    }

    @Test("logins come from a registry's own helper, then the store, then the file")
    func logins() throws {
        let value: JSONValue = [
            "auths": [
                "https://index.docker.io/v1/": ["auth": "aHVi"], "ghcr.io": ["auth": "Z2hjcg=="],
                "https://old.example/v2/": ["identitytoken": "t"], "empty.example": [:],
            ],
            "credHelpers": ["own.example": "pass", "evil.example": "../../bin/sh"],
        ]
        let logins = try #require(DockerLogins(value))
        #expect(logins.login(for: "docker.io") == .basic("aHVi"))
        #expect(logins.login(for: "ghcr.io") == .basic("Z2hjcg=="))
        #expect(logins.login(for: "old.example") == .identityToken("t"))
        #expect(logins.login(for: "own.example") == .helper("pass", server: "own.example"))
        for name in ["empty.example", "evil.example", "io", "hcr.io"] { #expect(logins.login(for: name) == nil) }
        let store = try #require(DockerLogins(["credsStore": "desktop"]))
        #expect(store.login(for: "docker.io") == .helper("desktop", server: "https://index.docker.io/v1/"))
    }

    @Test("escape sequences and what a carriage return wrote over are gone")
    func escapes() {
        #expect("\u{1B}[31mred\u{1B}[0m and \u{1B}]0;title\u{07}plain".withoutEscapes == "red and plain")
        #expect("10%\r50%\r100%".withoutEscapes == "100%")
        #expect("line\r".withoutEscapes == "line")
        #expect("\u{1B}[".withoutEscapes == "")
        #expect("nothing".withoutEscapes == "nothing")
    }
}
