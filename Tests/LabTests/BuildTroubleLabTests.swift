import Foundation
import TestSupport
import Testing

/// What goes wrong with builds, for real.
@Suite("Images that cannot be built", .serialized, .enabled(if: Lab.isWanted, Lab.whyNot))
struct BuildTroubleLabTests {
    private func with(_ body: (BuildLab) async throws -> Void) async throws { try await BuildLabTests.with(body) }

    /// A new release under `config`, and the only job that comes of it.
    private func fail(
        _ lab: BuildLab, context: String, more: String = #", "platforms": ["linux/amd64"]"#, attempts: Int = 1
    ) throws -> (BuildLab.Outcome, [String: Any]) {
        try lab.configure(context: context, more: more, action: #", "attempts": \#(attempts)"#)
        try lab.baseline()
        lab.github.publish(BuildLab.elabftw, "5.6.12")
        let outcome = try lab.run("once", "--wait")
        return (outcome, try lab.job())
    }

    @Test("one platform fails: the job fails, its reason tells of the step, nothing is pushed")
    func onePlatform() async throws {
        try await with { lab in
            let (outcome, job) = try fail(
                lab,
                context: lab.context(
                    "RUN if [ $TARGETPLATFORM = linux/arm/v7 ]; then echo no such register; exit 3; fi"),
                more: #", "platforms": ["linux/amd64", "linux/arm/v7"]"#)
            #expect(outcome.status == 1)
            #expect(job["status"] as? String == "failed")
            #expect((job["reason"] as? String ?? "").contains("exit code: 3"))
            #expect((job["reason"] as? String ?? "").contains("no such register"))
            #expect(try lab.tags().isEmpty)
            let log = lab.folder + "/" + (job["log"] as? String ?? "?")
            #expect(try String(contentsOfFile: log, encoding: .utf8).contains("no such register"))
        }
    }

    @Test("a platform that cannot be built here is said as such")
    func noSuchPlatform() async throws {
        try await with { lab in
            let (outcome, job) = try fail(
                lab, context: lab.context("RUN echo x"), more: #", "platforms": ["linux/amd64", "linux/riscv64"]"#,
                attempts: 3)
            #expect(outcome.status == 1)
            #expect(job["attempts"] as? Int == 1, "\(job)")
            #expect(job["status"] as? String == "failed")
            let ailments = try lab.ailments()
            #expect(ailments.status == 1)
            #expect(ailments.texts.contains("linux/riscv64 does not run"))
        }
    }

    @Test("a time-out ends the build and all of it, and counts as an attempt")
    func timeout() async throws {
        try await with { lab in
            let (outcome, job) = try fail(
                lab, context: lab.context("RUN echo $VERSION; sleep 600"),
                more: #", "platforms": ["linux/amd64"], "timeout": "4s""#)
            #expect(outcome.status == 1)
            #expect(outcome.seconds < 30)
            #expect((job["reason"] as? String ?? "").contains("did not end within 4s"))
            #expect(try lab.leftovers() == 0)
        }
    }

    @Test("SIGTERM ends it within ten seconds, and the next pass builds it; that is no failed attempt")
    func terminated() async throws {
        try await with { lab in
            let marker = "sleep 600"
            try lab.configure(
                context: try lab.context("RUN echo building now; \(marker)"), more: #", "platforms": ["linux/amd64"]"#,
                action: #", "attempts": 1"#)
            try lab.baseline()
            lab.github.publish(BuildLab.elabftw, "5.6.12")
            let began = Date()
            let (process, name) = try lab.start(["once"])
            try lab.wait(for: "building now", in: "\(lab.statePath).logs/*.log")
            let asked = Date()
            process.terminate()
            let outcome = try lab.outcome(process, name, began)
            #expect(Date().timeIntervalSince(asked) < 10)
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(try lab.leftovers() == 0)
            #expect(try lab.job()["status"] as? String == "pending")
            #expect(try lab.job()["attempts"] as? Int == 0)
            try lab.configure(
                context: try lab.context("RUN echo done"), more: #", "platforms": ["linux/amd64"]"#,
                action: #", "attempts": 1"#)
            #expect(try lab.run("once").status == 0)
            #expect(try lab.job()["status"] as? String == "succeeded")
        }
    }

    @Test("kill -9 in the middle: what is left is ended, it is built again, and a third time nothing is built")
    func killed() async throws {
        try await with { lab in
            try lab.configure(
                context: try lab.context("RUN echo building now; sleep 600"), more: #", "platforms": ["linux/amd64"]"#)
            try lab.baseline()
            lab.github.publish(BuildLab.elabftw, "5.6.12")
            let (process, _) = try lab.start(["once"])
            try lab.wait(for: "building now", in: "\(lab.statePath).logs/*.log")
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(try lab.leftovers() > 0)
            try lab.configure(
                context: try lab.context("RUN echo done"), more: #", "platforms": ["linux/amd64"]"#)
            #expect(try lab.run("once").status == 0)
            #expect(try lab.leftovers() == 0)
            #expect(try lab.job()["status"] as? String == "succeeded")

            // As if the process had ended between the push and the save: the image bears the job's label.
            let digest = try lab.digest("5.6.12")
            let text = try String(contentsOfFile: lab.statePath, encoding: .utf8)
            var ledger = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
            var job = (ledger["history"] as? [[String: Any]])?.first ?? [:]
            job["phase"] = ["building": [:]]
            job["endedAt"] = nil
            ledger["history"] = []
            ledger["jobs"] = [job]
            try JSONSerialization.data(withJSONObject: ledger).write(to: URL(fileURLWithPath: lab.statePath))
            try FileManager.default.removeItem(atPath: lab.statePath + ".logs")
            let outcome = try lab.run("once", "--verbose")
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect((outcome.out + outcome.err).contains("its image is there already"))
            #expect(!FileManager.default.fileExists(atPath: lab.statePath + ".logs"))
            #expect(try lab.digest("5.6.12") == digest)
            #expect(try lab.job()["status"] as? String == "succeeded")
        }
    }

    @Test("no docker, no buildx, a context that is not a directory: said at once, with a hint")
    func nothingThere() async throws {
        try await with { lab in
            lab.environ("PATH", "/nowhere")
            let (outcome, job) = try fail(lab, context: lab.context("RUN echo"), attempts: 3)
            #expect(outcome.status == 1)
            #expect(job["attempts"] as? Int == 1)
            #expect((job["reason"] as? String ?? "").contains("no program docker"))
            #expect(outcome.err.contains("hint: install docker"))
            #expect(try lab.ailments().texts == "there is no program docker in PATH")
        }
        try await with { lab in
            let script = lab.folder + "/docker"
            try "#!/bin/sh\necho \"docker: 'buildx' is not a docker command.\" >&2\nexit 1\n".write(
                toFile: script, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
            lab.environ("PATH", lab.folder + ":/usr/bin:/bin")
            let (_, job) = try fail(lab, context: lab.context("RUN echo"), attempts: 3)
            #expect((job["reason"] as? String ?? "").contains("docker has no buildx"))
            #expect(try lab.ailments().status == 1)
        }
        try await with { lab in
            let (_, job) = try fail(lab, context: "/not/there", attempts: 3)
            #expect(job["reason"] as? String == "the context /not/there is not a directory")
            #expect(try lab.ailments().texts == "the context /not/there is not a directory")
            #expect(job["attempts"] as? Int == 1)
        }
    }

    @Test("a registry that refuses, and one that is not there")
    func refusals() async throws {
        try await with { lab in
            let (registry, process) = try lab.closedRegistry()
            defer { process.terminate() }
            let context = try lab.context("RUN echo")
            try lab.configure(context: context, more: #", "platforms": ["linux/amd64"]"#, action: #", "attempts": 3"#)
            let text = try String(contentsOfFile: lab.configPath, encoding: .utf8)
            try text.replacing("\(lab.image):", with: "\(registry)/x:").write(
                toFile: lab.configPath, atomically: true, encoding: .utf8)
            try lab.baseline()
            lab.github.publish(BuildLab.elabftw, "5.6.12")
            let outcome = try lab.run("once", "--wait")
            #expect(outcome.status == 1)
            let job = try lab.job()
            #expect(job["attempts"] as? Int == 1, "\(job)")
            #expect((job["reason"] as? String ?? "").contains("401 Unauthorized"))
            #expect(try lab.ailments().texts.contains("\(registry)/x cannot be pushed to: "))

            // Nobody listens there any more: that may pass, so it is tried again later.
            process.terminate()
            process.waitUntilExit()
            #expect(try lab.run("forget", job["id"] as? String ?? "?").status == 0)
            lab.github.publish(BuildLab.elabftw, "5.6.13")
            #expect(try lab.run("once").status == 0)
            let waiting = try lab.jobs().first { $0["status"] as? String == "pending" } ?? [:]
            #expect((waiting["reason"] as? String ?? "").contains("connection refused"), "\(waiting)")
            #expect(try lab.ailments().texts.contains("\(registry)/x cannot be pushed to: "))
        }
    }

    @Test("hostile tags reach no argv")
    func hostile() async throws {
        try await with { lab in
            let script = lab.folder + "/docker"
            try "#!/bin/sh\nprintf '%s\\n' \"$@\" >> \(lab.folder)/argv\nexit 1\n".write(
                toFile: script, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
            lab.environ("PATH", lab.folder + ":/usr/bin:/bin")
            try lab.configure(context: try lab.context("RUN echo"), action: #", "releases": "each", "attempts": 1"#)
            try lab.baseline()
            for tag in [
                "--push", "5.6.12 --push", "$(touch x)", "`id`", "5.6.12\n--push", String(repeating: "9", count: 300),
                "5.6.\u{202E}31", "5.6.12;reboot", "-5.6.12", "5.6.12\u{0}", "../../5.6.12",
            ] {
                lab.github.publish(BuildLab.elabftw, tag)
            }
            #expect(try lab.run("once", "--wait").status == 0)
            #expect(try lab.jobs().isEmpty)
            #expect(!FileManager.default.fileExists(atPath: lab.folder + "/argv"))
            lab.github.publish(BuildLab.elabftw, "5.6.12")
            _ = try lab.run("once", "--wait")
            let argv = try String(contentsOfFile: lab.folder + "/argv", encoding: .utf8).split(separator: "\n")
            #expect(argv.suffix(2) == ["--", "\(lab.folder)/context"])
        }
    }
}
