import Foundation
import TestSupport
import Testing

/// The mission, with a real engine, QEMU and a real registry.
@Suite("Images, really built", .serialized, .enabled(if: Lab.isWanted, Lab.whyNot))
struct BuildLabTests {
    static func with(_ body: (BuildLab) async throws -> Void) async throws {
        try await withGitHubLookalike { (github: GitHubLookalike) async throws in
            github.addRepository(BuildLab.elabftw)
            github.addRepository(BuildLab.overlay)
            github.publish(BuildLab.elabftw, "5.6.11")
            try await body(try BuildLab(github))
        }
    }

    @Test("the seed is built for three platforms from checked tarballs, pushed, proven, run, and latest moved")
    func seed() async throws {
        try await Self.with { lab in
            let assets = ["noarch", "x86_64", "aarch64", "arm"].map {
                GitHubLookalike.Asset("s6-overlay-\($0).tar.xz", size: 100)
            }
            lab.github.publish(BuildLab.overlay, "v3.2.3.1", assets: assets)
            try """
            {
              "stateFile": "\(lab.statePath)", "github": { "apiURL": "\(lab.github.url)" },
              "upstreams": {
                "elabftw": { "github": "\(BuildLab.elabftw)", "minimumVersion": "5.5.0" },
                "s6-overlay": { "github": "\(BuildLab.overlay)", "requiredAssets": ["s6-overlay-noarch.tar.xz", "s6-overlay-arm.tar.xz"] }
              },
              "actions": { "image": { "upstreams": ["elabftw", "s6-overlay"], "imageBuild": {
                "context": "\(Lab.root)/deploy/image",
                "buildArgs": {
                  "ELABFTW_VERSION": "{{elabftw.tag}}", "S6_OVERLAY_VERSION": "{{s6-overlay.version}}",
                  "FETCH_IMAGE": "\(lab.parts.registry)/lab/fetch:1", "BASE_IMAGE": "\(lab.parts.registry)/lab/base:1",
                  "S6_OVERLAY_SOURCE": "\(lab.parts.releases)"
                },
                "tags": ["\(lab.image):{{elabftw.tag}}"], "movingTags": ["latest", "{{elabftw.major}}.{{elabftw.minor}}"]
              } } }
            }
            """.write(toFile: lab.configPath, atomically: true, encoding: .utf8)
            try lab.baseline()
            let ailments = try lab.ailments()
            #expect(ailments.status == 0, "\(ailments.texts)")
            lab.github.publish(BuildLab.elabftw, "5.6.12")
            let outcome = try lab.run("once", "--wait")
            #expect(outcome.status == 0, "\(outcome.err)")
            let job = try lab.job()
            #expect(job["status"] as? String == "succeeded")
            let platforms = job["platforms"] as? [[String: Any]] ?? []
            #expect(platforms.map { $0["platform"] as? String } == BuildLab.platforms)
            #expect(Set(platforms.compactMap { $0["digest"] as? String }).count == 3)
            for (platform, arch, machine) in [
                ("linux/amd64", "x86_64", "x86_64"), ("linux/arm64", "aarch64", "aarch64"),
                ("linux/arm/v7", "arm", "armv7l"),
            ] {
                #expect(
                    try lab.says(platform, "5.6.12") == "elabftw 5.6.12, s6-overlay 3.2.3.1 for \(arch), on \(machine)")
            }
            #expect(try lab.tags() == ["5.6", "5.6.12", "latest"])
            #expect(try lab.digest("latest") == lab.digest("5.6.12"))
            let labels = try lab.docker("image inspect --format '{{json .Config.Labels}}' \(lab.image):5.6.12")
            for text in [
                "\"watcher.upstream.elabftw\":\"5.6.12\"", "\"watcher.upstream.s6-overlay\":\"v3.2.3.1\"",
                "\"watcher.job\":\"\(job["id"] as? String ?? "?")\"", "\"org.opencontainers.image.version\":\"5.6.12\"",
            ] {
                #expect(labels.contains(text))
            }

            // A tarball that is not what its checksum says is never unpacked.
            lab.github.publish(BuildLab.overlay, "v6.6.6.6", assets: assets)
            let spoiled = try lab.run("once")
            #expect(spoiled.status == 0, "\(spoiled.err)")
            #expect(try lab.job()["status"] as? String == "pending")
            #expect((try lab.job()["reason"] as? String ?? "").contains("s6-overlay-arm.tar.xz"))
        }
    }

    @Test("an older line leaves latest alone, and ten releases in a row are built one at a time, oldest first")
    func lines() async throws {
        try await Self.with { lab in
            try lab.configure(
                context: try lab.context("RUN echo $VERSION > /version"),
                more:
                    #", "platforms": ["linux/amd64"], "movingTags": ["latest", "{{elabftw.major}}.{{elabftw.minor}}"]"#,
                action: #", "releases": "each""#)
            try lab.baseline()
            for number in 12...20 { lab.github.publish(BuildLab.elabftw, "5.6.\(number)") }
            lab.github.publish(BuildLab.elabftw, "5.5.14")
            let outcome = try lab.run("once", "--wait")
            #expect(outcome.status == 0, "\(outcome.err)")
            let jobs = try lab.jobs()
            #expect(jobs.count == 10)
            let failed = jobs.filter { $0["status"] as? String != "succeeded" }
            #expect(failed.isEmpty, "\(failed)")
            let spans = jobs.compactMap { job -> (String, String)? in
                guard let begun = job["begun"] as? String, let ended = job["ended"] as? String else { return nil }
                return (begun, ended)
            }.sorted { $0.0 < $1.0 }
            #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.1 <= $1.0 })
            #expect(try lab.digest("latest") == lab.digest("5.6.20"))
            #expect(try lab.digest("5.6") == lab.digest("5.6.20"))
            #expect(try lab.digest("5.5") == lab.digest("5.5.14"))
        }
    }

    @Test("a lost state rebuilds nothing that is there, and builds what is not")
    func lostState() async throws {
        try await Self.with { lab in
            try lab.configure(
                context: try lab.context("RUN echo $VERSION > /version"), more: #", "platforms": ["linux/amd64"]"#,
                upstream: #", "onFirstSight": "build-if-missing""#)
            let first = try lab.run("once", "--wait")
            #expect(first.status == 0, "\(first.err)")
            #expect(try lab.tags() == ["5.6.11"])
            let digest = try lab.digest("5.6.11")
            try FileManager.default.removeItem(atPath: lab.statePath)
            try FileManager.default.removeItem(atPath: lab.statePath + ".logs")
            let second = try lab.run("once", "--wait")
            #expect(second.status == 0, "\(second.err)")
            #expect(try lab.digest("5.6.11") == digest)
            #expect(!FileManager.default.fileExists(atPath: lab.statePath + ".logs"))
        }
    }

    @Test("an engine elsewhere builds, by a context of docker's own")
    func elsewhere() async throws {
        try await Self.with { lab in
            let context = "far-" + lab.image.suffix(12)
            _ = try lab.docker("context create \(context) --docker host=$DOCKER_HOST")
            defer { _ = try? lab.docker("context rm --force \(context)") }
            try lab.configure(
                context: try lab.context("RUN echo $VERSION > /version"),
                more: #", "platforms": ["linux/amd64", "linux/arm64"], "movingTags": ["latest"]"#)
            lab.environ("DOCKER_HOST", "unix:///nowhere.sock")
            #expect(try lab.ailments().status == 1, "there is no engine")
            lab.environ("DOCKER_HOST", nil)
            lab.environ("DOCKER_CONTEXT", context)
            let ailments = try lab.ailments()
            #expect(ailments.status == 0, "\(ailments.texts)")
            try lab.baseline()
            lab.github.publish(BuildLab.elabftw, "5.6.12")
            let outcome = try lab.run("once", "--wait")
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(try lab.tags() == ["5.6.12", "latest"])
        }
    }

    @Test("a secret reaches the build, and no log, state or image")
    func secret() async throws {
        try await Self.with { lab in
            lab.environ("TOP", "hunter2-very-secret")
            lab.environ("OTHER", "another-secret-value")
            try lab.configure(
                // Never in the engine's cache, which would say nothing.
                context: try lab.context(
                    "RUN --mount=type=secret,id=top test \"$(cat /run/secrets/top)\" = hunter2-very-secret && echo it is $(cat /run/secrets/top) for \(lab.image)"
                ),
                more: #", "platforms": ["linux/amd64"], "secrets": { "top": { "env": "TOP" } }"#)
            try lab.baseline()
            lab.github.publish(BuildLab.elabftw, "5.6.12")
            let outcome = try lab.run("once", "--wait", "--verbose")
            #expect(outcome.status == 0, "\(outcome.err)")
            let found = try Lab.sh("grep -rl hunter2 \(lab.folder) | grep -v Dockerfile", okay: false).output
            #expect(found.isEmpty)
            #expect(!outcome.out.contains("hunter2") && !outcome.err.contains("hunter2"))
            #expect(try Lab.sh("grep -r 'it is \\*\\*\\*' \(lab.statePath).logs").status == 0)
        }
    }
}
