import Foundation
import TestSupport
import Testing

/// Success is believed when a real registry shows it.
@Suite("Images, really proven", .serialized, .enabled(if: Lab.isWanted, Lab.whyNot))
struct BuildProofLabTests {
    @Test("a platform that was never pushed: the job fails and names it, and latest stays where it is")
    func neverPushed() async throws {
        try await BuildLabTests.with { lab in
            try lab.configure(
                context: try lab.context("RUN echo"),
                more: #", "platforms": ["linux/amd64"], "movingTags": ["latest"]"#,
                action:
                    #", "verify": { "image": "\#(lab.image):{{elabftw.tag}}", "platforms": ["linux/amd64", "linux/arm/v7"] }"#
            )
            try lab.baseline()
            lab.github.publish(BuildLab.elabftw, "5.6.12")
            let outcome = try lab.run("once", "--wait")
            #expect(outcome.status == 1)
            #expect(try lab.job()["reason"] as? String == "\(lab.image):5.6.12 lacks linux/arm/v7 in the registry")
            #expect(try lab.tags() == ["5.6.12"])
        }
    }

    @Test("a workflow that says success over a registry that lost a platform is not believed, until the image is whole")
    func lost() async throws {
        try await BuildLabTests.with { lab in
            lab.github.addWorkflow(
                "lab/image", "build.yaml", inputs: ["version": .required, "watcher_job": .optional],
                runName: "build ${{ inputs.version }} [${{ inputs.watcher_job }}]",
                progress: .afterLooks(1, conclusion: "success"))
            try """
            {
              "stateFile": "\(lab.statePath)", "github": { "apiURL": "\(lab.github.url)", "token": "lab-token" },
              "upstreams": { "elabftw": { "github": "\(BuildLab.elabftw)" } },
              "actions": { "image": {
                "upstreams": ["elabftw"],
                "workflowDispatch": { "repository": "lab/image", "workflow": "build.yaml", "ref": "main",
                  "inputs": { "version": "{{elabftw.tag}}", "watcher_job": "{{job.id}}" } },
                "verify": { "image": "\(lab.image):{{elabftw.tag}}",
                  "platforms": ["linux/amd64", "linux/arm64", "linux/arm/v7"] }
              } }
            }
            """.write(toFile: lab.configPath, atomically: true, encoding: .utf8)
            try lab.baseline()
            try push(lab, "first")
            try lab.lose("linux/arm/v7", "5.6.12")
            lab.github.publish(BuildLab.elabftw, "5.6.12")
            let outcome = try lab.run("once", "--wait")
            #expect(outcome.status == 1, "\(outcome.out)")
            let failed = try lab.job()
            #expect(failed["reason"] as? String == "\(lab.image):5.6.12 lacks linux/arm/v7 in the registry")

            try push(lab, "second")
            let retried = try lab.run("retry", failed["id"] as? String ?? "?")
            #expect(retried.status == 0, "\(retried.err)")
            let second = try lab.run("once", "--wait")
            #expect(second.status == 0, "\(second.err)")
            let succeeded = try lab.jobs().first { $0["status"] as? String == "succeeded" } ?? [:]
            #expect((succeeded["platforms"] as? [Any])?.count == 3, "\(succeeded)")
        }
    }

    /// What the workflow would have done.
    private func push(_ lab: BuildLab, _ content: String) throws {
        let context = try lab.context("RUN echo \(content) > /content")
        _ = try lab.docker(
            "buildx build --platform \(BuildLab.platforms.joined(separator: ",")) --push --tag \(lab.image):5.6.12 "
                + "--build-arg BASE=\(lab.parts.registry)/lab/base:1 \(context)")
    }
}
