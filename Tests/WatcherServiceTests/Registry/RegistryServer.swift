import Crypto
import Foundation
import TestSupport
import WatcherCore

/// A registry by hand: one image in it, behind whatever it asks for.
final class RegistryServer: Sendable {
    static let repository = "team/app"
    let sink = WebhookSink()
    let index: String
    private let stored: [(String, ScriptedAnswer)]

    init(platforms: [(String, String, String)], labels: [String: String] = [:]) throws {
        var stored: [(String, ScriptedAnswer)] = []
        var manifests: [JSONValue] = [
            [
                "digest": .string("sha256:" + String(repeating: "0", count: 64)),
                "platform": ["os": "unknown", "architecture": "unknown"],
            ]
        ]
        for (os, architecture, variant) in platforms {
            let configuration = JSONValue.compact([
                ("os", .string(os)), ("architecture", .string(architecture)),
                ("variant", variant.isEmpty ? nil : .string(variant)),
                (
                    "config",
                    ["Labels": .object(labels.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })]
                ),
            ])
            let blob = Self.put("blobs", configuration, type: "application/octet-stream", in: &stored)
            let manifest = Self.put(
                "manifests", ["config": ["digest": .string(blob)], "layers": []], type: ImageIndex.mediaTypes[2],
                in: &stored)
            manifests.append([
                "digest": .string(manifest),
                "platform": .compact([
                    ("os", .string(os)), ("architecture", .string(architecture)),
                    ("variant", variant.isEmpty ? nil : .string(variant)),
                ]),
            ])
        }
        let value: JSONValue = ["schemaVersion": 2, "manifests": .array(manifests)]
        index = value.text()
        self.stored = stored
    }

    func start() async throws {
        try await sink.start()
        sink.always(nil, .text(404, #"{"errors":[{"code":"NAME_UNKNOWN","message":"not known"}]}"#))
        if !index.isEmpty { answer("manifests/1", .text(200, index, type: ImageIndex.mediaTypes[0])) }
        for (path, answer) in stored { self.answer(path, answer) }
    }

    private static func put(
        _ kind: String, _ value: JSONValue, type: String, in stored: inout [(String, ScriptedAnswer)]
    )
        -> String
    {
        let bytes = value.utf8()
        let digest = "sha256:" + SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
        stored.append(("\(kind)/\(digest)", .text(200, String(decoding: bytes, as: UTF8.self), type: type)))
        return digest
    }

    var registry: String { "127.0.0.1:\(sink.port)" }
    var image: String { "\(registry)/\(Self.repository):1" }

    func path(_ rest: String) -> String { "/v2/\(Self.repository)/\(rest)" }

    func answer(_ rest: String, _ answer: ScriptedAnswer) { sink.always(path(rest), answer) }

    /// The authorization headers that came, `-` for none.
    func authorizations(_ path: String) -> [String] {
        sink.messages(path).map { $0.header("authorization") ?? "-" }
    }
}
