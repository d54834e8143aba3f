import TestSupport

/// An answer that is none, under a name for the test's title.
struct Nonsense: Sendable, CustomStringConvertible {
    let description: String
    let fault: Fault
    /// What a person is told has come; empty where any words will do.
    let words: String

    init(_ name: String, _ fault: Fault, _ words: String = "") {
        description = name
        self.fault = fault
        self.words = words
    }

    /// Spoils any JSON that is asked for.
    static let anything: [Nonsense] = [
        Nonsense("HTML", .html, "HTML"),
        Nonsense("null", .json("null"), "null"),
        Nonsense("a word", .json("\"5.6.13\"")),
        Nonsense("a number", .json("5613")),
        Nonsense("true", .json("true")),
        Nonsense("nothing at all", .status(200, "", type: "application/json"), "empty"),
        Nonsense("white space", .status(200, " \n ", type: "application/json")),
        Nonsense("half of JSON", .json(#"[{"id": 1, "tag_name": "5.6"#)),
        Nonsense("two documents", .json("[] []")),
        Nonsense("bytes that are no UTF-8", .bytes([0x5B, 0x22, 0xFF, 0xFE, 0x22, 0x5D])),
        Nonsense("zero bytes", .bytes([UInt8](repeating: 0, count: 4096))),
        Nonsense("100 000 brackets", .json(String(repeating: "[", count: 100_000))),
        Nonsense("100 MiB", .hugeBody(), "larger than"),
        Nonsense("a gzip bomb", .gzipBomb(), "larger than"),
        Nonsense("gzip that is none", .header("Content-Encoding", "gzip")),
        Nonsense("half of a body", .halfBody, "closed the connection"),
        Nonsense("half of the headers", .midHeaders, "closed the connection"),
        Nonsense("a closed connection", .close, "closed the connection"),
        Nonsense("a reset connection", .reset),
        Nonsense("500", .status(500), "500"),
        Nonsense("502 with HTML", .status(502), "502"),
        Nonsense("503", .status(503, "{}", type: "application/json"), "503"),
        Nonsense("504", .status(504), "504"),
        Nonsense("a status that nobody knows", .status(299, "ok", type: "text/plain")),
        Nonsense("a redirect that leads nowhere", .status(301), "301"),
        Nonsense(
            "a redirect to another scheme", .status(302, headers: [("Location", "ftp://127.0.0.1/")]), "another host"),
        Nonsense("a redirect to a file", .status(302, headers: [("Location", "file:///etc/passwd")]), "another host"),
        Nonsense(
            "a redirect to a host that looks like it",
            .status(307, headers: [("Location", "http://127.0.0.1.example.org/")]), "another host"),
        Nonsense(
            "a redirect with a user", .status(307, headers: [("Location", "http://127.0.0.1@example.org/")]),
            "another host"),
    ]

    /// Spoils a list of releases.
    static let releases: [Nonsense] =
        anything + [
            Nonsense("an empty list", .json("[]"), "empty"),
            Nonsense("204", .status(204, "")),
            Nonsense("304 without an ETag", .status(304, ""), "304"),
            Nonsense("{}", .json("{}"), "object"),
            Nonsense("an error with status 200", .json(#"{"message": "Server Error"}"#), "object"),
            Nonsense("[null]", .json("[null]"), "null"),
            Nonsense("[[]]", .json("[[]]")),
            Nonsense("[{}]", .json("[{}]"), "missing"),
            Nonsense("[1, 2]", .json("[1, 2]")),
            Nonsense("one null among releases", .editing { $0 = .array(($0.array ?? []) + [.null]) }),
            Nonsense("an id that is a word", .release("id", "12")),
            Nonsense("an id of 0", .release("id", 0), "0"),
            Nonsense("an id below 0", .release("id", -5)),
            Nonsense("an id with a fraction", .release("id", .number(1.5))),
            Nonsense("an id beyond 64 bits", .release("id", .number(1e30))),
            Nonsense("no id", .release("id", .null)),
            Nonsense("a tag that is null", .release("tag_name", .null), "tag_name"),
            Nonsense("a tag that is empty", .release("tag_name", ""), "no tag"),
            Nonsense("a tag that is a number", .release("tag_name", 5)),
            Nonsense("a tag that is a list", .release("tag_name", ["5.6.13"])),
            Nonsense("a draft flag that is a word", .release("draft", "false")),
            Nonsense("a prerelease flag that is null", .release("prerelease", .null)),
            Nonsense("assets that are null", .release("assets", .null)),
            Nonsense("assets that are an object", .release("assets", ["name": "x"])),
            Nonsense("an asset that is null", .release("assets", [.null])),
            Nonsense("an asset without a state", .release("assets", [["name": "x", "size": 1]])),
            Nonsense(
                "an asset of a size in words", .release("assets", [["name": "x", "state": "uploaded", "size": "1"]])),
            Nonsense("a date that is none", .release("published_at", "yesterday"), "date"),
            Nonsense("a date that is a number", .release("published_at", 1_785_751_200)),
            Nonsense("a date of the 13th month", .release("published_at", "2026-13-01T00:00:00Z"), "date"),
            Nonsense("a link that is null", .release("html_url", .null)),
        ]
}

extension Fault {
    /// Status 200 and these bytes.
    static func bytes(_ bytes: [UInt8]) -> Fault {
        .answer(ScriptedAnswer(200, headers: [("Content-Type", "application/json")], body: .bytes(bytes)))
    }

    /// The genuine body with a header that lies about it.
    static func header(_ name: String, _ value: String) -> Fault {
        Fault { $0.set(name, value) }
    }

    /// A list of releases whose first has another value in one field.
    static func release(_ field: String, _ value: WireJSON) -> Fault {
        .editing { list in
            var releases = list.array ?? []
            guard var first = releases.first?.object else { return }
            first[field] = value
            releases[0] = .object(first)
            list = .array(releases)
        }
    }
}
