import Testing
import WatcherCore

@Suite("Hostile and large configurations")
struct ConfigHostileTests {
    /// SplitMix64, so that a failure can be repeated.
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let pieces: [[UInt8]] = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "0", "-1", "1e999", "99999999999999999999", "{{",
        "}}",
        "{{job.id}}", "{{elabftw.tag}}", "\\u0000", "\\ud83d", "\\ude00", "\"a\":", "\"github\":",
        "\"include\": \"((\",",
        "\"exclude\": \"[[a-\\\\d]&&[^x]]*(?:a|b){2,}\",", "\"every\": \"9999999999d\",", "(?<", "*", "~", "://", "@",
        "\u{FEFF}", "\u{301}", "\u{1F468}\u{200D}\u{1F469}", "\n", " ", "\u{0}", "[[[[[[[[[[[[[[[[",
    ].map { Array($0.utf8) }

    @Test("20 000 mutations of the example never trap, and end in a configuration or in problems")
    func mutations() throws {
        let sources = [ConfigFixtures.example, ConfigFixtures.bytes(.good, "everything")]
        var random = Random(state: 20_260_803)
        var outcomes = (good: 0, wrong: 0)
        for round in 0..<20_000 {
            var bytes = sources[round % sources.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
            switch ConfigReader.read(bytes) {
            case .success(let reading):
                outcomes.good += 1
                #expect(reading.warnings.allSatisfy { !$0.description.isEmpty })
            case .failure(let error):
                outcomes.wrong += 1
                #expect(!error.problems.isEmpty, "round \(round)")
                #expect(error.problems.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.description.isEmpty })
            }
        }
        #expect(outcomes.good > 200 && outcomes.wrong > 2_000, "\(outcomes)")
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout Random) {
        guard let place = bytes.indices.randomElement(using: &random) else { return }
        let length = Int.random(in: 1...12, using: &random)
        let end = min(bytes.count, place + length)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4: bytes.truncate(to: random.next() % 16 == 0 ? place : bytes.count)
        case 5:
            // Letters and digits for others: what stays JSON is looked at by the rules behind it.
            let words = bytes.indices.filter { (0x30...0x7A).contains(bytes[$0]) && bytes[$0] != 0x5C }
            if let word = words.randomElement(using: &random) {
                bytes[word] = UInt8.random(in: 0x61...0x7A, using: &random)
            }
        default: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: place)
        }
    }

    @Test("every prefix of the example but the whole is wrong")
    func prefixes() {
        let bytes = ConfigFixtures.example
        let whole = bytes.count - 1
        for length in 0..<whole {
            guard case .failure(let error) = ConfigReader.read(Array(bytes[..<length])) else {
                Issue.record("length \(length) is read")
                continue
            }
            #expect(error.problems.count == 1 && error.problems.first?.kind == .syntax)
        }
    }

    @Test("10 000 upstreams are read, and fit into the limit")
    func large() throws {
        var text = #"{ "upstreams": {"#
        for index in 0..<10_000 {
            text += "\(index == 0 ? "" : ",")\"app-\(index)\": { \"github\": \"owner/app-\(index)\" }"
        }
        text += #"}, "actions": { "a": { "upstreams": ["#
        text += (0..<10_000).map { "\"app-\($0)\"" }.joined(separator: ",")
        text += #"], "workflowDispatch": { "repository": "o/r", "workflow": "b.yml", "ref": "m" } } } }"#
        let config = try ConfigReader.read(Array(text.utf8)).get().config
        #expect(config.upstreams.count == 10_000)
        #expect(config.actions["a"]?.upstreams.count == 10_000)
    }

    @Test("more than a thousand problems are counted, not listed")
    func manyProblems() {
        let text = #"{ "upstreams": { "app": { "github": "o/a", "requiredAssets": ["#
        let bytes = Array((text + repeatElement("1", count: 5_000).joined(separator: ",") + "] } } }").utf8)
        guard case .failure(let error) = ConfigReader.read(bytes) else {
            Issue.record("no problem was found")
            return
        }
        #expect(error.problems.count == 1_001)
        #expect(
            error.problems.last?.description
                == "the configuration: found 4000 more problems than the first 1000, expected none")
    }

    @Test("ten thousand unknown names are refused without a search for each")
    func manyNames() {
        var text = #"{ "upstreams": {"#
        text += (0..<9_000).map { "\"app-\($0)\":{\"github\":\"o/a\"}" }.joined(separator: ",")
        text += #"}, "notifiers": { "n": { "upstreams": ["#
        text += (0..<9_000).map { "\"ap-\($0)\"" }.joined(separator: ",")
        text += #"], "slack": { "url": { "env": "U" } } } } }"#
        guard case .failure(let error) = ConfigReader.read(Array(text.utf8)) else {
            Issue.record("no problem was found")
            return
        }
        #expect(error.problems.first?.suggestion != nil)
        #expect(error.problems[500].suggestion == nil)
    }

    @Test("a file above the limit is refused, one at the limit is read")
    func size() throws {
        let text = Array(#"{ "upstreams": { "app": { "github": "o/a" } } }"#.utf8)
        let spaces = repeatElement(UInt8(ascii: " "), count: JSONReader.sizeLimit - text.count)
        _ = try ConfigReader.read(text + spaces).get()
        guard case .failure(let error) = ConfigReader.read(text + spaces + [0x20]) else {
            Issue.record("a file above the limit is read")
            return
        }
        #expect(error.description == "line 1, column 1: the text has 1048577 bytes, expected at most 1048576")
    }

    @Test("regular expressions of every nesting are taken or refused, never a trap")
    func patterns() {
        for (open, close) in [
            ("(", ")"), ("[", "]"), ("(?:", ")*"), ("(?=", ")"), ("[^", "]"), ("(?i:", ")"), ("a{1,", "}"),
        ] {
            for depth in [1, 10, 50, 100, 166, 250, 10_000, 200_000] {
                let pattern =
                    String(repeating: open, count: depth) + "a" + String(repeating: close, count: depth)
                _ = TagPattern.objection(to: pattern)
            }
        }
        #expect(TagPattern.objection(to: "v.*") == nil)
        #expect(TagPattern("v.*")?.match("v5") == .whole(version: nil))
        #expect(TagPattern("v")?.match("v5") == .different)
        #expect(TagPattern("(") == nil)
    }
}

extension [UInt8] {
    fileprivate mutating func truncate(to count: Int) { removeSubrange(count...) }
}
