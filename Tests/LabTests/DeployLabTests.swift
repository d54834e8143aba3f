import Foundation
import TestSupport
import Testing

/// What is in deploy/docker, built and run: the image on a small Debian, under docker compose.
@Suite("In a container of its own", .serialized, .enabled(if: Lab.isWanted, Lab.whyNot))
struct DeployLabTests {
    /// The engine's socket, a network that reaches the lab, and a pulse that a test can wait for.
    private static func override(_ socket: String) -> String {
        """
        services:
          watcher:
            network_mode: host
            pull_policy: never
            healthcheck: { interval: 1s, start_period: 0s, timeout: 10s, test: [CMD, watcher, status] }
            volumes:
              - \(socket):/var/run/docker.sock
              - ./context:/context:ro
        """
    }

    /// The files of deploy/docker in the test's folder, with a configuration of the test's own.
    private func prepare(_ lab: BuildLab, _ config: String, socket: String = "/dev/null") throws {
        try Lab.script("deploy.sh", "up")
        #expect(FileManager.default.fileExists(atPath: Lab.binary), "make build comes first")
        let folder = lab.folder
        try Lab.sh("mkdir -p \(folder)/bin \(folder)/context && strip -o \(folder)/bin/watcher '\(Lab.binary)'")
        _ = try lab.docker(
            "buildx build --progress=plain --load --tag watcher --file \(Lab.root)/deploy/docker/Dockerfile "
                + "--build-context binary=\(folder)/bin --build-arg SWIFT_IMAGE=scratch --build-arg BASE_IMAGE=systemd:12 --build-arg DOCKER_IMAGE=lab/tools "
                + Lab.root)
        try Lab.sh("cp \(Lab.root)/deploy/docker/compose*.yaml \(folder)")
        for name in ["config", "config.build"] {
            try config.write(toFile: "\(folder)/\(name).json", atomically: true, encoding: .utf8)
        }
        try Self.override(socket).write(toFile: folder + "/lab.yaml", atomically: true, encoding: .utf8)
        // As the comment in compose.yaml has it: the container's user alone reads it.
        try Lab.sh(
            "cd \(folder) && echo lab-token > github-token && chown 10001 github-token && chmod 400 github-token")
    }

    private func compose(_ lab: BuildLab, _ words: String, building: Bool = false, okay: Bool = true) throws -> String {
        let files = ["compose.yaml"] + (building ? ["compose.build.yaml"] : []) + ["lab.yaml"]
        let name = "watcher-" + lab.folder.suffix(12)
        return try Lab.sh(
            "cd \(lab.folder) && docker compose --project-name \(name) "
                + files.map { "--file \($0) " }.joined() + words, okay: okay
        ).output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("it runs as nobody on a read-only root, is healthy, starts a workflow, and ends when asked")
    func dispatches() async throws {
        try await BuildLabTests.with { lab in
            lab.github.addToken("lab-token")
            lab.github.addWorkflow(
                "lab/image", "build.yaml", inputs: ["version": .required, "watcher_job": .optional],
                runName: "build ${{ inputs.version }} [${{ inputs.watcher_job }}]",
                progress: .afterLooks(1, conclusion: "success"))
            try prepare(
                lab,
                """
                {
                  "poll": { "every": "1s" },
                  "github": { "apiURL": "\(lab.github.url)", "token": { "file": "/run/secrets/github-token" } },
                  "upstreams": { "elabftw": { "github": "\(BuildLab.elabftw)" } },
                  "actions": { "image": { "upstreams": ["elabftw"], "workflowDispatch": {
                    "repository": "lab/image", "workflow": "build.yaml", "ref": "main",
                    "inputs": { "version": "{{elabftw.tag}}", "watcher_job": "{{job.id}}" } } } }
                }
                """)
            defer { _ = try? compose(lab, "down --volumes --timeout 15", okay: false) }
            _ = try compose(lab, "up --detach --no-build")
            try await lab.github.waitForRequests(Route(.releases), count: 2, timeout: .seconds(60))
            let id = try compose(lab, "ps --quiet watcher")
            try await Lab.wait("the health check", seconds: 60) {
                try lab.docker("inspect --format '{{.State.Health.Status}}' \(id)") == "healthy"
            }
            let facts = try lab.docker("inspect --format '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}' \(id)")
            #expect(facts == "10001:10001 true")
            #expect(try lab.docker("exec \(id) id -u") == "10001")
            #expect(try lab.docker("exec \(id) touch /usr/bin/x || echo refused").contains("Read-only file system"))

            lab.github.publish(BuildLab.elabftw, "5.6.12")
            try await lab.github.waitForRequests(Route(.dispatch), count: 1, timeout: .seconds(60))
            try await Lab.wait("the job's success", seconds: 60) {
                try lab.docker("exec \(id) watcher status").contains("succeeded")
            }
            let asked = Date()
            _ = try compose(lab, "stop")
            #expect(Date().timeIntervalSince(asked) < 15)
            #expect(try lab.docker("inspect --format '{{.State.ExitCode}}' \(id)") == "0")
        }
    }

    @Test("with the engine's socket it builds for three platforms, pushes and proves, and doctor knows it before")
    func builds() async throws {
        try await BuildLabTests.with { lab in
            let socket = Lab.folder + "/docker.sock"
            try prepare(
                lab,
                """
                {
                  "github": { "apiURL": "\(lab.github.url)" },
                  "upstreams": { "elabftw": { "github": "\(BuildLab.elabftw)" } },
                  "actions": { "image": { "upstreams": ["elabftw"], "imageBuild": {
                    "context": "/context", "tags": ["\(lab.image):{{elabftw.tag}}"], "movingTags": ["latest"],
                    "buildArgs": { "BASE": "\(lab.parts.registry)/lab/base:1" } } } }
                }
                """, socket: socket)
            _ = try lab.context("RUN echo built for $TARGETPLATFORM > /built\nENTRYPOINT [\"/bin/cat\", \"/built\"]")
            try "{}".write(toFile: lab.folder + "/docker-config.json", atomically: true, encoding: .utf8)
            let group = try Lab.sh("stat -c %g \(socket)").output.trimmingCharacters(in: .whitespacesAndNewlines)
            try "DOCKER_GROUP=\(group)\n".write(toFile: lab.folder + "/.env", atomically: true, encoding: .utf8)
            defer { _ = try? compose(lab, "down --volumes", building: true, okay: false) }

            let doctor = try compose(lab, "run --rm watcher doctor", building: true)
            #expect(doctor.contains("linux/arm/v7 runs"), "\(doctor)")
            #expect(doctor.contains(" 0 failed"), "\(doctor)")
            _ = try compose(lab, "run --rm watcher once", building: true)
            lab.github.publish(BuildLab.elabftw, "5.6.12")
            _ = try compose(lab, "run --rm watcher once --wait", building: true)
            #expect(try lab.tags() == ["5.6.12", "latest"])
            #expect(try lab.says("linux/arm/v7", "5.6.12") == "built for linux/arm/v7")
        }
    }
}
