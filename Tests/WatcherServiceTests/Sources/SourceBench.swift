import Curl
import Foundation
import TestSupport
import WatcherCore

@testable import WatcherService

/// One source, read from its configuration, and a server that answers what a test tells it.
struct SourceBench {
    let server = WebhookSink()

    /// The settings that a configuration's text gives; nil when it is invalid.
    static func source(_ text: String) -> (any ReleaseSource)? {
        guard case .success(let reading) = read(text) else { return nil }
        return reading.config.upstreams["x"]?.source.base
    }

    static func read(_ text: String) -> Result<ConfigReader.Reading, ConfigError> {
        ConfigReader.read(Array(#"{"upstreams": {"x": {\#(text)}}}"#.utf8))
    }

    /// The messages of an invalid one.
    static func problems(_ text: String) -> [String] {
        guard case .failure(let error) = read(text) else { return [] }
        return error.problems.map { "\($0)" }
    }

    /// Calls `body` with the client of a source whose text may name the server as `SERVER`.
    func with(
        _ text: String, environment: [String: String] = [:], _ body: (any SourceClient) async throws -> Void
    ) async throws {
        try await server.start()
        server.always(nil, .text(404, #"{"message": "404 Not Found"}"#))
        let written = text.replacing("SERVER", with: "127.0.0.1:\(server.port)")
        guard case .success(let reading) = Self.read(written), let upstream = reading.config.upstreams["x"] else {
            throw Invalid(problems: Self.problems(written))
        }
        let http = try HTTPClient()
        let context = AppContext(reading.config, environment: environment)
        let registry = RegistryClient(
            http, network: HTTPNetwork(), credentials: RegistryCredentials(environment: environment),
            pace: { _ in RequestPace() })
        let (client, _) = try context.sourceClient(
            "x", upstream.source.base, http, try context.githubClient(http), registry)
        try await body(client)
        await http.shutdown()
        await server.stop()
    }

    struct Invalid: Error { var problems: [String] }
}

extension SourceClient {
    /// The list that a check brings; what went wrong is thrown.
    func list(isSweep: Bool = false, etag: String? = nil) async throws -> ReleaseList {
        switch await check(isSweep: isSweep, etag: etag).0 {
        case .list(let list): return list
        case .failed(let failure): throw failure
        case .unchanged: throw RequestFailure.transient("unchanged")
        }
    }

    /// The failure that a check ends with.
    func failure(isSweep: Bool = false) async -> RequestFailure? {
        if case .failed(let failure) = await check(isSweep: isSweep, etag: nil).0 { failure } else { nil }
    }
}
