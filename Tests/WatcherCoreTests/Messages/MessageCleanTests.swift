import Testing
import WatcherCore

@Suite("Text from outside")
struct MessageCleanTests {
    @Test(
        "what cannot be seen, or turns the reading direction, is removed",
        arguments: [
            ("a\u{202E}b\u{202C}", "ab"), ("a\u{2066}b\u{2069}", "ab"), ("a\u{200B}\u{200D}\u{FEFF}b", "ab"),
            ("\u{1B}[31mred\u{7}", "[31mred"), ("a\u{0}b", "ab"), ("a\u{E0041}\u{E0042}", "a"),
            ("a\u{3164}\u{115F}b", "ab"), ("a\u{E000}b", "ab"), ("a\u{AD}b\u{61C}", "ab"),
        ])
    func removes(hostile: String, clean: String) {
        #expect(hostile.cleanedLine(limit: 100) == clean)
    }

    @Test("white space of every kind becomes one space, and none at the ends")
    func blanks() {
        #expect("  a \t\r\n\u{2028}b\u{A0}\u{2003}c \n".cleanedLine(limit: 100) == "a b c")
    }

    @Test("line breaks of every kind stay where lines are kept, without empty lines")
    func lines() {
        #expect("a \r\n\r\n b\u{85}c\u{2029}d".cleanedLines(limit: 100, lines: 10) == "a\nb\nc\nd")
    }

    @Test("more lines than asked for are cut, and the text says so")
    func tooManyLines() {
        #expect("a\nb\nc".cleanedLines(limit: 100, lines: 2) == "a\nb\n… (cut)")
    }

    @Test("a tower of marks on one letter is made low")
    func marks() {
        let tower = "e" + String(repeating: "\u{301}", count: 500)
        #expect(tower.cleanedLine(limit: 1000).unicodeScalars.count == 5)
        #expect("é ไทย ❤️".cleanedLine(limit: 100) == "é ไทย ❤️")
    }

    @Test("a cut keeps characters whole and says so")
    func cut() {
        #expect("abcdefghijkl".cleanedLine(limit: 10) == "abc… (cut)")
        #expect(String(repeating: "👍🏽", count: 10).cleanedLine(limit: 12) == "👍🏽… (cut)")
        #expect(String(repeating: "🇩🇪", count: 10).cleanedLine(limit: 11) == "🇩🇪… (cut)")
        #expect("abcdefghij".cleanedLine(limit: 10) == "abcdefghij")
    }

    @Test("a cut measures in the unit it was given, also where the mark does not fit")
    func measures() {
        #expect("&&&&&&".cut(to: 17) { $0 == "&" ? 5 : 1 } == "&&… (cut)")
        #expect("abcdef".cut(to: 3) { _ in 1 } == "abc")
        #expect("abc".cut(to: 0) { _ in 1 } == "")
    }

    @Test("a cut is said also where the text is left at a blank", arguments: 90...110)
    func cutAtBlanks(limit: Int) {
        let lines = String(repeating: "a  \n b \t c \n\n ", count: 100)
        #expect(lines.cleanedLines(limit: limit, lines: 1000).hasSuffix(cutMark))
        #expect(lines.cleanedLine(limit: limit).hasSuffix(cutMark))
    }

    @Test("a hundred thousand invisible characters cost no room")
    func invisible() {
        let hostile = String(repeating: "\u{200B}", count: 100_000) + "x"
        #expect(hostile.cleanedLine(limit: 10) == "x")
    }

    @Test(
        "an address that could break out of a link is encoded, or is no link",
        arguments: [
            ("https://example.org/a)b|c>d", "https://example.org/a%29b%7Cc%3Ed"),
            ("https://example.org/ü", "https://example.org/%C3%BC"),
            ("https://example.org/@here", "https://example.org/%40here"),
            ("javascript:alert(1)", nil), ("https://user@example.org/", nil), ("https://", nil), ("", nil),
            ("https://exa mple.org/", nil), ("HTTP://example.org", "HTTP://example.org"),
            ("https://example.org/" + String(repeating: "a", count: 1000), nil),
        ])
    func links(address: String, expected: String?) {
        #expect(Message.Link("x", address)?.url == expected)
    }
}
