import Crypto
import Foundation

/// A registry on loopback with one repository, `team/app`, that shows what a stand-in for docker has pushed.
///
/// A push is a file: in the folder, under the name of the tag, with the job's id in it. Reading only, without tokens.
package final class RegistryLookalike: Sendable {
    package static let repository = "team/app"

    private let server = HTTPServer()
    private let folder: String
    private let architecture = "amd64"

    private static let indexType = "application/vnd.oci.image.index.v1+json"
    private static let manifestType = "application/vnd.oci.image.manifest.v1+json"

    /// The folder with what was pushed.
    package init(folder: String) { self.folder = folder }

    package func start() async throws { try await server.start { ($0, self.answer($0)) } }
    package func stop() async { await server.stop() }

    /// The repository, with `http://` in front.
    package var image: String { "http://127.0.0.1:\(server.port)/\(Self.repository)" }

    private func answer(_ request: RecordedRequest) -> ScriptedAnswer {
        let path = request.path.split(separator: "/").map(String.init)
        guard path.count == 5, path[0] == "v2", path[1...2].joined(separator: "/") == Self.repository,
            let found = find(path[4])
        else { return .json(404, ["errors": [["code": "MANIFEST_UNKNOWN", "message": "manifest unknown"]]]) }
        var answer = ScriptedAnswer(200, headers: [("Content-Type", found.type)], body: .bytes(found.bytes))
        answer.set("Docker-Content-Digest", Self.digest(found.bytes))
        return answer
    }

    /// By its tag, or by its digest.
    private func find(_ name: String) -> (bytes: [UInt8], type: String)? {
        let tags = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for tag in tags {
            let parts = image(of: tag)
            if tag == name { return parts[0] }
            if let part = parts.first(where: { Self.digest($0.bytes) == name }) { return part }
        }
        return nil
    }

    /// Index, manifest and configuration.
    private func image(of tag: String) -> [(bytes: [UInt8], type: String)] {
        let job = (try? String(contentsOfFile: folder + "/" + tag, encoding: .utf8)) ?? ""
        let configuration: WireJSON = [
            "os": "linux", "architecture": .string(architecture),
            "config": ["Labels": ["watcher.job": .string(job.trimmingCharacters(in: .whitespacesAndNewlines))]],
        ]
        let manifest: WireJSON = [
            "schemaVersion": 2, "layers": [], "config": ["digest": .string(Self.digest(configuration.bytes))],
        ]
        let index: WireJSON = [
            "schemaVersion": 2,
            "manifests": [
                [
                    "digest": .string(Self.digest(manifest.bytes)),
                    "platform": ["os": "linux", "architecture": .string(architecture)],
                ]
            ],
        ]
        return [
            (index.bytes, Self.indexType), (manifest.bytes, Self.manifestType),
            (configuration.bytes, "application/octet-stream"),
        ]
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        "sha256:" + SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
    }
}
