import Curl
import WatcherCore

/// What one kind of service knows: the form of a message there, and what an answer means.
protocol Receiver: Sendable {
    /// Values that must never be shown.
    var secrets: [String] { get }

    /// The request for a message, whole: within the service's limits, and with foreign text that does nothing there.
    func post(_ message: Message, at now: Timestamp) -> Post

    func outcome(of answer: Answer) -> DeliveryOutcome
}

/// A request but for what is the same for all receivers.
struct Post: Sendable {
    var method = HTTPRequest.Method.post
    var url: String
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    /// A JSON body; `headers` besides its type.
    static func json(
        _ url: String, _ body: JSONValue, headers: [(name: String, value: String)] = []
    ) -> Post {
        Post(url: url, headers: [("Content-Type", "application/json; charset=utf-8")] + headers, body: body.utf8())
    }
}

/// The shortest path segment or query value of an address that is taken for a secret; shorter ones are words.
private let secretLength = 8

extension Receiver {
    /// An address that is a secret, and each part of it that could be the secret part.
    static func parts(ofSecret url: String) -> [String] {
        let afterHost = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).dropFirst(2).joined()
        let segments = afterHost.split(whereSeparator: { "/?&=#".contains($0) }).dropFirst()
        return ([url] + segments.map(String.init)).filter { $0.utf8.count >= secretLength }
            .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// An address without the slashes at its end, to append a path to.
    static func base(_ url: String) -> String {
        var base = url[...]
        while base.last == "/" { base.removeLast() }
        return String(base)
    }
}
