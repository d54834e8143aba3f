import Foundation
import TestSupport
import Testing

/// One test's own folder, configuration and repository names, in front of a real docker with a real registry.
final class BuildLab {
    static let elabftw = "elabftw/elabftw"
    static let overlay = "just-containers/s6-overlay"
    static let platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"]

    /// What `docker.sh` and `images.sh` have written.
    struct Parts {
        let variables: [String: String]
        var registry: String { variables["LAB_REGISTRY"] ?? "" }
        var releases: String { variables["LAB_RELEASES"] ?? "" }
    }

    struct Outcome {
        var status: Int32
        var out: String
        var err: String
        var seconds: Double
    }

    let parts: Parts
    let github: GitHubLookalike
    let folder: String
    /// Unlike that of any other test: registries forget nothing.
    let image: String
    private var environment: [String: String]

    /// Brings everything up, which takes seconds when it is there already.
    static func parts() throws -> Parts {
        try Lab.script("docker.sh", "up")
        try Lab.script("images.sh", "up")
        let text = try String(contentsOfFile: Lab.folder + "/env", encoding: .utf8)
        var variables: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { variables[parts[0]] = parts[1] }
        }
        return Parts(variables: variables)
    }

    init(_ github: GitHubLookalike) throws {
        parts = try Self.parts()
        self.github = github
        let name = UUID().uuidString.lowercased()
        folder = FileManager.default.temporaryDirectory.path + "/watcher-build-" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        image = "\(parts.registry)/test/\(name)"
        environment = parts.variables
        environment["PATH"] = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        environment["HOME"] = folder
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var statePath: String { folder + "/state.json" }
    var configPath: String { folder + "/config.json" }

    func environ(_ name: String, _ value: String?) { environment[name] = value }

    // MARK: - What is built

    /// A context of our own: busybox for three platforms and what the test wants to run.
    func context(_ lines: String) throws -> String {
        let path = folder + "/context"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try "ARG BASE\nFROM ${BASE}\nARG TARGETPLATFORM\nARG VERSION\n\(lines)\n".write(
            toFile: path + "/Dockerfile", atomically: true, encoding: .utf8)
        return path
    }

    /// The action `image`, with `more` in its `imageBuild`, `action` beside it.
    func configure(context: String, more: String = "", action: String = "", upstream: String = "") throws {
        try """
        {
          "stateFile": "\(statePath)",
          "github": { "apiURL": "\(github.url)" },
          "upstreams": { "elabftw": { "github": "\(Self.elabftw)"\(upstream) } },
          "actions": { "image": { "upstreams": ["elabftw"]\(action), "imageBuild": {
            "context": "\(context)", "tags": ["\(image):{{elabftw.tag}}"],
            "buildArgs": { "BASE": "\(parts.registry)/lab/base:1", "VERSION": "{{elabftw.tag}}" }\(more)
          } } }
        }
        """.write(toFile: configPath, atomically: true, encoding: .utf8)
    }

    /// A registry of the test's own that lets nobody in: its address, and what is to be terminated.
    func closedRegistry() throws -> (address: String, process: Process) {
        try "lab:$2y$05$abcdefghijklmnopqrstuuA0B1C2D3E4F5G6H7I8J9K0L1M2N3O4P5\n".write(
            toFile: folder + "/htpasswd", atomically: true, encoding: .utf8)
        try """
        version: 0.1
        storage: {filesystem: {rootdirectory: \(folder)/closed}}
        http: {addr: "127.0.0.1:0"}
        auth: {htpasswd: {realm: lab, path: \(folder)/htpasswd}}
        """.write(toFile: folder + "/closed.yml", atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/docker-registry")
        process.arguments = ["serve", folder + "/closed.yml"]
        process.standardInput = FileHandle.nullDevice
        let log = folder + "/closed.log"
        try Data().write(to: URL(fileURLWithPath: log))
        process.standardOutput = FileHandle(forWritingAtPath: log)
        process.standardError = process.standardOutput
        try process.run()
        try wait(for: "listening on", in: log)
        let port = try Lab.sh("sed -n 's/.*listening on 127\\.0\\.0\\.1:\\([0-9]*\\).*/\\1/p' \(log)")
        return ("127.0.0.1:" + port.output.trimmingCharacters(in: .whitespacesAndNewlines), process)
    }

    // MARK: - The program

    func start(_ words: [String]) throws -> (Process, String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Lab.program)
        process.arguments = words + ["--config", configPath]
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let name = folder + "/" + UUID().uuidString
        for end in [".out", ".err"] { try Data().write(to: URL(fileURLWithPath: name + end)) }
        process.standardOutput = FileHandle(forWritingAtPath: name + ".out")
        process.standardError = FileHandle(forWritingAtPath: name + ".err")
        try process.run()
        return (process, name)
    }

    @discardableResult
    func run(_ words: String...) throws -> Outcome {
        let began = Date()
        let (process, name) = try start(words)
        return try outcome(process, name, began)
    }

    /// Waits for its end, but not for ever.
    func outcome(_ process: Process, _ name: String, _ began: Date, seconds: Int = 300) throws -> Outcome {
        let id = process.processIdentifier
        let guardian = DispatchWorkItem { kill(id, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds), execute: guardian)
        process.waitUntilExit()
        guardian.cancel()
        return Outcome(
            status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
            out: try String(contentsOfFile: name + ".out", encoding: .utf8),
            err: try String(contentsOfFile: name + ".err", encoding: .utf8), seconds: Date().timeIntervalSince(began))
    }

    /// The first look, which remembers and does nothing.
    func baseline() throws {
        let outcome = try run("once")
        #expect(outcome.status == 0, "\(outcome.err)")
    }

    /// All jobs that the state knows.
    func jobs() throws -> [[String: Any]] {
        let outcome = try run("status", "--json")
        let value = try JSONSerialization.jsonObject(with: Data(outcome.out.utf8)) as? [String: Any]
        return value?["jobs"] as? [[String: Any]] ?? []
    }

    func job(_ number: Int = 0) throws -> [String: Any] {
        let all = try jobs()
        return number < all.count ? all[number] : [:]
    }

    /// What doctor says has failed, before anything happens, and its status.
    func ailments() throws -> (status: Int32, texts: String) {
        let outcome = try run("doctor", "--json")
        let value = try JSONSerialization.jsonObject(with: Data(outcome.out.utf8)) as? [String: Any]
        let findings = value?["findings"] as? [[String: Any]] ?? []
        let failed = findings.filter { $0["verdict"] as? String == "failed" }.compactMap { $0["text"] as? String }
        return (outcome.status, failed.joined(separator: "\n"))
    }

    // MARK: - What came of it

    func docker(_ line: String, okay: Bool = true) throws -> String {
        try Lab.sh("docker " + line, okay: okay).output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What an image says when it is run for a platform.
    func says(_ platform: String, _ tag: String, _ words: String = "") throws -> String {
        try docker("run --rm --quiet --pull=always --platform \(platform) \(image):\(tag) \(words)")
    }

    /// The tags in the registry.
    func tags() throws -> [String] {
        let name = image.dropFirst(parts.registry.count + 1)
        let text = try Lab.sh("curl -s http://\(parts.registry)/v2/\(name)/tags/list").output
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return (value?["tags"] as? [String] ?? []).sorted()
    }

    func digest(_ tag: String) throws -> String {
        let name = image.dropFirst(parts.registry.count + 1)
        let type = "application/vnd.oci.image.index.v1+json"
        return try Lab.sh(
            "curl -sI -H 'Accept: \(type)' http://\(parts.registry)/v2/\(name)/manifests/\(tag) | tr -d '\\r' | sed -n 's/^Docker-Content-Digest: //p'"
        ).output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Makes the registry lose the image of one platform: its index goes on naming it.
    func lose(_ platform: String, _ tag: String) throws {
        let raw = try docker("buildx imagetools inspect --raw \(image):\(tag)")
        let index = try JSONSerialization.jsonObject(with: Data(raw.utf8)) as? [String: Any]
        let manifest = (index?["manifests"] as? [[String: Any]] ?? []).first { manifest in
            let its = manifest["platform"] as? [String: String] ?? [:]
            return [its["os"], its["architecture"], its["variant"]].compactMap { $0 }.joined(separator: "/") == platform
        }
        guard let digest = manifest?["digest"] as? String else {
            throw Lab.Failure(description: "no \(platform) in \(raw)")
        }
        let name = image.dropFirst(parts.registry.count + 1)
        try Lab.sh(
            "curl --fail --silent --show-error -X DELETE http://\(parts.registry)/v2/\(name)/manifests/\(digest)")
    }

    /// Processes of builds that belong to this test's state.
    func leftovers() throws -> Int {
        let text = try Lab.sh(
            "grep -slaz '^WATCHER_BUILD_OF=[0-9:]*/state.json' /proc/[0-9]*/environ | wc -l", okay: false
        )
        .output
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }

    /// Waits until a file of the test's folder holds a text.
    func wait(for text: String, in path: String, seconds: Int = 60) throws {
        try Lab.sh("for i in $(seq \(seconds * 10)); do grep -qs '\(text)' \(path) && exit 0; sleep 0.1; done; exit 1")
    }
}
