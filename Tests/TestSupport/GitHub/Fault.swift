/// Something that goes wrong with an answer. Hand it to `GitHubLookalike.fail` or `WebhookSink.fail`.
package struct Fault: Sendable {
    /// Whether the request has its effect (a dispatch creates its run, a look is counted) although it fails.
    package enum Effect: Sendable {
        case prevented, done
    }

    /// When false, reading has no effect either.
    let needsGenuineAnswer: Bool
    /// When true there is a body to spoil in any case: a 304 is not given.
    let needsBody: Bool
    /// What `fail` takes when it is not told: an answer that only comes late or edited has its effect.
    let usualEffect: Effect
    let change: @Sendable (inout ScriptedAnswer) -> Void

    /// Any other change of the genuine answer; the request has its effect.
    package init(changing change: @escaping @Sendable (inout ScriptedAnswer) -> Void) {
        self.init(effect: .done, needsBody: false, change)
    }

    private init(effect: Effect, needsBody: Bool, _ change: @escaping @Sendable (inout ScriptedAnswer) -> Void) {
        needsGenuineAnswer = true
        self.needsBody = needsBody
        usualEffect = effect
        self.change = change
    }

    private init(replacing replace: @escaping @Sendable (ScriptedAnswer) -> ScriptedAnswer) {
        needsGenuineAnswer = false
        needsBody = false
        usualEffect = .prevented
        change = { $0 = replace($0) }
    }

    // MARK: Another answer

    /// Another answer altogether; only `Date` and `Server` are kept.
    package static func answer(_ answer: ScriptedAnswer) -> Fault {
        Fault(replacing: { genuine in
            var answer = answer
            for name in ["Date", "Server"] where answer.header(name) == nil { answer.set(name, genuine.header(name)) }
            return answer
        })
    }

    /// A status with a body, `text/html` unless said otherwise: what a proxy or a load balancer says.
    package static func status(
        _ status: Int, _ body: String = "<html><body><h1>It is not you, it is us</h1></body></html>",
        type: String = "text/html; charset=utf-8", headers: [(name: String, value: String)] = []
    ) -> Fault {
        var answer = ScriptedAnswer.text(status, body, type: type)
        answer.headers += headers
        return .answer(answer)
    }

    /// Nonsense with status 200: HTML where JSON is expected.
    package static let html = Fault.status(200)

    /// Status 200 and this JSON, with all genuine headers but the ETag: `null`, `[]`, `{}`, `[null]`, a wrong type.
    package static func json(_ text: String, status: Int = 200) -> Fault {
        Fault(effect: .prevented, needsBody: true) { answer in
            answer.status = status
            answer.body = .bytes(Array(text.utf8))
            answer.set("ETag", nil)
            answer.set("Link", nil)
            answer.set("Content-Encoding", nil)
            answer.set("Content-Type", "application/json; charset=utf-8")
        }
    }

    /// The genuine JSON body, edited; the ETag goes. A body that is packed already stays as it is.
    package static func editing(_ edit: @escaping @Sendable (inout WireJSON) -> Void) -> Fault {
        Fault(effect: .done, needsBody: true) { answer in
            guard case .bytes(let bytes) = answer.body, var json = try? WireJSON(parsing: bytes) else { return }
            edit(&json)
            answer.body = .bytes(json.bytes)
            answer.set("ETag", nil)
        }
    }

    /// A JSON array that goes on for so many bytes, made while it is sent.
    package static func hugeBody(_ bytes: Int = 100 * 1024 * 1024) -> Fault {
        .answer(
            ScriptedAnswer(
                200, headers: [("Content-Type", "application/json; charset=utf-8")],
                body: .repeated(pattern: Array("[[[[[[[[".utf8), count: bytes)))
    }

    /// A small gzip body that unpacks to so many bytes.
    package static func gzipBomb(unpackingTo bytes: Int = 100 * 1024 * 1024) -> Fault {
        .answer(
            ScriptedAnswer(
                200, headers: [("Content-Type", "application/json; charset=utf-8"), ("Content-Encoding", "gzip")],
                body: .bytes(Gzip.bomb(unpackingTo: bytes))))
    }

    // MARK: The genuine answer, but

    /// The request arrives, the connection is closed without an answer.
    package static let close = ending(.close, after: .nothing)
    /// The request arrives, the connection is reset without an answer.
    package static let reset = ending(.reset, after: .nothing)
    /// The request arrives, no answer ever comes.
    package static let blackHole = ending(.blackHole, after: .nothing)
    /// Half of the headers, then the connection is closed.
    package static let midHeaders = ending(.close, after: .midHeaders)
    /// Headers with the full Content-Length and half of the body, then the connection is closed.
    package static let halfBody = ending(.close, after: .midBody)

    package static func ending(_ ending: ScriptedAnswer.Ending, after cut: ScriptedAnswer.Cut) -> Fault {
        Fault(effect: .prevented, needsBody: true) { answer in
            answer.cut = cut
            answer.ending = ending
        }
    }

    /// So many bytes at a time, with a pause after each.
    package static func drip(_ bytes: Int = 1, every pause: Duration) -> Fault {
        Fault { $0.drip = (bytes, pause) }
    }

    /// The genuine answer, late.
    package static func delay(_ duration: Duration) -> Fault {
        Fault { $0.delay += duration }
    }

    // MARK: GitHub's limits

    /// The secondary limit. GitHub says it with 403 or 429, with and without `retry-after`.
    package static func secondaryLimit(retryAfter: Int? = 60, status: Int = 403) -> Fault {
        Fault(replacing: { $0.secondaryLimit(retryAfter: retryAfter, status: status) })
    }
}

extension ScriptedAnswer {
    /// This answer's rate-limit headers with the words of the secondary limit.
    func secondaryLimit(retryAfter: Int?, status: Int) -> ScriptedAnswer {
        var answer = ScriptedAnswer.json(
            status,
            [
                "message": .string(
                    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."),
                "documentation_url": .string(
                    "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"),
            ])
        for header in headers where !["content-type", "etag", "link"].contains(header.name.lowercased()) {
            answer.set(header.name, header.value)
        }
        if let retryAfter { answer.set("Retry-After", String(retryAfter)) }
        return answer
    }
}
