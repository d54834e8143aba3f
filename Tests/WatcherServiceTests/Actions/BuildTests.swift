import Curl
import Foundation
import Synchronization
import Testing
import WatcherCore

@testable import WatcherService

@Suite("Builds: what docker is told, and what is made of its words")
struct BuildTests {
    private func command(_ change: (inout Command.Build) -> Void = { _ in }) -> Command.Build {
        var command = Command.Build(
            job: "w-123456789012", action: "image", attempt: 1, context: "https://x.example/a.git#1",
            platforms: ["linux/amd64", "linux/arm/v7"],
            buildArgs: ["V": "--push $(x)"], tags: ["http://nas.lan:5000/app:1"], labels: ["watcher.job": "w-1"],
            mayBeThere: false)
        change(&command)
        return command
    }

    private func build(_ change: (inout Config.ImageBuild) -> Void = { _ in }) -> Config.ImageBuild {
        var build = Config.ImageBuild(context: Template(literal: "."), tags: [Template(literal: "app:1")])
        change(&build)
        return build
    }

    @Test("every value stands behind its option, and the context behind two dashes")
    func arguments() {
        let build = command {
            $0.builder = "b"
            $0.dockerfile = "D"
        }
        #expect(
            BuildCommand.build(build, secrets: ["id=a,env=B"], metadata: "/m")
                == [
                    "buildx", "build", "--progress=plain", "--builder=b", "--platform=linux/amd64,linux/arm/v7",
                    "--file=D",
                    "--build-arg=V=--push $(x)", "--tag=nas.lan:5000/app:1", "--label=watcher.job=w-1",
                    "--secret=id=a,env=B",
                    "--metadata-file=/m", "--push", "--", "https://x.example/a.git#1",
                ])
        #expect(
            !BuildCommand.build(command { $0.push = false }, secrets: [], metadata: "/m").contains("--push"))
    }

    @Test("a path that buildx would take apart is quoted")
    func quoting() {
        #expect(BuildCommand.field("src", "/a/b") == "src=/a/b")
        #expect(BuildCommand.field("src", "/a,\"b") == "\"src=/a,\"\"b\"")
    }

    @Test("what passes by itself is told from what does not")
    func kinds() {
        func isLasting(_ line: String) -> Bool {
            if case .permanent = BuildFailure.failure(status: 1, [line]) { true } else { false }
        }
        #expect(isLasting("ERROR: unknown command: docker buildx"))
        #expect(isLasting("ERROR: denied: requested access to the resource is denied"))
        #expect(isLasting("ERROR: no builder \"x\" found"))
        #expect(!isLasting("ERROR: failed to solve: dial tcp: i/o timeout"))
        #expect(!isLasting("#5 1.2 make: *** Error 1"))
    }

    @Test("the reason names the step and the verdict, without rules and repeated lines of the Dockerfile")
    func words() {
        let tail = [
            "#9 0.1 cc -c a.c", "------", " > [linux/arm/v7 2/3] RUN make:", "0.2 cc: out of memory", "------",
            "Dockerfile:3",
            "   1 |     FROM x", "   3 | >>> RUN make",
            "ERROR: failed to solve: process \"make\" did not complete successfully: exit code: 1",
        ]
        #expect(
            BuildFailure.words(tail)
                == "[linux/arm/v7 2/3] RUN make:; exit code: 1; 0.2 cc: out of memory")
        #expect(BuildFailure.words([]) == "without a word")
        let digest = String(repeating: "0123456789abcdef", count: 4)
        let refused =
            "ERROR: failed to solve: failed to push registry.example/team/x:5.6.12: unexpected status from HEAD request to "
            + "https://registry.example/v2/team/x/blobs/sha256:\(digest): 401 Unauthorized"
        #expect(BuildFailure.words([refused]).hasSuffix("401 Unauthorized"))
    }

    @Test("a log is bounded, loses its middle and no secret, and its end is kept")
    func log() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/watcher-logs-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let logs = BuildLogs(statePath: folder + "/state.json")
        var redactor = Redactor()
        redactor.add("top-secret")
        let name = logs.name(job: "w-1", attempt: 2)
        #expect(name == "state.json.logs/w-1.2.log")
        let log = BuildLog(file: logs.open(name), redactor: redactor) { _ in }
        log.take(Array("\u{1B}[31mfirst top-secret\u{1B}[0m\n".utf8))
        let line = Array((String(repeating: "x", count: 999) + "\n").utf8)
        for _ in 0..<6000 { log.take(line) }
        log.take(Array("the last top-".utf8))
        log.take(Array("secret".utf8))
        let tail = log.finish()
        #expect(tail.last == "the last ***")
        let text = try String(contentsOfFile: logs.path(name), encoding: .utf8)
        #expect(text.hasPrefix("first ***\n"))
        #expect(text.hasSuffix("the last ***\n"))
        #expect(text.contains("bytes left out"))
        #expect(text.utf8.count < BuildLog.headLimit + BuildLog.tailLimit + 1000)
    }

    @Test("the newest logs are kept")
    func newest() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/watcher-logs-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let logs = BuildLogs(statePath: folder + "/state.json")
        for number in 1...30 {
            _ = BuildLog(file: logs.open(logs.name(job: "w-\(100 + number)", attempt: 1)), redactor: Redactor()) { _ in
            }.finish()
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: logs.folder)
        #expect(names.count == BuildLogs.limit)
    }

    @Test("a time-out ends a program with all that it started, also what does not listen")
    func timeout() async throws {
        let path = FileManager.default.temporaryDirectory.path + "/watcher-child-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let program = ExternalProgram(name: "sh", environment: ["PATH": "/usr/bin:/bin", "FILE": path])
        let script = "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > $FILE; while :; do sleep 1; done' & wait; wait"
        await #expect(throws: ExternalProgram.Failure.timedOut("sh", after: .seconds(1))) {
            try await program.run(["-c", script], timeout: .seconds(1))
        }
        let pid = try #require(
            Int32(try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .newlines)))
        // Nobody may have asked for its status yet: a zombie is as good as gone. It dies when the kernel gets to it.
        let end = ContinuousClock.now + .seconds(10)
        var isGone = false
        while !isGone, ContinuousClock.now < end {
            let state = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            isGone = state?.contains(") Z ") ?? true
            if !isGone { await Task.yield() }
        }
        #expect(isGone)
    }

    @Test("a program that never stops talking is ended by its time, from the HTTP client's thread too")
    func talkative() async throws {
        let client = try HTTPClient()
        let program = ExternalProgram(name: "timeout", environment: ["PATH": "/usr/bin:/bin"])
        let log = BuildLog(file: -1, redactor: Redactor()) { _ in }
        let failure = await withTaskExecutorPreference(client.executor) {
            await #expect(throws: ExternalProgram.Failure.self) {
                try await program.follow(["20", "yes"], timeout: .seconds(1)) { log.take($0) }
            }
        }
        #expect(failure == .timedOut("timeout", after: .seconds(1)))
        _ = log.finish()
        await client.shutdown()
    }

    @Test("a program that is not there is told from one that fails")
    func missing() async throws {
        let program = ExternalProgram(name: "not-there-at-all", environment: ["PATH": "/usr/bin:/bin"])
        await #expect(throws: ExternalProgram.Failure.notFound("not-there-at-all")) {
            try await program.run([], timeout: .seconds(60))
        }
        let output = try await ExternalProgram(name: "sh", environment: ["PATH": "/usr/bin:/bin"]).run(
            ["-c", "cat; echo no >&2; exit 3"], input: "in", timeout: .seconds(60))
        #expect(output.status == 3)
        #expect(output.text == "in")
        #expect(output.errors == "no\n")
    }

    @Test(
        "a program that ends or closes its input without reading it is only a program that ended",
        arguments: [
            "exit 3", "exec 0<&-; exit 3", "exec 0<&- 1<&- 2<&-; exit 3",
        ])
    func deafProgram(_ script: String) async throws {
        let program = ExternalProgram(name: "sh", environment: ["PATH": "/usr/bin:/bin"])
        let input = String(repeating: "x", count: 60_000)
        for _ in 0..<30 {
            let output = try await program.run(["-c", script], input: input, timeout: .seconds(20))
            #expect(output.status == 3)
        }
        await #expect(throws: ExternalProgram.Failure.self) {
            try await program.run([], input: input + input, timeout: .seconds(20))
        }
    }

    @Test("no descriptor is left open when a program cannot be found") func descriptors() async throws {
        func open() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        let program = ExternalProgram(name: "no-such-program", environment: ["PATH": "/usr/bin:/bin"])
        let before = try open()
        // Other tests have descriptors of their own.
        let tries = 300
        for _ in 0..<tries { _ = try? await program.run([], input: "x", timeout: .seconds(20)) }
        #expect(try open() < before + tries * 3 / 4)
    }

    @Test("what a killed parent left behind is found by its mark and ended with its group")
    func leftovers() async throws {
        let mark = "/tmp/watcher-test-" + UUID().uuidString
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        process.arguments = ["sh", "-c", "echo ready; sleep 600 & sleep 600"]
        process.environment = [OrphanedBuilds.variable: mark, "PATH": "/usr/bin:/bin"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        #expect(try pipe.fileHandleForReading.read(upToCount: 6) == Data("ready\n".utf8))
        let ended = await OrphanedBuilds.end(of: mark)
        #expect(ended == 1)
        process.waitUntilExit()
        #expect(await OrphanedBuilds.end(of: mark) == 0)
    }

    @Test("a terminal shows the steps of platforms, and nothing else")
    func progress() {
        #expect(BuildProgress.step("#12 [linux/arm64 base 3/5] RUN make") == "[linux/arm64 base 3/5] RUN make")
        #expect(BuildProgress.step("#1 [internal] load build definition from Dockerfile") == nil)
        #expect(BuildProgress.step("#12 0.52 [linux/arm64] output") == nil)
        #expect(BuildProgress.step("anything") == nil)
    }
}
