import Foundation
import TestSupport

/// The program with a configuration and a state in a folder of its own, for labs about messages.
struct LabWatcher {
    let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/watcher-lab-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// Upstreams `app0`… of that many repositories `lab/app0`…, and these notifiers.
    func configure(_ github: GitHubLookalike?, upstreams: Int = 1, notifiers: WireJSON) throws {
        let names = (0..<upstreams).map { "app\($0)" }
        var config: [String: WireJSON] = [
            "stateFile": .string(folder + "/state.json"), "poll": ["every": "1h"],
            "upstreams": .object(
                Dictionary(uniqueKeysWithValues: names.map { ($0, ["github": .string("lab/\($0)")]) })),
            "notifiers": notifiers,
        ]
        if let github { config["github"] = ["apiURL": .string(github.url), "token": "lab-token"] }
        try Data(WireJSON.object(config).bytes).write(to: URL(filePath: folder + "/config.json"))
    }

    @discardableResult
    func run(_ arguments: String..., okay: Bool = true) throws -> Lab.Outcome {
        let words = ([Lab.program] + arguments + ["--config", folder + "/config.json"]).map { "'\($0)'" }
        return try Lab.sh(words.joined(separator: " "), okay: okay)
    }

    func start(_ arguments: String...) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: Lab.program)
        process.arguments = arguments + ["--config", folder + "/config.json"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    var state: WireJSON {
        (try? Data(contentsOf: URL(filePath: folder + "/state.json"))).flatMap { try? WireJSON(parsing: Array($0)) }
            ?? .null
    }

    /// How many messages still wait.
    var waiting: Int { state["outbox"]?["messages"]?.array?.count ?? 0 }
}

extension Lab {
    /// Asks again and again, until it holds or the time is over: containers, registries and units of others announce nothing
    /// to a test.
    static func wait(_ what: String, seconds: Int, until condition: () throws -> Bool) async throws {
        let limit = ContinuousClock.now + .seconds(seconds)
        while try !condition() {
            guard ContinuousClock.now < limit else { throw Failure(description: "\(what): not within \(seconds) s") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// What a lab's script has written down.
    static func facts(_ path: String) throws -> WireJSON {
        try WireJSON(parsing: Array(Data(contentsOf: URL(filePath: folder + "/" + path))))
    }
}
