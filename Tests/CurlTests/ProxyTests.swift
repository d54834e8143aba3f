import Curl
import Foundation
import Synchronization
import TestSupport
import Testing

/// A proxy for one host: passes CONNECT and absolute requests on, keeps the heads that it read.
final class LoopbackProxy: Sendable {
    let server: LoopbackServer
    let heads: @Sendable () -> [String]

    /// With a status, it answers every request with that instead.
    init(refusingWith status: String? = nil) throws {
        let seen = Seen()
        heads = { seen.heads.withLock { $0 } }
        server = try LoopbackServer { connection in
            guard let head = connection.readHead() else { return }
            seen.heads.withLock { $0.append(head) }
            if let status {
                connection.answer(status, ["X-Proxy: refused"], body: Array("no".utf8))
                return
            }
            let target = head.split(separator: " ")[1]
            guard
                let port = target.split(separator: "/").first(where: { $0.contains("127.0.0.1:") })?.split(
                    separator: ":"
                ).last,
                let far = UInt16(port).flatMap(Connection.init(toPort:))
            else { return }
            defer { far.finish() }
            if head.hasPrefix("CONNECT ") {
                connection.write("HTTP/1.1 200 Connection established\r\nX-Proxy: tunnel\r\nETag: \"proxy\"\r\n\r\n")
            } else {
                far.write(head)
            }
            LoopbackProxy.pass(connection, far)
        }
    }

    /// Both ways until one side closes.
    private static func pass(_ near: Connection, _ far: Connection) {
        let descriptors = (near.descriptor, far.descriptor)
        let back = DispatchGroup()
        back.enter()
        Thread.detachNewThread {
            let (near, far) = (Connection(descriptors.0), Connection(descriptors.1))
            while let bytes = far.readSome(), near.write(bytes) {}
            _ = shutdown(descriptors.0, CInt(SHUT_RDWR))
            back.leave()
        }
        while let bytes = near.readSome(), far.write(bytes) {}
        _ = shutdown(descriptors.1, CInt(SHUT_RDWR))
        back.wait()
    }

    private final class Seen: Sendable {
        let heads = Mutex<[String]>([])
    }
}

@Suite("Proxies") struct ProxyTests {
    @Test("a plain request goes through the proxy that was named, with its password")
    func plain() async throws {
        let proxy = try LoopbackProxy()
        defer { proxy.server.stop() }
        try await withServer(serve: eachRequest { $1.answer("200 OK", ["X-From: server"]) }) { server, client in
            var request = HTTPRequest(url: server.url + "/a/../b?c")
            request.network.proxy = "http://user:word@127.0.0.1:\(proxy.server.port)"
            let response = try await client.send(request)
            #expect(response.headers["X-From"] == "server")
            let head = try #require(proxy.heads().first)
            #expect(head.hasPrefix("GET \(server.url)/a/../b?c HTTP/1.1\r\n"))
            #expect(head.contains("Proxy-Authorization: Basic dXNlcjp3b3Jk\r\n"))
        }
    }

    @Test("a proxy that is not there is the error, and neither its password nor the path is told")
    func absent() async throws {
        let gone = try HeldPort()
        let client = try HTTPClient()
        for scheme in ["http", "https"] {
            var request = HTTPRequest(method: .post, url: "\(scheme)://127.0.0.1:1/secret-path")
            request.network.proxy = "http://user:password@127.0.0.1:\(gone.number)"
            let error = await failure(client, request)
            #expect(error == .proxy(reason: "connection refused"))
            #expect(error?.requestMayHaveBeenSent == false)
        }
        var unknown = HTTPRequest(url: "https://127.0.0.1:1/")
        unknown.network.proxy = "http://\(String(repeating: "x", count: 70)).test"
        #expect(await failure(client, unknown) == .proxy(reason: "could not resolve its name"))
    }

    @Test("a proxy that refuses to connect is the error, not the server's answer", arguments: [407, 403, 502])
    func refusing(status: Int) async throws {
        let proxy = try LoopbackProxy(refusingWith: "\(status) No")
        defer { proxy.server.stop() }
        let client = try HTTPClient()
        var request = HTTPRequest(url: "https://127.0.0.1:1/secret-path")
        request.network.proxy = "http://user:password@127.0.0.1:\(proxy.server.port)"
        request.headers = [("Authorization", "Bearer token")]
        let error = await failure(client, request)
        #expect(error == .proxy(reason: "it answered \(status) to the connection to 127.0.0.1:1"))
        #expect(error?.requestMayHaveBeenSent == false)
        #expect(proxy.heads().allSatisfy { !$0.contains("Bearer") })
        await client.shutdown()
    }

    @Test("the environment's proxy is used when none is named, except for what no_proxy lists")
    func environment() async {
        await #expect(processExitsWith: .success) {
            let proxy = try LoopbackProxy()
            try await withServer(serve: eachRequest { $1.answer() }) { server, client in
                _ = unsafe setenv("http_proxy", "http://127.0.0.1:\(proxy.server.port)", 1)
                _ = try await client.send(HTTPRequest(url: server.url))
                let used = proxy.heads().count
                _ = unsafe setenv("no_proxy", "127.0.0.1", 1)
                _ = try await client.send(HTTPRequest(url: server.url))
                if used != 1 || proxy.heads().count != 1 {
                    Issue.record("the proxy saw \(used), then \(proxy.heads().count) requests")
                    exit(1)
                }
            }
            proxy.server.stop()
        }
    }

    @Test("a server that refuses, or has no name, is the error where no_proxy keeps the request from the proxy")
    func pastTheProxy() async {
        await #expect(processExitsWith: .success) {
            let (server, proxy) = (try HeldPort(), try HeldPort())
            let name = String(repeating: "x", count: 70) + ".test"
            _ = unsafe setenv("no_proxy", "127.0.0.1,\(name)", 1)
            let client = try HTTPClient()
            for scheme in ["http", "socks5h"] {
                var request = HTTPRequest(url: "https://127.0.0.1:\(server.number)/secret-path")
                request.network.proxy = "\(scheme)://user:password@127.0.0.1:\(proxy.number)"
                let refused = await failure(client, request)
                guard refused == .couldNotConnect(host: "127.0.0.1:\(server.number)", reason: "connection refused")
                else {
                    Issue.record("\(scheme): \(String(describing: refused))")
                    exit(1)
                }
            }
            var request = HTTPRequest(url: "https://\(name)/secret-path")
            request.network.proxy = "http://127.0.0.1:\(proxy.number)"
            let unknown = await failure(client, request)
            guard unknown == .couldNotResolve(host: name) else {
                Issue.record("\(String(describing: unknown))")
                exit(1)
            }
        }
    }

    @Test("the environment's proxy that is not there is the error, and not the server behind it")
    func environmentAbsent() async {
        await #expect(processExitsWith: .success) {
            let proxy = try HeldPort()
            _ = unsafe setenv("https_proxy", "http://user:password@127.0.0.1:\(proxy.number)", 1)
            let error = await failure(try HTTPClient(), HTTPRequest(url: "https://127.0.0.1:1/secret-path"))
            withExtendedLifetime(proxy) {}
            guard error == .proxy(reason: "connection refused") else {
                Issue.record("\(String(describing: error))")
                exit(1)
            }
        }
    }

    @Test("what may be the server or the proxy is told as that")
    func either() async throws {
        let port = try HeldPort()
        let client = try HTTPClient()
        var request = HTTPRequest(url: "http://127.0.0.1:\(port.number)/secret-path")
        request.network.proxy = "http://user:password@127.0.0.1:\(port.number)/"
        let host = "127.0.0.1:\(port.number)"
        let refused = await failure(client, request)
        #expect(refused == .couldNotConnect(host: host, reason: "connection refused, there or at the proxy"))
        request.network.proxy = "socks5h://\(String(repeating: "x", count: 70)).test:1"
        let unknown = await failure(client, request)
        // libcurl knows whose name it was when the answer is there at once.
        #expect(
            unknown == .couldNotConnect(host: host, reason: "could not resolve its name or that of the proxy")
                || unknown == .proxy(reason: "could not resolve its name"))
    }
}
