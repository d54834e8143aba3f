import TestSupport
import Testing
import WatcherCore

@testable import WatcherService

@Suite("Versions in JSON documents and pages")
struct DocumentSourceTests {
    private let bench = SourceBench()

    static let documents: [(settings: String, document: String, tags: [String])] = [
        (#""at": "/info/version""#, #"{"info": {"version": "1.10.0"}}"#, ["1.10.0"]),
        (#""at": "/releases""#, #"{"releases": {"1.2": [], "1.10": [], "1.9": []}}"#, ["1.10", "1.9", "1.2"]),
        (#""at": """#, #"["3.0", "3.1"]"#, ["3.1", "3.0"]),
        (
            #""at": "/versions", "each": "/num""#, #"{"versions": [{"num": "0.1.0"}, {"num": "0.2.0"}]}"#,
            ["0.2.0", "0.1.0"]
        ),
        (#""at": "/a~1b/0/m~0n""#, #"{"a/b": [{"m~n": "7"}]}"#, ["7"]),
    ]

    @Test("a pointer leads to a version, an array, keys, or objects", arguments: 0..<5)
    func documents(index: Int) async throws {
        let example = Self.documents[index]
        try await bench.with(#""json": {"url": "http://SERVER/doc", \#(example.settings)}"#) { client in
            bench.server.always("/doc", .text(200, example.document, type: "application/json"))
            let list = try await client.list()
            #expect(list.releases.map(\.tag) == example.tags && list.isComplete)
            #expect(list.identity != nil)
        }
    }

    static let wrong: [(settings: String, document: String, words: String)] = [
        (#""at": "/info/version""#, #"{"info": {}}"#, #"there is nothing at "/info/version""#),
        (#""at": "/info/version""#, #"{"info": {"version": null}}"#, "no version"),
        (#""at": "/info/version""#, #"{"info": {"version": 1.10}}"#, "no version"),
        (#""at": "/info/version""#, #"{"info": {"version": "unknown"}}"#, "but \"unknown\""),
        (#""at": "/versions""#, #"{"versions": []}"#, "has no version"),
        (#""at": "/versions", "each": "/num""#, #"{"versions": [{"num": "1"}, {"name": "2"}]}"#, "/versions/1/num"),
        (#""at": "/versions", "each": "/num""#, #"{"versions": {"1": 2}}"#, "no array"),
        (#""at": """#, "<html></html>", "no JSON"),
        (#""at": """#, "null", "no version"),
    ]

    @Test("what is not there, or is no version, is a failed check that names the place", arguments: 0..<9)
    func wrong(index: Int) async throws {
        let example = Self.wrong[index]
        try await bench.with(#""json": {"url": "http://SERVER/doc", \#(example.settings)}"#) { client in
            bench.server.always("/doc", .text(200, example.document))
            let failure = await client.failure()
            #expect(failure?.reason.contains(example.words) == true, "\(String(describing: failure))")
        }
    }

    @Test("a document that has not changed is said to be so, by its ETag or the date of its last change")
    func validators() async throws {
        for (name, value, condition) in [
            ("ETag", "W/\"abc\"", "if-none-match"),
            ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT", "if-modified-since"),
        ] {
            let bench = SourceBench()
            try await bench.with(#""json": {"url": "http://SERVER/doc", "at": "/v", "headers": {"Accept": "text/x"}}"#)
            {
                client in
                var answer = ScriptedAnswer.text(200, #"{"v": "1.0"}"#)
                answer.set(name, value)
                bench.server.always("/doc", answer)
                let etag = try await client.list().etag
                #expect(etag == value)
                bench.server.always("/doc", ScriptedAnswer(304))
                #expect(await client.check(isSweep: false, etag: etag).0 == .unchanged)
                let last = bench.server.messages().last
                #expect(last?.header(condition) == value && last?.header("accept") == "text/x")
            }
        }
    }

    @Test("every match of a pattern in a page is a version; none is a failed check")
    func page() async throws {
        let text = #""page": {"url": "http://SERVER/download", "pattern": "nginx-(?<version>[0-9.]+)\\.tar\\.gz"}"#
        try await bench.with(text) { client in
            bench.server.always(
                "/download",
                .text(200, "<a href=nginx-1.28.0.tar.gz> <a href='nginx-1.29.1.tar.gz'> nginx-1.29.1.tar.gz"))
            let list = try await client.list()
            #expect(list.releases.map(\.tag) == ["1.29.1", "1.28.0"])
            bench.server.always("/download", .text(200, "<html>maintenance</html>"))
            #expect(await client.failure()?.reason.contains("no text that matches the pattern") == true)
        }
        let slow = #""page": {"url": "http://SERVER/x", "pattern": "(?<version>([0-9.]+)+)x"}"#
        let other = SourceBench()
        try await other.with(slow) { client in
            other.server.always("/x", .text(200, String(repeating: "1.0.", count: 400) + " x"))
            #expect(await client.failure()?.reason.contains("takes too long") == true)
        }
        #expect(
            SourceBench.problems(#""page": {"url": "https://a.org", "pattern": "v[0-9]+"}"#).first?.contains("version")
                == true)
        #expect(SourceBench.problems(#""page": {"url": "https://a.org", "pattern": "("}"#).isEmpty == false)
    }

    @Test("a redirect is followed on the same host, and never to another")
    func redirects() async throws {
        try await bench.with(#""json": {"url": "http://SERVER/doc", "at": "/v"}"#) { client in
            var moved = ScriptedAnswer(302)
            moved.set("Location", "/new")
            bench.server.always("/doc", moved)
            bench.server.always("/new", .text(200, #"{"v": "1.0"}"#))
            let list = try await client.list()
            #expect(list.releases.map(\.tag) == ["1.0"])
            moved.set("Location", "http://localhost:\(bench.server.port)/new")
            bench.server.always("/doc", moved)
            #expect(await client.failure()?.reason.contains("another host") == true)
        }
    }

    @Test("a secret address is named nowhere, and masked in what comes from outside")
    func secrets() throws {
        let source = SourceBench.source(#""json": {"url": {"env": "DOC_URL"}, "at": "/v"}"#)
        #expect(source?.name == "the environment variable DOC_URL#/v")
        let values = SecretValues(of: source?.secrets ?? []) { _ in "https://h.org/very-secret-path?key=0123456789" }
        #expect(source?.masks(values).contains("very-secret-path") == true)
        #expect(source?.masks(values).contains("0123456789") == true)
    }
}
