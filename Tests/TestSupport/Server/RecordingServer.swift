import Foundation
import Synchronization

/// Answers requests with what a recording holds (`watcher once --record DIRECTORY`), on localhost: each request by the next
/// exchange with its method, path and query. Addresses of the recorded server in answers become its own.
package final class RecordingServer: Sendable {
    private struct Exchange {
        var key: String
        var origin: String
        var answer: WireJSON
    }

    private let server = HTTPServer()
    private let exchanges: Mutex<[Exchange]>

    package init(folder: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
        exchanges = Mutex(
            try names.sorted().compactMap { name in
                let json = try WireJSON(parsing: Array(Data(contentsOf: URL(filePath: folder + "/" + name))))
                guard let url = json["request"]?["url"]?.string, let method = json["request"]?["method"]?.string,
                    let answer = json["answer"], let start = url.firstRange(of: "://")?.upperBound
                else { return nil }
                let slash = url[start...].firstIndex(of: "/") ?? url.endIndex
                return Exchange(key: method + " " + url[slash...], origin: String(url[..<slash]), answer: answer)
            })
    }

    /// Valid after `start`.
    package var url: String { "http://127.0.0.1:\(server.port)" }

    package func start() async throws { try await server.start { request in (request, self.answer(request)) } }
    package func stop() async { await server.stop() }

    private func answer(_ request: RecordedRequest) -> ScriptedAnswer {
        exchanges.withLock { exchanges in
            guard let index = exchanges.firstIndex(where: { $0.key == request.method + " " + request.target }) else {
                return .text(501, "not in the recording")
            }
            let exchange = exchanges.remove(at: index)
            func here(_ text: String) -> String { text.replacing(exchange.origin, with: url) }
            let body = here(exchange.answer["body"]?.string ?? "")
            var answer = ScriptedAnswer.text(exchange.answer["status"]?.integer ?? 0, body)
            for (name, value) in exchange.answer["headers"]?.object ?? [:] { answer.set(name, value.string.map(here)) }
            return answer
        }
    }
}
