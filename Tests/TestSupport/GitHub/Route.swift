import Foundation

/// Which requests a fault, a count or a wait is about. What is nil or empty matches everything.
package struct Route: Sendable {
    package var method: String?
    package var endpoint: Endpoint?
    /// `OWNER/NAME`; matches under both forms of the path, and after a rename under the new name.
    package var repository: String?
    /// A path as sent, with the prefix of the API, in which `*` stands for one segment and a last `**` for the rest.
    package var pattern: String?
    /// Values that the query must hold.
    package var query: [String: String] = [:]
    /// Anything else that must hold.
    package var condition: (@Sendable (RecordedRequest) -> Bool)?

    package static let any = Route()

    /// `Route(.dispatch)`, `Route(.releases, of: "elabftw/elabftw")`, `Route(.releases, query: ["page": "2"])`
    package init(
        _ endpoint: Endpoint? = nil, of repository: String? = nil, method: String? = nil, query: [String: String] = [:],
        where condition: (@Sendable (RecordedRequest) -> Bool)? = nil
    ) {
        self.endpoint = endpoint
        self.repository = repository
        self.method = method
        self.query = query
        self.condition = condition
    }

    /// `Route(path: "/repos/*/*/releases")`
    package init(path pattern: String, method: String? = nil) {
        self.pattern = pattern
        self.method = method
    }

    package func matches(_ request: RecordedRequest) -> Bool {
        if let method, method != request.method { return false }
        if let endpoint, endpoint != request.endpoint { return false }
        if let repository, repository.lowercased() != request.repository?.lowercased() { return false }
        if let pattern, !Self.matches(pattern, request.path) { return false }
        if !query.isEmpty {
            let sent = request.query
            if query.contains(where: { sent[$0.key] != $0.value }) { return false }
        }
        return condition?(request) ?? true
    }

    private static func matches(_ pattern: String, _ path: String) -> Bool {
        var wanted = pattern.split(separator: "/")
        let found = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isOpen = wanted.last == "**"
        if isOpen { wanted.removeLast() }
        guard isOpen ? found.count >= wanted.count : found.count == wanted.count else { return false }
        return zip(wanted, found).allSatisfy { $0 == "*" || $0 == $1 }
    }
}
