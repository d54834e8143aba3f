import Curl
import Synchronization
import Testing

@Suite("Requests") struct RequestTests {
    /// Sends a request to a server that answers 200, and returns what the server read.
    private func wire(
        _ path: String, _ configuration: HTTPClient.Configuration = .init(),
        _ change: (inout HTTPRequest) -> Void = { _ in }
    ) async throws -> (head: String, body: [UInt8]) {
        let seen = Mutex<(String, [UInt8])>(("", []))
        return try await withServer(
            configuration,
            serve: eachRequest { head, connection in
                let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                let body = length.flatMap { Int($0.dropFirst(16)) }.flatMap { connection.readBody($0) }
                seen.withLock { $0 = (head, body ?? []) }
                connection.answer()
            }
        ) { server, client in
            var request = HTTPRequest(url: server.url + path)
            change(&request)
            let response = try await client.send(request)
            #expect(response.status == 200)
            return seen.withLock { $0 }
        }
    }

    @Test(
        "path and query reach the server byte for byte",
        arguments: [
            "/a/../b/./c//d", "/%2e%2E/%41", "/?q=[x]{y}|z^`\"<>", "/\\back", "/;p=1?a=b&&c=%zz", "/?ö=é",
            "/a?b?c=/../",
        ])
    func bytesOfURL(path: String) async throws {
        let head = try await wire(path).head
        #expect(head.hasPrefix("GET \(path) HTTP/1.1\r\n"))
    }

    @Test("a query that is empty goes out as it is, or not at all: libcurl leaves it out from 8.10 on")
    func emptyQuery() async throws {
        let target = try await wire("/a?").head.split(separator: " ").dropFirst().first
        #expect(["/a?", "/a"].contains(target))
    }

    @Test("letters that no path may hold are sent in the spelling that stands for them")
    func foreignLetters() async throws {
        #expect(try await wire("/ü").head.hasPrefix("GET /%c3%bc HTTP/1.1\r\n"))
    }

    @Test("a fragment stays at home, and a host without a path is asked for its root")
    func fragment() async throws {
        #expect(try await wire("/a#secret").head.hasPrefix("GET /a HTTP/1.1\r\n"))
        #expect(try await wire("").head.hasPrefix("GET / HTTP/1.1\r\n"))
    }

    @Test("headers go out as given, an empty value and the own user agent too")
    func headers() async throws {
        let head = try await wire("/", .init(userAgent: "watcher/1 (+test)")) {
            $0.headers = [
                ("X-One", "1"), ("X-Empty", ""), ("x-one", "two, three: four"), ("Authorization", "Bearer s"),
            ]
        }.head
        let lines = head.split(separator: "\r\n").map(String.init)
        for line in ["X-One: 1", "X-Empty:", "x-one: two, three: four", "Authorization: Bearer s"] {
            #expect(lines.contains(line))
        }
        #expect(lines.contains("User-Agent: watcher/1 (+test)"))
        #expect(lines.contains("Accept-Encoding: gzip"))
    }

    @Test("a body goes out whole with its length and no invented type", arguments: [HTTPRequest.Method.post, .put])
    func body(method: HTTPRequest.Method) async throws {
        let bytes = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let (head, body) = try await wire("/hook") {
            $0.method = method
            $0.body = bytes
        }
        #expect(head.hasPrefix("\(method.rawValue) /hook HTTP/1.1\r\n"))
        #expect(body == bytes)
        #expect(!head.contains("Content-Type") && !head.contains("Expect"))
    }

    @Test("a body that holds zeros, and an empty one, arrive as they are")
    func emptyBody() async throws {
        let empty = try await wire("/") { $0.method = .post }
        #expect(empty.head.contains("Content-Length: 0\r\n"))
        let zeros = try await wire("/") {
            $0.method = .post
            $0.body = [0, 1, 0]
            $0.headers = [("Content-Type", "application/json")]
        }
        #expect(zeros.body == [0, 1, 0])
        #expect(zeros.head.contains("Content-Type: application/json\r\n"))
    }

    @Test("nothing of a request is left for the next one on the same handle")
    func noLeftovers() async throws {
        let heads = Mutex<[String]>([])
        try await withServer(
            serve: eachRequest { head, connection in
                if head.hasPrefix("POST") { _ = connection.readBody(4) }
                heads.withLock { $0.append(head) }
                connection.answer()
            }
        ) { server, client in
            var post = HTTPRequest(method: .post, url: server.url + "/post", body: Array("body".utf8))
            post.headers = [("X-Secret", "s")]
            _ = try await client.send(post)
            _ = try await client.send(HTTPRequest(url: server.url + "/get"))
            let last = try #require(heads.withLock { $0.last })
            #expect(last.hasPrefix("GET /get "))
            #expect(!last.contains("X-Secret") && !last.contains("Content-Length"))
        }
    }

    @Test(
        "a URL that can't be sent is refused before anything is sent",
        arguments: [
            "", "example.org", "ftp://example.org/", "file:///etc/passwd", "https://", "https:///path", "http://?q",
            "http://:80/",
            "http://user@/", "http://a b/", "http://a/\r\nX: 1", "http://a/\0", "http://a/\u{7F}", "http://a/\tb",
            "http://a\\b/",
            "http://host:99999/", "http://[::1/", "http://host:port/", "gopher://x/", " http://a/",
            "http://a/" + String(repeating: "x", count: 70_000),
        ])
    func invalidURL(url: String) async throws {
        let client = try HTTPClient()
        let error = await failure(client, HTTPRequest(url: url))
        guard case .invalidRequest = error else {
            Issue.record("\(url.prefix(40)) gave \(String(describing: error))")
            return
        }
        #expect(error?.requestMayHaveBeenSent == false)
    }

    @Test(
        "a header that could become two is refused",
        arguments: [
            ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\0b"), ("X\r\n", "a"), ("", "a"), ("X:Y", "a"), ("X Y", "a"),
            ("X", "\u{7F}"),
            ("Ü", "a"), ("content-length", "5"), ("Transfer-Encoding", "chunked"),
            ("X", String(repeating: "x", count: 70_000)),
        ])
    func invalidHeader(name: String, value: String) async throws {
        let client = try HTTPClient()
        var request = HTTPRequest(url: "http://127.0.0.1:1/")
        request.headers = [(name, value)]
        guard case .invalidRequest(let reason) = await failure(client, request) else {
            Issue.record("\(name) was taken")
            return
        }
        #expect(!reason.contains("\r") && !reason.contains("\n"))
    }

    @Test("other nonsense is refused as well: a GET with a body, no time, a negative limit, a proxy of two lines")
    func nonsense() async throws {
        let client = try HTTPClient(.init(allowPlainHTTP: false))
        let good = HTTPRequest(url: "https://127.0.0.1:1/")
        let changes: [(inout HTTPRequest) -> Void] = [
            { $0.body = [1] }, { $0.timeout = .zero }, { $0.timeout = .seconds(-5) }, { $0.connectTimeout = .zero },
            { $0.bodyLimit = -1 }, { $0.network.proxy = "a\r\nb" }, { $0.network.proxy = "" },
            { $0.network.caFile = "\0" },
            { $0.url = "http://127.0.0.1:1/" },
        ]
        for change in changes {
            var request = good
            change(&request)
            guard case .invalidRequest = await failure(client, request) else {
                Issue.record("taken: \(request)")
                continue
            }
        }
        #expect(throws: HTTPError.self) { try HTTPClient(.init(userAgent: "a\r\nb")) }
    }

    @Test("the longest times that can be written trap nowhere")
    func longTimes() async throws {
        try await withServer(serve: eachRequest { $1.answer() }) { server, client in
            var request = HTTPRequest(url: server.url)
            request.timeout = .seconds(Int64.max)
            request.connectTimeout = .seconds(Int64.max)
            request.bodyLimit = .max
            let response = try await client.send(request)
            #expect(response.status == 200)
        }
    }
}
