import Testing

@testable import Curl

/// The pieces that need no server.
@Suite("Parts") struct PartsTests {
    @Test("header names are compared without regard to ASCII case, and to nothing else")
    func headerNames() {
        let headers = HTTPHeaders([("ETag", "1"), ("etag", "2"), ("K", "latin")])
        #expect(headers["eTAG"] == "1" && headers.all("ETAG") == ["1", "2"])
        #expect(headers["\u{212A}"] == nil)  // the Kelvin sign, which lower-cases to a k
        #expect(headers[""] == nil)
    }

    @Test(
        "what the admin set decides which authorities are believed, then a hashed directory, then libcurl",
        arguments: [
            (["CURL_CA_BUNDLE": "/b", "SSL_CERT_FILE": "/f", "SSL_CERT_DIR": "/d"], true, TrustStore.file("/b")),
            (["SSL_CERT_FILE": "/f", "SSL_CERT_DIR": "/d"], true, .fileAndDirectory(file: "/f", directory: "/d")),
            (["SSL_CERT_FILE": "/f"], true, .file("/f")), (["SSL_CERT_DIR": "/d"], false, .directory("/d")),
            (["CURL_CA_BUNDLE": "", "SSL_CERT_FILE": ""], true, .directory("/etc/ssl/certs")), ([:], false, .builtIn),
        ])
    func trust(environment: [String: String], isHashed: Bool, expected: TrustStore) {
        #expect(TrustStore.choose(variable: { environment[$0] }, isHashed: { _ in isHashed }) == expected)
    }

    @Test("a directory without hashed entries, and one that is not there, are no directory of authorities")
    func hashed() {
        #expect(!TrustStore.isHashed("/proc/self/fd"))
        #expect(!TrustStore.isHashed("/nonexistent"))
    }

    @Test("a result that comes before the caller has parked waits for it, and the first result counts")
    func earlyEnd() async throws {
        let call = try call()
        #expect(!call.isEnded)
        call.end(.failure(.cancelled))
        call.end(.failure(.shutDown))
        #expect(call.isEnded)
        #expect(await error(of: call) == .cancelled)
    }

    @Test("a result from another thread while the caller parks reaches it, ten thousand times")
    func parkingRace() async throws {
        for _ in 0..<10_000 {
            let call = try call()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { call.end(.failure(.shutDown)) }
                #expect(await error(of: call) == .shutDown)
            }
        }
    }

    private func error(of call: PendingRequest) async -> HTTPError? {
        if case .failure(let error) = await call.outcome() { error } else { nil }
    }

    private func call() throws -> PendingRequest {
        let request = HTTPRequest(url: "https://example.org")
        return PendingRequest(request, target: try RequestTarget(request, allowPlainHTTP: true))
    }

    @Test(
        "the server is named as host and port, never with user information",
        arguments: [
            ("https://example.org/secret", "example.org"), ("HTTP://user:word@Host:81?q", "Host:81"),
            ("https://a@b@c#f", "c"), ("https://[::1]:8443/", "[::1]:8443"),
        ])
    func host(url: String, host: String) throws {
        #expect(try RequestTarget(HTTPRequest(url: url), allowPlainHTTP: true).host == host)
    }

    @Test("milliseconds are rounded up and stay within what libcurl takes")
    func milliseconds() {
        #expect(Duration.nanoseconds(1).milliseconds == 1)
        #expect(Duration.milliseconds(1500).milliseconds == 1500)
        #expect(Duration.seconds(-1).milliseconds == 0 && Duration.nanoseconds(-1).milliseconds == 0)
        #expect(Duration.seconds(Int64.max).milliseconds == Int(Int32.max))
        #expect(Duration.seconds(2_147_483).milliseconds == Int(Int32.max))
    }

    @Test("every error says what it is in words that begin small and end without a full stop")
    func words() {
        let errors: [HTTPError] = [
            .cancelled, .shutDown, .invalidRequest(reason: "r"), .couldNotResolve(host: "h"),
            .couldNotConnect(host: "h", reason: "r"), .proxy(reason: "r"), .tls(host: "h", reason: "r"),
            .timedOut(host: "h", after: .seconds(3)), .tooSlow(host: "h"), .bodyTooLarge(limit: 5),
            .headersTooLarge(limit: 5), .connectionLost(host: "h"), .protocolError(host: "h", reason: "r"),
            .resources(reason: "r"),
        ]
        for error in errors {
            #expect(error.description.first?.isLowercase == true && error.description.last != ".")
        }
        #expect(errors.filter { !$0.requestMayHaveBeenSent }.count == 6)
    }
}
