import Curl
import Synchronization
import TestSupport
import Testing

@Suite("Servers that send without end", .serialized) struct FloodTests {
    @Test("frames that are no answer end their own request, and hold up no other", arguments: FrameFlood.Kind.allCases)
    func frames(_ kind: FrameFlood.Kind) async throws {
        let flood = try FrameFlood(kind)
        defer { flood.stop() }
        try await withServer(serve: eachRequest { _, connection in connection.answer(body: [1]) }) { server, client in
            let network = HTTPNetwork(caFile: flood.caFile)
            let url = "https://127.0.0.1:\(flood.port)/"
            let isOver = Atomic(false)
            async let flooded = {
                defer { isOver.store(true, ordering: .relaxed) }
                return await failure(client, HTTPRequest(url: url, timeout: .seconds(4), network: network))
            }()
            let began = ContinuousClock.now
            var longest = Duration.zero
            // Others are served while it goes on.
            repeat {
                let asked = ContinuousClock.now
                let answer = try await client.send(HTTPRequest(url: server.url))
                #expect(answer.body == [1])
                longest = max(longest, .now - asked)
            } while !isOver.load(ordering: .relaxed)
            // On a busy machine a second or two more than the four of the flood; held up for good it would be the time-out.
            #expect(longest < .seconds(15), "\(longest)")
            let error = try #require(await flooded)
            let host = "127.0.0.1:\(flood.port)"
            let isRefused = if case .protocolError = error { true } else { error == .connectionLost(host: host) }
            #expect(isRefused || error == .timedOut(host: host, after: .seconds(4)), "\(error)")
            #expect(.now - began < .seconds(15))
        }
    }

    @Test(
        "a body that is encoded more than once is refused before a byte of it is unpacked",
        arguments: [
            ["Content-Encoding: gzip, gzip"], ["Content-Encoding: gzip", "Content-Encoding: gzip"],
            ["Content-Encoding: gzip, gzip, gzip, gzip"],
            ["Transfer-Encoding: gzip, chunked", "Content-Encoding: gzip"],
        ])
    func encodings(_ head: [String]) async throws {
        try await withServer(
            serve: eachRequest { _, connection in connection.answer("200 OK", head, body: [0x1F, 0x8B]) }
        ) { server, client in
            let error = await failure(client, HTTPRequest(url: server.url))
            // A transfer encoding libcurl itself refuses from 8.12 on.
            let reasons =
                ["encoded more than once"]
                + (head[0].hasPrefix("T") ? ["unrecognized or bad http content or transfer-encoding"] : [])
            #expect(reasons.map { .protocolError(host: "127.0.0.1:\(server.port)", reason: $0) }.contains(error))
        }
    }

    @Test("one encoding, with or without chunks or one that is none, is taken", arguments: ["gzip", "identity, gzip"])
    func oneEncoding(_ encoding: String) async throws {
        let body = Gzip.stored(Array("text".utf8))
        try await withServer(
            serve: eachRequest { _, connection in
                connection.answer("200 OK", ["Content-Encoding: \(encoding)"], body: body)
            }
        ) { server, client in
            let answer = try await client.send(HTTPRequest(url: server.url))
            #expect(answer.body == Array("text".utf8))
        }
    }
}
