import Curl
import Foundation
import Synchronization
import Testing

@Suite("Client") struct ClientTests {
    /// Statuses of so many requests at once, by number.
    private func all(_ count: Int, _ client: HTTPClient, _ url: @escaping @Sendable (Int) -> String) async throws
        -> [Int]
    {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<count {
                group.addTask {
                    let response = try await client.send(HTTPRequest(url: url(number)))
                    return response.body == Array("\(number)".utf8) ? response.status : 0
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("1 000 parallel requests all get their own answer, over no more connections than allowed")
    func parallel() async throws {
        try await withServer(
            .init(maxConnectionsPerHost: 3),
            serve: eachRequest { head, connection in
                connection.answer(body: Array(head.dropFirst("GET /".count).prefix { $0 != " " }.utf8))
            }
        ) { server, client in
            let base = server.url
            let statuses = try await all(1000, client) { "\(base)/\($0)" }
            #expect(statuses == Array(repeating: 200, count: 1000))
            #expect(server.accepted <= 3)
        }
    }

    @Test("the time that requests wait for a free connection is no time for connecting")
    func queue() async throws {
        try await withServer(
            .init(maxConnectionsPerHost: 2),
            serve: eachRequest { head, connection in
                usleep(100_000)
                connection.answer(body: Array(head.dropFirst("GET /".count).prefix { $0 != " " }.utf8))
            }
        ) { server, client in
            let url = server.url
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await client.send(HTTPRequest(url: url, connectTimeout: .milliseconds(400))).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 40))
            #expect(server.accepted <= 2)
        }
    }

    @Test("tasks on the client's executor run on one thread, with what they ask and are answered")
    func executor() async throws {
        try await withServer(serve: eachRequest { $1.answer() }) { server, client in
            let threads = Mutex<Set<pthread_t>>([])
            let note: @Sendable () -> Void = { threads.withLock { _ = $0.insert(pthread_self()) } }
            let url = server.url
            await withTaskExecutorPreference(client.executor) {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<100 {
                        group.addTask {
                            note()
                            _ = try? await client.send(HTTPRequest(url: url))
                            note()
                            await Task.yield()
                            try? await Task.sleep(for: .milliseconds(1))
                            note()
                        }
                    }
                }
                note()
            }
            #expect(threads.withLock(\.count) == 1)
        }
    }

    @Test("tasks on the executor of a client that has ended go on elsewhere, and their requests are refused")
    func executorAfterTheEnd() async throws {
        let (began, goOn) = (Event(), Event())
        try await withServer(serve: eachRequest { $1.answer() }) { server, client in
            let url = server.url
            async let late = withTaskExecutorPreference(client.executor) {
                began.open()
                await goOn.wait()
                return await failure(client, HTTPRequest(url: url))
            }
            await began.wait()
            await client.shutdown()
            goOn.open()
            #expect(await late == .shutDown)
            let after = await withTaskExecutorPreference(client.executor) {
                await Task.yield()
                return 1
            }
            #expect(after == 1)
        }
    }

    @Test("a request on one host does not wait for a hung one on another")
    func independentHosts() async throws {
        let hung = try LoopbackServer { $0.waitForClose() }
        defer { hung.stop() }
        try await withServer(serve: eachRequest { $1.answer() }) { server, client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 { group.addTask { _ = await failure(client, HTTPRequest(url: hung.url)) } }
                for _ in 0..<50 { _ = try await client.send(HTTPRequest(url: server.url)) }
                group.cancelAll()
            }
        }
    }

    @Test("a shutdown ends what is under way, refuses what comes later, and may be repeated")
    func shutdown() async throws {
        let arrived = Event()
        try await withServer(serve: { connection in
            _ = connection.readHead()
            arrived.open()
            connection.waitForClose()
        }) { server, client in
            let errors = await withTaskGroup(of: HTTPError?.self) { group in
                for _ in 0..<200 { group.addTask { await failure(client, HTTPRequest(url: server.url)) } }
                await arrived.wait()
                for _ in 0..<3 {
                    group.addTask {
                        await client.shutdown()
                        return .shutDown
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(errors == Array(repeating: .shutDown, count: 203))
            #expect(await failure(client, HTTPRequest(url: server.url)) == .shutDown)
            await client.shutdown()
        }
    }

    @Test("a shutdown in the middle of a storm loses no request")
    func shutdownRace() async throws {
        for round in 0..<20 {
            try await withServer(serve: eachRequest { $1.answer() }) { server, client in
                let ends = await withTaskGroup(of: HTTPError?.self) { group in
                    for number in 0..<100 {
                        group.addTask {
                            if number == round * 5 { await client.shutdown() }
                            return await failure(client, HTTPRequest(url: server.url))
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(ends.count == 100)
                #expect(ends.allSatisfy { $0 == nil || $0 == .shutDown })
            }
        }
    }

    @Test("a client that is only let go ends its thread and closes its connections")
    func letGo() async throws {
        let closed = Event()
        let server = try LoopbackServer { connection in
            guard connection.readHead() != nil else { return }
            connection.answer()
            connection.waitForClose()
            closed.open()
        }
        defer { server.stop() }
        do {
            let client = try HTTPClient()
            _ = try await client.send(HTTPRequest(url: server.url))
        }
        await closed.wait()
    }

    @Test("more requests at once than a client takes are refused, and the others are not disturbed")
    func capacity() async throws {
        try await withServer(serve: { $0.waitForClose() }) { server, client in
            let url = server.url
            let refused = Event()
            let ends = await withTaskGroup(of: HTTPError?.self) { group in
                for _ in 0..<10_001 {
                    group.addTask {
                        let error = await failure(client, HTTPRequest(url: url))
                        if case .resources = error { refused.open() }
                        return error
                    }
                }
                await refused.wait()
                group.cancelAll()
                return await group.reduce(into: [HTTPError?]()) { $0.append($1) }
            }
            let refusals = ends.filter { if case .resources = $0 { true } else { false } }
            #expect(refusals.count == 1)
            #expect(ends.filter { $0 == .cancelled }.count == 10_000)
        }
    }
}

@Suite("Leaks") struct LeakTests {
    @Test("descriptors and threads are what they were after 100 clients with answers, failures and cancels")
    func leaks() async {
        await #expect(processExitsWith: .success) {
            func entries(_ path: String) throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: path).count
            }
            let server = try LoopbackServer(
                serve: eachRequest { head, connection in
                    if head.hasPrefix("GET /reset") { connection.reset() }
                    if head.hasPrefix("GET /silent") { connection.waitForClose() }
                    connection.answer()
                })
            func round() async throws {
                let client = try HTTPClient()
                await withTaskGroup(of: Void.self) { group in
                    for path in ["/", "/reset", "/silent", "/silent", "/"] {
                        group.addTask {
                            _ = await failure(client, HTTPRequest(url: server.url + path, timeout: .milliseconds(20)))
                        }
                    }
                    group.addTask { _ = await failure(client, HTTPRequest(url: "http://127.0.0.1:1/")) }
                    await Task.yield()
                    if Bool.random() { group.cancelAll() }
                }
                await client.shutdown()
            }
            for _ in 0..<5 { try await round() }
            let threads = try entries("/proc/self/task")
            let descriptors = try entries("/proc/self/fd")
            for _ in 0..<100 { try await round() }
            // The server's own threads and descriptors end when they have read the end of their connections.
            server.stop()
            let deadline = ContinuousClock.now + .seconds(10)
            while ContinuousClock.now < deadline {
                if try entries("/proc/self/task") <= threads, try entries("/proc/self/fd") <= descriptors { return }
                await Task.yield()
            }
            let (now, open) = try (entries("/proc/self/task"), entries("/proc/self/fd"))
            Issue.record("threads \(threads) → \(now), descriptors \(descriptors) → \(open)")
            exit(1)
        }
    }

    @Test("with a connection kept and nothing under way, the driver does not tick")
    func idle() async {
        await #expect(processExitsWith: .success) {
            func switches() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").reduce(0) { sum, task in
                    let status = try String(contentsOfFile: "/proc/self/task/\(task)/status", encoding: .utf8)
                    let line = status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
                    return sum + (line.flatMap { Int($0.split(separator: "\t").last ?? "") } ?? 0)
                }
            }
            try await withServer(serve: eachRequest { $1.answer() }) { server, client in
                _ = try await client.send(HTTPRequest(url: server.url))
                let before = try switches()
                // The one wait by the clock here: what must not happen needs a time in which it does not.
                try await Task.sleep(for: .seconds(1))
                let ticks = try switches() - before
                if ticks > 20 {
                    Issue.record("\(ticks) switches in an idle second")
                    exit(1)
                }
            }
        }
    }
}
