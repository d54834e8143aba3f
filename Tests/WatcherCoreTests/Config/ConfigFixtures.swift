import FoundationEssentials
import WatcherCore

/// The configurations in `Tests/Fixtures/configs`, which `Tests/schema-agrees.py` reads too.
enum ConfigFixtures {
    enum Folder: String { case good, wrong, warn }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let configs = root.appending(path: "Tests/Fixtures/configs")

    static let example = read(root.appending(path: "config.example.json"))
    static let schema = read(root.appending(path: "deploy/config.schema.json"))

    static func names(_ folder: Folder) -> [String] {
        let path = configs.appending(path: folder.rawValue).path
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    static func bytes(_ folder: Folder, _ name: String) -> [UInt8] {
        read(configs.appending(path: "\(folder.rawValue)/\(name).json"))
    }

    /// The lines `LINE:COLUMN TEXT` under each `[NAME]` of a table.
    static func table(_ folder: Folder) -> [String: [String]] {
        let text = String(decoding: read(configs.appending(path: "\(folder.rawValue).txt")), as: UTF8.self)
        var table: [String: [String]] = [:]
        var name = ""
        for line in text.split(separator: "\n") {
            if line.first == "[" {
                name = String(line.dropFirst().dropLast())
                table[name] = []
            } else {
                table[name, default: []].append(String(line))
            }
        }
        return table
    }

    static func lines(_ problems: [ConfigProblem]) -> [String] {
        problems.map { "\($0.line):\($0.column) \($0)" }
    }

    private static func read(_ url: URL) -> [UInt8] { (try? Data(contentsOf: url)).map { [UInt8]($0) } ?? [] }
}
