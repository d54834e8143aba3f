import Curl
import Testing

@Suite("Cancellation") struct CancellationTests {
    @Test("a request whose task was cancelled before reaches no server")
    func before() async throws {
        try await withServer(serve: eachRequest { $1.answer() }) { server, client in
            let error = await withTaskGroup(of: HTTPError?.self) { group in
                group.cancelAll()
                group.addTask { await failure(client, HTTPRequest(url: server.url)) }
                return await group.next() ?? nil
            }
            #expect(error == .cancelled)
            #expect(server.accepted == 0)
        }
    }

    @Test("cancelling a request that waits for its answer ends it at once and closes its connection")
    func during() async throws {
        let arrived = Event()
        let closed = Event()
        try await withServer(serve: { connection in
            _ = connection.readHead()
            arrived.open()
            connection.waitForClose()
            closed.open()
        }) { server, client in
            let error = await withTaskGroup(of: HTTPError?.self) { group in
                group.addTask { await failure(client, HTTPRequest(url: server.url)) }
                await arrived.wait()
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(error == .cancelled)
            #expect(error?.requestMayHaveBeenSent == true)
            await closed.wait()
        }
    }

    /// `count` requests, each cancelled after as many turns of the scheduler as its number says; the numbers run from a
    /// cancel before the start to one after the answer.
    private func storm(_ count: Int, on client: HTTPClient, url: String) async -> [HTTPError?] {
        await withTaskGroup(of: HTTPError?.self) { group in
            for number in 0..<count {
                group.addTask {
                    await withTaskGroup(of: HTTPError?.self) { one in
                        one.addTask { await failure(client, HTTPRequest(url: url)) }
                        for _ in 0..<(number % 40) { await Task.yield() }
                        one.cancelAll()
                        return await one.next() ?? nil
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("2 000 racing cancels each get one end, and the client works afterwards")
    func racing() async throws {
        try await withServer(serve: eachRequest { $1.answer() }) { server, client in
            let ends = await storm(2000, on: client, url: server.url)
            #expect(ends.count == 2000)
            #expect(ends.allSatisfy { $0 == nil || $0 == .cancelled })
            let response = try await client.send(HTTPRequest(url: server.url))
            #expect(response.status == 200)
        }
    }

    @Test("2 000 cancels of requests that would never be answered leave room for new ones")
    func unanswered() async throws {
        try await withServer(
            serve: { connection in
                guard let head = connection.readHead() else { return }
                if head.hasPrefix("GET /answer") { connection.answer() }
                connection.waitForClose()
            }
        ) { server, client in
            let ends = await storm(2000, on: client, url: server.url)
            #expect(ends.allSatisfy { $0 == .cancelled })
            let response = try await client.send(HTTPRequest(url: server.url + "/answer"))
            #expect(response.status == 200)
        }
    }
}
