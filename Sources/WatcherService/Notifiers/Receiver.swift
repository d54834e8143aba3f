import Curl
import WatcherCore

/// What one kind of service knows: the form of a message there, and what an answer means.
protocol Receiver: Sendable {
    /// Values that must never be shown.
    var secrets: [String] { get }

    /// The request for a message that reads `text`, whole: within the service's limits, and with foreign text that does
    /// nothing there.
    func post(_ message: Message, _ text: Message.Text, at now: Timestamp) -> Post

    func outcome(of answer: NotifierResponse) -> DeliveryOutcome
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

extension Receiver {
    /// The shortest part of an address or a header that is taken for a secret: shorter ones stand in too many words.
    static var shortestSecret: Int { 8 }

    /// An address that is a secret as a whole, with each path segment and query value that could be the secret in it.
    static func parts(ofSecret url: String) -> [String] {
        let address = url.prefix { $0 != "#" }
        let path = address.prefix { $0 != "?" }
        let segments = path.split(separator: "/").dropFirst(2).map(String.init)
        let values = address.dropFirst(path.count).split(separator: "&").compactMap { pair in
            pair.split(separator: "=", maxSplits: 1).last.map(String.init)
        }
        return ([url] + segments + values).filter { $0.utf8.count >= shortestSecret }
    }

    /// An address without the slashes at its end, to append a path to.
    static func base(_ url: String) -> String {
        var base = url[...]
        while base.last == "/" { base.removeLast() }
        return String(base)
    }

    /// An address with one more query item; the address itself stays byte for byte what it is.
    static func appending(_ item: String, to url: String) -> String {
        guard url.contains("?") else { return "\(url)?\(item)" }
        return url.hasSuffix("?") || url.hasSuffix("&") ? url + item : "\(url)&\(item)"
    }

    /// Percent-encodes everything but what RFC 3986 reserves for nothing, for a path segment or a form's value.
    static func encoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "-._~".utf8.contains(byte)
            if isPlain {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
