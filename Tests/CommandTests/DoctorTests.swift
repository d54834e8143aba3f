import Foundation
import TestSupport
import Testing

@Suite("doctor") struct DoctorTests {
    /// Each finding as `verdict subject: text`.
    private func findings(_ output: Output) -> [String] {
        (output.json["findings"]?.array ?? []).map { finding in
            "\(finding["verdict"]?.string ?? "?") \(finding["subject"]?.string ?? "?"): \(finding["text"]?.string ?? "?")"
        }
    }

    @Test("says of everything that it is ok, starts nothing, sends nothing and leaves no file") func well() async throws
    {
        try await withWorld { world async throws in
            world.publishBaseline()
            let output = try await world.run("doctor", "--json")
            let findings = findings(output)
            #expect(findings.allSatisfy { $0.hasPrefix("ok ") }, "\(findings)")
            #expect(output.status == 0 && output.json["ok"]?.bool == true)
            for part in [
                "ok configuration: ", "ok state: ", "ok github: the token is valid, ",
                "ok clock: it agrees with GitHub's", "ok upstream elabftw: elabftw/elabftw, first on the list: 5.6.12",
                "ok upstream s6-overlay: ",
                "ok action build-image: build-image.yaml in OWNER/elab-arm-docker is active",
                "ok action build-image: the token may start workflows in OWNER/elab-arm-docker",
                "ok action build-image: the workflow declares every input that is sent, and its run-name has the job's id",
                "ok notifier hook: ", "ok notifier team-chat: ",
            ] {
                #expect(findings.contains { $0.hasPrefix(part) }, "\(part)\nin \(findings)")
            }
            #expect(world.runs.isEmpty)
            #expect(world.files().isEmpty)
            let touched = world.sink.messages().map { "\($0.method) \($0.path)" }
            #expect(Set(touched) == ["HEAD /"], "the bare hosts, and nothing else")
        }
    }

    /// Something that is wrong, and what must be said of it.
    struct Ailment: Sendable, CustomStringConvertible {
        var description: String
        var finding: String
        var spoil: @Sendable (World) -> Void

        init(_ description: String, _ finding: String, _ spoil: @escaping @Sendable (World) -> Void) {
            self.description = description
            self.finding = finding
            self.spoil = spoil
        }

        static let place = "OWNER/elab-arm-docker"
        static let all = [
            Ailment("a token that GitHub does not know", "failed github: GitHub answered 401: Bad credentials") {
                $0.github.removeToken(Secrets.token)
                $0.github.addToken("another")
            },
            Ailment("a token that expires soon", "warning github: the token is valid, but expires at ") {
                $0.github.addToken(Secrets.token, .init(expires: Date(timeIntervalSinceNow: 86_400)))
            },
            Ailment(
                "a token that may not start workflows",
                "failed action build-image: GitHub answered 403: Resource not accessible by personal access token"
            ) { $0.github.addToken(Secrets.token, .init(permissions: ["actions": "read", "contents": "read"])) },
            Ailment("an upstream that is not there", "failed upstream elabftw: GitHub answered 404: Not Found") {
                $0.github.delete(World.elabftw)
            },
            Ailment("an archived upstream", "warning upstream elabftw: elabftw/elabftw is archived") {
                $0.github.archive(World.elabftw)
            },
            Ailment("a renamed upstream", "warning upstream elabftw: elabftw/elabftw has moved to else/where") {
                $0.github.rename(World.elabftw, to: "else/where")
            },
            Ailment("an upstream without releases", "warning upstream elabftw: elabftw/elabftw has no releases") {
                $0.github.remove(World.elabftw, "5.6.12")
            },
            Ailment("a workflow that is not there", "failed action build-image: GitHub answered 404: Not Found") {
                $0.github.removeWorkflow(place, World.workflow)
            },
            Ailment(
                "a workflow that is disabled",
                "failed action build-image: build-image.yaml in OWNER/elab-arm-docker is disabled_inactivity"
            ) { $0.github.editWorkflow(place, World.workflow) { $0.state = "disabled_inactivity" } },
            Ailment(
                "a ref that is not there",
                "failed action build-image: OWNER/elab-arm-docker has no build-image.yaml on nowhere"
            ) { $0.set("actions.build-image.workflowDispatch.ref", "nowhere") },
            Ailment(
                "a workflow without an input that is sent",
                "failed action build-image: the workflow declares no input s6_overlay_version"
            ) { $0.github.editWorkflow(place, World.workflow) { $0.inputs["s6_overlay_version"] = nil } },
            Ailment(
                "a workflow that requires more",
                "failed action build-image: the workflow requires more, which is not sent"
            ) { $0.github.editWorkflow(place, World.workflow) { $0.inputs["more"] = .required } },
            Ailment(
                "a run-name without the job's id",
                "warning action build-image: the workflow's run-name does not hold the job's id"
            ) { $0.github.editWorkflow(place, World.workflow) { $0.runName = "build ${{ inputs.elabftw_version }}" } },
            Ailment("a clock that is wrong", "warning clock: it differs from GitHub's by ") {
                $0.github.configure { $0.clockOffset = .seconds(600) }
            },
            Ailment(
                "a state in a folder that is not there", "failed state: the directory of the state file does not exist"
            ) {
                $0.set("stateFile", .string($0.folder + "/nowhere/state.json"))
            },
            Ailment("a receiver that is not there", "failed notifier hook: ") {
                // Bound to nothing: port 9 of loopback, where no test listens.
                $0.environ("HOOK_URL", "http://127.0.0.1:9/x")
            },
            Ailment("a secret that is not there", "failed notifier team-chat: ") { $0.environ("SLACK_URL", nil) },
        ]
    }

    @Test("is right about what is wrong, before it happens, and about nothing else", arguments: Ailment.all)
    func wrong(_ ailment: Ailment) async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            ailment.spoil(world)
            let output = try await world.run("doctor", "--json")
            let bad = findings(output).filter { !$0.hasPrefix("ok ") }
            #expect(bad.contains { $0.hasPrefix(ailment.finding) }, "\(bad)")
            let isFailed = ailment.finding.hasPrefix("failed")
            #expect(output.status == (isFailed ? 1 : 0))
            #expect(output.json["ok"]?.bool == !isFailed)
            let subject = ailment.finding.split(separator: ":")[0].split(separator: " ").dropFirst().joined(
                separator: " ")
            #expect(
                // With a token that is unknown nothing of GitHub can be seen.
                subject == "github" || bad.allSatisfy { $0.contains(" \(subject): ") }, "\(bad)")
            #expect(world.runs.isEmpty)
        }
    }

    @Test("docker's own builder needs an engine here, one that is named does not", arguments: [nil, "farm"])
    func builders(_ builder: String?) async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            // A docker whose engine is not there, while its builders are.
            let tools = Fixtures.folder.path + "/docker-without-engine"
            world.environ("PATH", tools + ":/usr/bin:/bin")
            world.set("actions.build-image.workflowDispatch", nil)
            world.set(
                "actions.build-image.imageBuild",
                ["context": .string(tools), "tags": ["x.example/y:1"], "platforms": ["linux/arm/v7"], "push": false])
            world.set("actions.build-image.imageBuild.builder", builder.map { .string($0) })
            let output = try await world.run("doctor", "--json")
            let found = findings(output).filter { $0.contains(" action build-image: ") }
            if builder == nil {
                #expect(output.status == 1)
                #expect(found.count == 1 && found[0].hasPrefix("failed action build-image: Cannot connect"), "\(found)")
            } else {
                #expect(output.status == 0)
                #expect(found.contains("ok action build-image: builder farm, driver remote"), "\(found)")
                #expect(found.contains("ok action build-image: linux/arm/v7 runs"), "\(found)")
            }
        }
    }

    @Test("--send sends every notifier a test message, and says which refuses it") func sends() async throws {
        try await withWorld { world async throws in
            world.publishBaseline()
            world.sink.always(world.slackPath, .text(404, "no_service"))
            let output = try await world.run("doctor", "--send")
            #expect(output.status == 1)
            #expect(world.told == ["test "])
            #expect(output.out.contains("ok       notifier hook: a test message was delivered"), "\(output.out)")
            #expect(output.out.contains("failed   notifier team-chat: "), "\(output.out)")
            #expect(output.out.contains(", 1 failed"))
        }
    }
}
