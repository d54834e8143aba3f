/// An answer, and what happens to it on the wire.
package struct ScriptedAnswer: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// A large body that is made while it is sent: `pattern` over and over, `count` bytes in all.
        case repeated(pattern: [UInt8], count: Int)

        package var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .repeated(_, let count): count
            }
        }
    }

    /// How much of the answer is sent before the connection meets its end.
    package enum Cut: Sendable {
        case nothing
        /// Half of the header block.
        case midHeaders
        /// All headers, with the Content-Length of the whole body, and half of the body.
        case midBody
        case whole
    }

    package enum Ending: Sendable {
        case keepAlive
        /// FIN.
        case close
        /// RST (SO_LINGER 0).
        case reset
        /// The connection stays open and silent.
        case blackHole
    }

    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: Body
    /// Sent as one chunk (`Transfer-Encoding: chunked`) instead of with a Content-Length; only for `.bytes`.
    package var chunked = false
    package var cut = Cut.whole
    package var ending = Ending.keepAlive
    /// Before the first byte.
    package var delay = Duration.zero
    /// Bytes per write and the pause after each, nil: as fast as the connection takes them.
    package var drip: (bytes: Int, every: Duration)?

    package init(_ status: Int, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON body with its content type.
    package static func json(_ status: Int, _ value: WireJSON) -> ScriptedAnswer {
        ScriptedAnswer(
            status, headers: [("Content-Type", "application/json; charset=utf-8")], body: .bytes(value.bytes))
    }

    package static func text(
        _ status: Int, _ text: String, type: String = "text/plain; charset=utf-8"
    ) -> ScriptedAnswer {
        ScriptedAnswer(status, headers: [("Content-Type", type)], body: .bytes(Array(text.utf8)))
    }

    /// Replaces or adds a header; nil removes it.
    package mutating func set(_ name: String, _ value: String?) {
        headers.removeAll { $0.name.lowercased() == name.lowercased() }
        if let value { headers.append((name, value)) }
    }

    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
