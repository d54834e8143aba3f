import Curl
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("Failures") struct FailureTests {
    private func failure(
        _ configuration: HTTPClient.Configuration = .init(), timeout: Duration = .seconds(20),
        serve: @escaping @Sendable (Connection) -> Void
    ) async throws -> HTTPError? {
        try await withServer(configuration, serve: serve) { server, client in
            await CurlTests.failure(client, HTTPRequest(url: server.url + "/path?secret", timeout: timeout))
        }
    }

    @Test("a refused port names host and port, and nothing was sent")
    func refused() async throws {
        let port = try HeldPort()
        let client = try HTTPClient()
        let error = await CurlTests.failure(
            client, HTTPRequest(method: .post, url: "http://user:word@127.0.0.1:\(port.number)/path?query"))
        #expect(error == .couldNotConnect(host: "127.0.0.1:\(port.number)", reason: "connection refused"))
        #expect(error?.requestMayHaveBeenSent == false)
        #expect(error?.description == "could not connect to 127.0.0.1:\(port.number): connection refused")
    }

    @Test("a name that does not exist is told as such")
    func unknownName() async throws {
        // A label above 63 characters: known not to exist without asking anybody.
        let name = String(repeating: "x", count: 70) + ".test"
        let client = try HTTPClient()
        let error = await CurlTests.failure(client, HTTPRequest(url: "https://\(name)/path"))
        #expect(error == .couldNotResolve(host: name))
        #expect(error?.requestMayHaveBeenSent == false)
    }

    @Test("a server that takes no connection ends with the time for connecting")
    func fullBacklog() async throws {
        let server = try LoopbackServer(backlog: 0)
        defer { server.stop() }
        let filler = (0..<8).map { _ in socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0) }
        for descriptor in filler {
            _ = unsafe withLoopbackAddress(port: server.port) { unsafe connect(descriptor, $0, $1) }
        }
        defer { for descriptor in filler { _ = close(descriptor) } }
        let client = try HTTPClient()
        let request = HTTPRequest(url: server.url, connectTimeout: .milliseconds(200))
        let error = await CurlTests.failure(client, request)
        #expect(error == .couldNotConnect(host: "127.0.0.1:\(server.port)", reason: "it took too long"))
        #expect(error?.requestMayHaveBeenSent == false)
        let whole = HTTPRequest(url: server.url, timeout: .milliseconds(200))
        #expect(await CurlTests.failure(client, whole) == error)
    }

    @Test("a server that never answers ends with the request's time")
    func blackHole() async throws {
        let start = ContinuousClock.now
        let error = try await failure(timeout: .milliseconds(300)) { $0.waitForClose() }
        #expect(error.map { "\($0)" }?.hasSuffix("within 0.3 seconds") == true)
        guard case .timedOut = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.requestMayHaveBeenSent == true)
        #expect(start.duration(to: .now) >= .milliseconds(300))
    }

    @Test("a request that waits for a free connection ends with its time all the same")
    func timeInQueue() async throws {
        let taken = Event()
        try await withServer(
            .init(maxConnectionsPerHost: 1),
            serve: { connection in
                taken.open()
                connection.waitForClose()
            }
        ) { server, client in
            let error = await withTaskGroup(of: HTTPError?.self) { group in
                group.addTask { await CurlTests.failure(client, HTTPRequest(url: server.url)) }
                await taken.wait()
                group.addTask {
                    await CurlTests.failure(client, HTTPRequest(url: server.url, timeout: .milliseconds(300)))
                }
                defer { group.cancelAll() }
                return await group.next() ?? nil
            }
            switch error {
            case .timedOut, .couldNotConnect: #expect(server.accepted == 1)
            default: Issue.record("\(String(describing: error))")
            }
        }
    }

    @Test("silence in the middle of an answer is too slow, long before the request's time is over")
    func stall() async throws {
        let error = try await failure(.init(stallTime: .seconds(1))) { connection in
            guard connection.readHead() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
            connection.waitForClose()
        }
        guard case .tooSlow = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.requestMayHaveBeenSent == true)
    }

    @Test("a drip that is never silent still ends with the request's time")
    func drip() async throws {
        let error = try await failure(timeout: .seconds(1)) { connection in
            guard connection.readHead() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            // The drip itself, until the other side hangs up: nothing is waited for.
            while connection.write("x") { usleep(20_000) }
        }
        guard case .timedOut = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "a reset at any moment after connecting is a lost connection",
        arguments: [
            nil, "", "HTTP/1.1 200 OK\r\nX-", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nfour", "HTTP/1.1 200 OK\r\n\r\nto the end",
        ])
    func reset(partial: String?) async throws {
        let error = try await failure { connection in
            if let partial {
                guard connection.readHead() != nil else { return }
                connection.write(partial)
            }
            connection.reset()
        }
        // One that overtakes the end of connecting is a connection that never was.
        if partial == nil, case .couldNotConnect = error {
            #expect(error?.requestMayHaveBeenSent == false)
            return
        }
        guard case .connectionLost = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.requestMayHaveBeenSent == true)
        #expect(error?.description.contains("secret") == false)
    }

    @Test("a POST whose kept connection dies without an answer is sent once; a GET again, on a new connection")
    func noSilentRepeat() async throws {
        // Every connection answers one request, reads the next, and hangs up.
        let requests = Mutex<[String]>([])
        try await withServer(serve: { connection in
            for isAnswered in [true, false] {
                guard let head = connection.readHead() else { return }
                requests.withLock { $0.append(String(head.prefix { $0 != " " })) }
                if isAnswered { connection.answer() }
            }
        }) { server, client in
            _ = try await client.send(HTTPRequest(url: server.url))
            _ = try await client.send(HTTPRequest(method: .post, url: server.url))
            #expect(requests.withLock { $0 } == ["GET", "POST"])
            requests.withLock { $0 = [] }
            _ = try await client.send(HTTPRequest(url: server.url))
            _ = try await client.send(HTTPRequest(url: server.url))
            #expect(requests.withLock { $0.filter { $0 == "GET" }.count } >= 3)
        }
    }

    @Test("a server that closes kept connections between requests is not noticed")
    func closedKeptConnection() async throws {
        let closed = Event()
        try await withServer(serve: { connection in
            guard connection.readHead() != nil else { return }
            connection.answer()
            connection.finish()
            closed.open()
        }) { server, client in
            _ = try await client.send(HTTPRequest(url: server.url))
            await closed.wait()
            for _ in 0..<5 {
                let response = try await client.send(HTTPRequest(url: server.url))
                #expect(response.status == 200)
            }
        }
    }
}
