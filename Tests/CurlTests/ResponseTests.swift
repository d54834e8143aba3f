import Curl
import Testing

@Suite("Answers") struct ResponseTests {
    /// Sends one request to a server that answers it with these bytes and then closes.
    private func answer(
        _ text: String, method: HTTPRequest.Method = .get, body: [UInt8] = []
    ) async throws -> HTTPResponse {
        try await withServer(serve: { connection in
            guard connection.readHead() != nil else { return }
            connection.write(Array(text.utf8) + body)
        }) { server, client in
            try await client.send(HTTPRequest(method: method, url: server.url))
        }
    }

    @Test("status, headers in any case, several of a name, and the version are those of the answer")
    func plain() async throws {
        let response = try await answer(
            "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nLink: <1>\r\nlink:  <2>  \r\nX-Empty:\r\nContent-Length: 2\r\n\r\nhi")
        #expect(response.status == 200 && response.version == "1.1" && response.body == Array("hi".utf8))
        #expect(response.headers["etag"] == "\"a\"" && response.headers["ETAG"] == "\"a\"")
        #expect(response.headers.all("LINK") == ["<1>", "<2>"])
        #expect(response.headers["x-empty"] == "" && response.headers["absent"] == nil)
    }

    @Test("HTTP/1.0 without a length ends with the connection")
    func oldVersion() async throws {
        let response = try await answer("HTTP/1.0 200 OK\r\n\r\nuntil the end")
        #expect(response.version == "1.0" && response.body == Array("until the end".utf8))
    }

    @Test("a status without a reason, a folded header and bytes that are no UTF-8 are read")
    func oddities() async throws {
        let response = try await answer(
            "HTTP/1.1 299\r\nX-Folded: one\r\n  two\r\nX-Raw: \u{FC}\r\nContent-Length: 0\r\n\r\n")
        #expect(response.status == 299)
        #expect(response.headers["x-folded"] == "one two")
        #expect(response.headers["x-raw"] == "\u{FC}")
    }

    @Test("a status that says no is an answer", arguments: [400, 401, 403, 404, 429, 500, 503])
    func noError(status: Int) async throws {
        let response = try await answer("HTTP/1.1 \(status) No\r\nContent-Length: 4\r\n\r\nwhy?")
        #expect(response.status == status && response.body == Array("why?".utf8))
    }

    @Test("a redirect is not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        let response = try await answer(
            "HTTP/1.1 \(status) Moved\r\nLocation: http://127.0.0.1:1/other\r\nContent-Length: 0\r\n\r\n")
        #expect(response.status == status && response.headers["location"] == "http://127.0.0.1:1/other")
    }

    @Test("204 and 304 have no body, and the connection serves the next request")
    func bodyless() async throws {
        try await withServer(
            serve: eachRequest { head, connection in
                let status = head.hasPrefix("GET /204") ? "204 No Content" : "304 Not Modified"
                connection.write("HTTP/1.1 \(status)\r\nETag: \"e\"\r\n\r\n")
            }
        ) { server, client in
            for status in [204, 304, 204] {
                let response = try await client.send(HTTPRequest(url: "\(server.url)/\(status)"))
                #expect(response.status == status && response.body == [] && response.headers["ETag"] == "\"e\"")
            }
            #expect(server.accepted == 1)
        }
    }

    @Test("HEAD has the length of a body and no body")
    func head() async throws {
        let response = try await answer(
            "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nContent-Encoding: gzip\r\n\r\n", method: .head)
        #expect(response.status == 200 && response.body == [] && response.headers["Content-Length"] == "5000")
    }

    @Test("chunks are joined, and trailers are not headers of the answer")
    func chunked() async throws {
        let response = try await answer(
            "HTTP/1.1 200 OK\r\nX-A: head\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nX-A: trailer\r\nETag: trailer\r\n\r\n")
        #expect(response.status == 200 && response.body == Array("abcde".utf8))
        #expect(response.headers.all("X-A") == ["head"] && response.headers["ETag"] == nil)
    }

    @Test("interim answers before the answer leave no trace")
    func interim() async throws {
        let response = try await answer(
            "HTTP/1.1 100 Continue\r\nX-A: interim\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\nX-A: hint\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nX-A: answer\r\nContent-Length: 0\r\n\r\n")
        #expect(response.status == 200)
        #expect(response.headers.all("X-A") == ["answer"] && response.headers["Link"] == nil)
    }

    @Test("a packed body is unpacked")
    func gzip() async throws {
        let text = Array("the same, only packed".utf8)
        let packed = Gzip.stored(text)
        let response = try await answer(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n", body: packed)
        #expect(response.body == text)
    }

    @Test(
        "what is not HTTP is an error that says so",
        arguments: [
            "<html>not http</html>\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
            "HTTP/9.9 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        ])
    func notHTTP(text: String) async throws {
        let error = await #expect(throws: HTTPError.self) { try await answer(text) }
        guard case .protocolError = error else {
            Issue.record("\(text.prefix(20)) gave \(String(describing: error))")
            return
        }
        #expect(error?.requestMayHaveBeenSent == true)
    }

    @Test("an answer that is not complete is never taken for one")
    func incomplete() async throws {
        for text in [
            "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nETag: \"a\"\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
        ] {
            let error = await #expect(throws: HTTPError.self) { try await answer(text) }
            guard case .connectionLost = error else {
                Issue.record("\(text) gave \(String(describing: error))")
                continue
            }
        }
    }
}
