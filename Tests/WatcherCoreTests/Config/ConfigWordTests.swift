import Testing

@testable import WatcherCore

@Suite("Words of the configuration")
struct ConfigWordTests {
    @Test("durations are read and written alike")
    func durations() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("15m", 900), ("2h", 7_200), ("1d", 86_400)]
            as [(String, Int64)]
        {
            #expect(DurationText.seconds(text) == seconds)
            #expect(DurationText.text(seconds) == text)
        }
        for (text, seconds) in [
            ("5min", 300), ("1h30m", 5_400), ("1w", 604_800), ("1w2d3h4min5s", 788_645), ("2d0s", 172_800),
        ] as [(String, Int64)] { #expect(DurationText.seconds(text) == seconds, "\(text)") }
        for (text, meant) in [
            ("2 minutes", "2min"), ("1 hour 30 min", "1h30min"), ("10sec", "10s"), ("3 Weeks", "3w"), ("1 m", "1m"),
        ] { #expect(DurationText.meant(by: text) == meant, "\(text)") }
        for text in ["soon", "1.5h", "5m", "2 fortnights", "", "30m1h"] {
            #expect(DurationText.meant(by: text) == nil, "\(text)")
        }
        #expect(DurationText.seconds("9999999999d") == Int64(9_999_999_999 * 86_400))
        for text in [
            "", "s", "5", "05m", "1 m", "1M", "-1s", "+1s", "1.5h", "1ms", "30m1h", "1h1h", "5m3min", "1h 30m", "1h30",
            "h", "10000000000s", "٣s", "1h ",
        ] {
            #expect(DurationText.seconds(text) == nil, "\(text)")
        }
    }

    @Test("the nearest name is found, and none where none is near")
    func spelling() {
        let known = ["requiredAssets", "assetDeadline", "minimumAge", "minimumVersion", "apiURL", "env", "every"]
        for (word, meant) in [
            ("requiredAsset", "requiredAssets"), ("requierdAssets", "requiredAssets"), ("apiurl", "apiURL"),
            ("minimunAge", "minimumAge"), ("environment", "env"), ("asset", "assetDeadline"), ("eevry", "every"),
        ] {
            #expect(Suggestion.nearest(to: word, among: known) == meant, "\(word)")
        }
        for word in ["interval", "minimum", "x", "", "e", String(repeating: "every", count: 10_000)] {
            #expect(Suggestion.nearest(to: word, among: known) == nil, "\(word.prefix(20))")
        }
        #expect(Suggestion.nearest(to: "ac", among: ["ab", "aa"]) == "aa")
    }

    @Test("addresses are taken apart, and nonsense is none")
    func addresses() throws {
        let address = try #require(WebAddress("HTTPS://me:pw@Ghe.Example:8443/api/v3?x=1#y"))
        #expect(
            (address.scheme, address.host, address.port, address.path) == ("https", "ghe.example", 8_443, "/api/v3"))
        #expect(address.hasUser && address.hasQuery && address.hasFragment)
        #expect(WebAddress("http://[2001:db8::1]:80/")?.origin == "http://[2001:db8::1]:80")
        for text in ["http://localhost", "http://a.localhost:1", "http://127.0.0.1/x", "https://[::1]"] {
            #expect(WebAddress(text)?.isLoopback == true, "\(text)")
        }
        for text in [
            "http://localhost.example", "http://127.0.0.1.example", "http://127.1", "http://128.0.0.1",
            "http://127.0.0.256", "http://localhost@evil.example", "http://0.0.0.0", "http://[::2]",
        ] {
            #expect(WebAddress(text)?.isLoopback == false, "\(text)")
        }
        for text in [
            "", "http", "http:", "http://", "https:///path", "://x", "ftp://x", "http://x:0", "http://x:65536",
            "http://x:",
            "http://x:80:80", "http://x y", "http://x\u{0}", "http://é.example", "http://[::1", "http://[]",
            "http://[::1]x",
            "http://x\\@y", "javascript:alert(1)", "http://x/\"",
        ] {
            #expect(WebAddress(text) == nil, "\(text)")
        }
    }

    @Test("shown values are short, on one line, and hide what may be a secret")
    func shown() {
        #expect(Redaction.text("a\"b\n\u{202E}") == #""a\"b\n\u{202e}""#)
        #expect(Redaction.text(String(repeating: "x", count: 10_000)).count == Redaction.lengthLimit + 3)
        #expect(Redaction.text("e" + String(repeating: "\u{301}", count: 10_000)).utf8.count < 1_000)
        #expect(Redaction.text("https://hooks.example/T0/secret") == #""https://hooks.example/…""#)
        #expect(Redaction.text("https://me:secret@example") == #""https://…""#)
        #expect(Redaction.text("postgres://me:secret@example") == #""postgres://…""#)
        #expect(Redaction.text("ghp_0123456789abcdef") == "a string that looks like a token")
    }

    @Test("the words that a rule suggests keep the rule")
    func suggestions() {
        for text in ["https://github.com/o/a", "github.com/o/a.git", "http://www.github.com/o/a/releases", "o/a/"] {
            #expect(TextRule.repository.suggest(text) == "o/a", "\(text)")
        }
        for text in ["a", "https://gitlab.example/o/a", "https://token@github.com/", "o//", ""] {
            #expect(TextRule.repository.suggest(text) == nil, "\(text)")
        }
        #expect(TextRule.workflow.suggest(".github/workflows/build") == "build.yaml")
        #expect(TextRule.workflow.suggest("///") == nil)
    }
}
