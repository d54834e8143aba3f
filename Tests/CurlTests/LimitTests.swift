import Curl
import Testing

@Suite("Limits") struct LimitTests {
    /// What comes of an answer with this head and body, sent until the client has had enough.
    private func outcome(limit: Int, head: [String] = [], body: [UInt8], isEndless: Bool = false) async throws
        -> Result<HTTPResponse, HTTPError>
    {
        try await withServer(serve: { connection in
            guard connection.readHead() != nil else { return }
            connection.write((["HTTP/1.1 200 OK"] + head).joined(separator: "\r\n") + "\r\n\r\n")
            repeat { if !connection.write(body) { break } } while isEndless
        }) { server, client in
            do throws(HTTPError) {
                return .success(try await client.send(HTTPRequest(url: server.url, bodyLimit: limit)))
            } catch {
                return .failure(error)
            }
        }
    }

    private func error(_ outcome: Result<HTTPResponse, HTTPError>) -> HTTPError? {
        if case .failure(let error) = outcome { error } else { nil }
    }

    @Test("a body of exactly the limit is taken, one byte more is not", arguments: [0, 1, 16_384, 100_000])
    func exact(limit: Int) async throws {
        let body = [UInt8](repeating: 7, count: limit)
        let fits = try await outcome(limit: limit, head: ["Content-Length: \(limit)"], body: body)
        #expect(try fits.get().body == body)
        let unannounced = try await outcome(limit: limit, body: body + [7])
        #expect(error(unannounced) == .bodyTooLarge(limit: limit))
        let announced = try await outcome(limit: limit, head: ["Content-Length: \(limit + 1)"], body: body + [7])
        #expect(error(announced) == .bodyTooLarge(limit: limit))
    }

    @Test("a packed body is measured unpacked")
    func packedExactly() async throws {
        let text = [UInt8](repeating: 0x61, count: 5000)
        let packed = Gzip.stored(text)
        let head = ["Content-Encoding: gzip", "Content-Length: \(packed.count)"]
        #expect(try await outcome(limit: 5000, head: head, body: packed).get().body == text)
        #expect(error(try await outcome(limit: 4999, head: head, body: packed)) == .bodyTooLarge(limit: 4999))
    }

    @Test("a bomb of a few kilobytes ends at the limit")
    func bomb() async throws {
        let bomb = Gzip.bomb(rounds: 4000)
        #expect(bomb.count < 60_000)
        let result = try await outcome(
            limit: 1 << 20, head: ["Content-Encoding: gzip", "Content-Length: \(bomb.count)"], body: bomb)
        #expect(error(result) == .bodyTooLarge(limit: 1 << 20))
    }

    @Test("a body without end ends at the limit, plain, in chunks, or packed")
    func endless() async throws {
        let plain = try await outcome(limit: 300_000, body: [UInt8](repeating: 1, count: 8192), isEndless: true)
        #expect(error(plain) == .bodyTooLarge(limit: 300_000))
        let chunk = Array("1000\r\n".utf8) + [UInt8](repeating: 2, count: 4096) + Array("\r\n".utf8)
        let chunked = try await outcome(
            limit: 300_000, head: ["Transfer-Encoding: chunked"], body: chunk, isEndless: true)
        #expect(error(chunked) == .bodyTooLarge(limit: 300_000))
        let packed = try await withServer(serve: { connection in
            guard connection.readHead() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
            let bomb = Gzip.bomb(rounds: 200)
            // After the header of 10 bytes every 13 further ones are alike: the rest can be sent for ever.
            let round = Array(bomb[(10 + 13)..<(10 + 26)])
            connection.write(bomb)
            while connection.write(Array(repeatElement(round, count: 100).joined())) {}
        }) { server, client in
            await failure(client, HTTPRequest(url: server.url, bodyLimit: 50 << 20))
        }
        #expect(packed == .bodyTooLarge(limit: 50 << 20))
    }

    @Test(
        "headers without end end at the limit",
        arguments: [
            "X-A: \(String(repeating: "a", count: 1000))\r\n", "A: b\r\n", String(repeating: "a", count: 5000),
            " folded\r\n", "\r\nHTTP/1.1 100 Continue\r\n",
        ])
    func endlessHeaders(piece: String) async throws {
        let error = try await withServer(serve: { connection in
            guard connection.readHead() != nil else { return }
            connection.write(piece.hasPrefix("\r\n") ? "HTTP/1.1 100 Continue\r\n" : "HTTP/1.1 200 OK\r\nX: ")
            while connection.write(piece) {}
        }) { server, client in
            await failure(client, HTTPRequest(url: server.url))
        }
        #expect(error == .headersTooLarge(limit: 100 * 1024))
    }

    @Test("trailers without end end at the limit too")
    func endlessTrailers() async throws {
        let error = try await withServer(serve: { connection in
            guard connection.readHead() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
            while connection.write("X-Trailer: \(String(repeating: "t", count: 500))\r\n") {}
        }) { server, client in
            await failure(client, HTTPRequest(url: server.url))
        }
        #expect(error == .headersTooLarge(limit: 100 * 1024))
    }

    @Test("1 000 header lines are taken with their status line and end, one more is not")
    func countOfHeaders() async throws {
        func lines(_ count: Int) -> [String] { (0..<count).map { "H\($0): v" } }
        let fits = try await outcome(limit: 0, head: lines(997) + ["Content-Length: 0"], body: [])
        #expect(try fits.get().headers.fields.count == 998)
        let tooMany = try await outcome(limit: 0, head: lines(999) + ["Content-Length: 0"], body: [])
        #expect(error(tooMany) == .headersTooLarge(limit: 100 * 1024))
    }
}
