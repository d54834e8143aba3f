import TestSupport
import Testing

@Suite("JSON on the wire") struct WireJSONTests {
    @Test("what is rendered reads as the same value")
    func roundTrip() throws {
        let value: WireJSON = [
            "text": .string("a\"b\\c\n\u{1}ü🎉"), "list": [1, -2, .number(1.5), true, nil], "empty": [:], "none": [],
        ]
        #expect(try WireJSON(parsing: value.bytes) == value)
    }

    @Test("escapes of other writers are read, pairs of surrogates too")
    func escapes() throws {
        #expect(try WireJSON(parsing: Array(#" "\u00fc\ud83c\udf89\/" "#.utf8)) == "ü🎉/")
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", "{", "[1,]", "{\"a\":1,}", "nul", "\"a", "1 2", "{\"a\" 1}", String(repeating: "[", count: 900),
        ])
    func malformed(text: String) {
        #expect(throws: WireJSON.Malformed.self) { try WireJSON(parsing: Array(text.utf8)) }
    }
}
