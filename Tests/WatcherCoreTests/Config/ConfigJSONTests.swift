import Testing
import WatcherCore

@Suite("JSON")
struct ConfigJSONTests {
    private func read(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8)).value }

    @Test("numbers stay as they are written")
    func numbers() throws {
        for text in ["0", "-0", "1.0", "1e5", "1E+5", "-12.50e-3", "123456789012345678901234567890"] {
            #expect(try read(text) == .number(text))
        }
    }

    @Test(
        "what is no number is refused",
        arguments: ["01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "--1", "1_000", "Infinity"])
    func noNumbers(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try read(text) }
    }

    @Test("comments and a byte order mark are for what people write, and refused elsewhere")
    func comments() throws {
        for text in ["// a\n1", "1 /* b */", "/* 1\n*/ 1 //", "\u{FEFF}1"] {
            #expect(try JSONReader.read(Array(text.utf8), writtenByHand: true).value == .number("1"), "\(text)")
            #expect(throws: JSONSyntaxError.self, "\(text)") { try read(text) }
        }
        for text in ["1 /", "1 /*", "1 /*/", "/1", "//", "/**/"] {
            #expect(throws: JSONSyntaxError.self, "\(text)") {
                try JSONReader.read(Array(text.utf8), writtenByHand: true)
            }
        }
        let node = try JSONReader.read(Array("/* é\n é */ [ // é\n /* é */ 1]".utf8), writtenByHand: true)
        guard case .array(let elements) = node.content else {
            Issue.record("not an array")
            return
        }
        #expect((node.position, elements.first?.position) == (.init(line: 2, column: 7), .init(line: 3, column: 10)))
    }

    @Test("every escape is read, in any mixture with plain text")
    func escapes() throws {
        let text = #""a\"b\\c\/d\b\f\n\r\t\u00e9\ud83d\ude00é😀""#
        #expect(try read(text) == .string("a\"b\\c/d\u{8}\u{c}\n\r\t\u{e9}\u{1F600}é😀"))
        #expect(try read(#""\u0000""#) == .string("\u{0}"))
    }

    @Test(
        "bytes that are not UTF-8 are refused",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
            [0xC3, 0x28],
        ] as [[UInt8]])
    func invalidUTF8(_ bytes: [UInt8]) {
        for text in [[0x22] + bytes + [0x22], [0x22] + bytes, bytes] {
            #expect(throws: JSONSyntaxError.self) { try JSONReader.read(text) }
        }
    }

    @Test("every value knows its line and column, counted in characters")
    func positions() throws {
        let node = try JSONReader.read(Array("{\n  \"é😀\": [1,\r\n\t\"x\"]}".utf8))
        guard case .object(let members) = node.content, let member = members.first,
            case .array(let elements) = member.value.content
        else {
            Issue.record("not as written")
            return
        }
        #expect(node.position == JSONPosition(line: 1, column: 1))
        #expect(member.position == JSONPosition(line: 2, column: 3))
        #expect(member.value.position == JSONPosition(line: 2, column: 9))
        #expect(elements.map(\.position) == [JSONPosition(line: 2, column: 10), JSONPosition(line: 3, column: 2)])
    }

    @Test("a repeated name knows where it stood first, in small and large objects")
    func repetitions() throws {
        let names = (0..<20).map { "k\($0)" } + ["k3", "k15", "k20", "k3", "k20"]
        let text = "{" + names.map { "\"\($0)\":0" }.joined(separator: ",\n") + "}"
        guard case .object(let members) = try JSONReader.read(Array(text.utf8)).content else {
            Issue.record("not an object")
            return
        }
        #expect(members.map { $0.first?.line ?? 0 } == Array(repeating: 0, count: 20) + [4, 16, 0, 4, 23])
    }

    @Test("64 levels are read, 65 are not")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try read(nested(JSONReader.depthLimit))
        #expect(throws: JSONSyntaxError.self) { try read(nested(JSONReader.depthLimit + 1)) }
        #expect(throws: JSONSyntaxError.self) { try read(String(repeating: "[{\"a\":", count: 100_000)) }
    }

    @Test("compact text keeps the order, pretty text sorts and keeps scalars on one line")
    func layouts() {
        let value: JSONValue = [
            "b": [1, "two", nil, true], "a": [:], "c": [["x": 1], []],
            "d": ["z": "\u{1}\"\\\n\u{7F}é/", "y": .number("1.50")],
        ]
        #expect(
            value.text()
                == #"{"b":[1,"two",null,true],"a":{},"c":[{"x":1},[]],"d":{"z":"\u0001\"\\\n"#
                + "\u{7F}" + #"é/","y":1.50}}"#)
        let pretty = """
            {
              "a": {},
              "b": [1, "two", null, true],
              "c": [
                {
                  "x": 1
                },
                []
              ],
              "d": {
                "y": 1.50,
                "z": "\\u0001\\"\\\\\\n\u{7F}é/"
              }
            }

            """
        #expect(value.text(.pretty) == pretty)
    }

    @Test("what is written is read again as the same")
    func roundTrip() throws {
        for name in ConfigFixtures.names(.good) {
            let value = try JSONReader.read(ConfigFixtures.bytes(.good, name), writtenByHand: true).value
            #expect(try JSONReader.read(value.utf8()).value == value)
            let pretty = value.utf8(.pretty)
            #expect(try JSONReader.read(pretty).value.utf8(.pretty) == pretty)
        }
        let control = JSONValue.string(String(String.UnicodeScalarView((0..<0x100).compactMap(Unicode.Scalar.init))))
        #expect(try JSONReader.read(control.utf8()).value == control)
    }
}
