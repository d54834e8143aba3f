import Curl
import Testing

@Suite("TLS and HTTP/2", .serialized, .enabled(if: NginxFront.absence == nil, "no nginx on this machine"))
struct TLSTests {
    private func withNginx<R>(
        _ configuration: HTTPClient.Configuration = .init(), _ body: (NginxFront, HTTPClient) async throws -> R
    ) async throws -> R {
        let front = try await NginxFront()
        let client = try HTTPClient(configuration)
        let result: Result<R, any Error>
        do { result = .success(try await body(front, client)) } catch { result = .failure(error) }
        await client.shutdown()
        await front.stop()
        return try result.get()
    }

    private func request(
        _ front: NginxFront, _ port: UInt16, _ path: String = "/", host: String = "127.0.0.1"
    ) -> HTTPRequest {
        HTTPRequest(url: "https://\(host):\(port)\(path)", network: HTTPNetwork(caFile: front.caFile))
    }

    @Test("ALPN decides the version, which is never assumed")
    func version() async throws {
        try await withNginx { front, client in
            let new = try await client.send(request(front, front.ports.good, "/a/../b?c"))
            #expect(new.version == "2" && new.status == 200 && new.body == Array("/a/../b?c".utf8))
            let old = try await client.send(request(front, front.ports.old))
            #expect(old.version == "1.1" && old.status == 200)
        }
    }

    @Test("an authority that the machine does not know, an expired certificate and another host's are refused")
    func distrust() async throws {
        try await withNginx { front, client in
            let cases: [(HTTPRequest, String)] = [
                (HTTPRequest(url: "https://127.0.0.1:\(front.ports.good)/path"), "certificate"),
                (request(front, front.ports.expired, "/path"), "expired"),
                (request(front, front.ports.otherHost, "/path"), "127.0.0.1"),
            ]
            for (request, word) in cases {
                let error = await failure(client, request)
                guard case .tls(let host, let reason) = error else {
                    Issue.record("\(word): \(String(describing: error))")
                    continue
                }
                #expect(host.hasPrefix("127.0.0.1:"))
                #expect(reason.contains(word) && !reason.contains("path"))
                #expect(error?.requestMayHaveBeenSent == false)
            }
            var missing = request(front, front.ports.good)
            missing.network.caFile = "/nonexistent.pem"
            guard case .tls = await failure(client, missing) else {
                Issue.record("a CA file that does not exist was taken")
                return
            }
        }
    }

    @Test("a server without TLS, and one that hangs up in the handshake, are TLS errors")
    func handshake() async throws {
        let servers: [@Sendable (Connection) -> Void] = [
            { $0.write("HTTP/1.1 200 OK\r\n\r\n") },
            // Not before it was greeted: a reset may otherwise overtake the end of connecting.
            { connection in
                _ = connection.readSome()
                connection.reset()
            },
        ]
        for serve in servers {
            try await withServer(serve: serve) { server, client in
                let error = await failure(client, HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
                guard case .tls = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test("a server that is silent in the handshake ends with the time for connecting")
    func silentHandshake() async throws {
        try await withServer(serve: { $0.waitForClose() }) { server, client in
            let url = "https://127.0.0.1:\(server.port)/"
            let error = await failure(client, HTTPRequest(url: url, connectTimeout: .milliseconds(300)))
            #expect(error == .couldNotConnect(host: "127.0.0.1:\(server.port)", reason: "it took too long"))
        }
    }

    @Test("1 000 parallel answers without a body come over few connections, twenty times in a row without a stall")
    func notModified() async throws {
        try await withNginx { front, client in
            let wanted = request(front, front.ports.good, "/304")
            var connections: Set<String> = []
            for _ in 0..<20 {
                let start = ContinuousClock.now
                connections = try await withThrowingTaskGroup(of: String?.self) { group in
                    for _ in 0..<1000 {
                        group.addTask {
                            let response = try await client.send(wanted)
                            return response.status == 304 ? response.headers["X-Connection"] : nil
                        }
                    }
                    return try await group.reduce(into: connections) { $0.insert($1 ?? "not a 304") }
                }
                #expect(start.duration(to: .now) < .seconds(10))
            }
            #expect(!connections.contains("not a 304"))
            #expect(connections.count <= 4)
        }
    }

    @Test("requests that wait for the first connection share it")
    func sharing() async throws {
        try await withNginx { front, client in
            let wanted = request(front, front.ports.good)
            let connections = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<60 { group.addTask { try await client.send(wanted).headers["X-Connection"] } }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(connections.count == 1)
        }
    }

    @Test("limits hold, and cancels end streams, on a shared connection that goes on working")
    func streams() async throws {
        try await withNginx { front, client in
            var tight = request(front, front.ports.good, "/too-long")
            tight.bodyLimit = 3
            #expect(await failure(client, tight) == .bodyTooLarge(limit: 3))
            let wanted = request(front, front.ports.good)
            let ends = await withTaskGroup(of: HTTPError?.self) { group in
                for number in 0..<1500 {
                    group.addTask {
                        await withTaskGroup(of: HTTPError?.self) { one in
                            one.addTask { await failure(client, wanted) }
                            for _ in 0..<(number % 50) { await Task.yield() }
                            one.cancelAll()
                            return await one.next() ?? nil
                        }
                    }
                }
                return await group.reduce(into: [HTTPError?]()) { $0.append($1) }
            }
            #expect(ends.allSatisfy { $0 == nil || $0 == .cancelled })
            let after = try await client.send(wanted)
            #expect(after.status == 200 && after.version == "2")
        }
    }

    @Test("a tunnel through a proxy carries HTTP/2, and the proxy sees neither headers nor is seen in the answer")
    func tunnel() async throws {
        let proxy = try LoopbackProxy()
        defer { proxy.server.stop() }
        try await withNginx { front, client in
            var wanted = request(front, front.ports.good, "/path")
            wanted.headers = [("Authorization", "Bearer token")]
            wanted.network.proxy = "http://127.0.0.1:\(proxy.server.port)"
            let response = try await client.send(wanted)
            #expect(response.version == "2" && response.body == Array("/path".utf8))
            #expect(response.headers["X-Proxy"] == nil && response.headers["ETag"] == nil)
            let head = try #require(proxy.heads().first)
            #expect(head.hasPrefix("CONNECT 127.0.0.1:\(front.ports.good) "))
            #expect(!head.contains("Bearer"))
        }
    }
}
