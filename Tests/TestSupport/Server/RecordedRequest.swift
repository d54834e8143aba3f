package import Foundation

/// One request as it came over the wire.
package struct RecordedRequest: Sendable {
    package let method: String
    /// Path and query, not decoded.
    package let target: String
    /// In the order and spelling of the sender.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    /// The moment at which the request had arrived in full.
    package let time: Date
    package let instant: ContinuousClock.Instant
    /// Connections are numbered from 1: equal numbers mean a connection that was used again.
    package let connection: Int
    /// What the lookalike took the request for; `.other` in a webhook sink.
    package internal(set) var endpoint: Endpoint = .other
    /// The repository's full name at that moment, when the request named one that exists.
    package internal(set) var repository: String?
    /// The status that was answered (0: none, the answer was withheld).
    package internal(set) var status = 0

    /// The path without the query, not decoded.
    package var path: String {
        String(target.prefix { $0 != "?" })
    }

    /// The query, decoded; of a name that comes twice the last value.
    package var query: [String: String] {
        guard let mark = target.firstIndex(of: "?") else { return [:] }
        var values: [String: String] = [:]
        for pair in target[target.index(after: mark)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let value = parts.count > 1 ? parts[1].replacing("+", with: " ") : ""
            values[parts[0].removingPercentEncoding ?? parts[0]] = value.removingPercentEncoding ?? value
        }
        return values
    }

    /// The first header of that name, in any case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.caseInsensitiveCompare(name) == .orderedSame }?.value
    }

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON, or nil.
    package var json: WireJSON? { try? WireJSON(parsing: body) }
}

/// What a request to the lookalike is about, whatever form its path has.
package enum Endpoint: String, Sendable, CaseIterable {
    case repository, releases, latestRelease, releaseByTag, release, releaseAssets
    case workflow, dispatch, event, workflowRuns, run, jobs, contents, rateLimit, graphql
    case accessToken, installation, other
}
