import Curl
import Testing
import WatcherCore
import WatcherService

@Suite("Whatever a text holds")
struct NotifiersPropertyTests {
    /// Repeats itself for the same seed, so that a failure can be looked at.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    static let pieces =
        NotifiersFixtures.nasty.split(separator: " ").map(String.init) + [
            "\"", "\\", "`", "``````", "@", "<", ">", "&", "*", "_", "|", "\n", "\r\n", "\t", "😀", "👩🏽‍🚀", "ß", "漢字",
            "\u{301}", "🇩🇪", "]", "](", "{{", "}}", "-", "1.", "#", "@\u{200B}here", "<\u{301}!channel>", "~~~~",
        ]

    static func text(_ random: inout Seeded) -> String {
        let count = Int.random(in: 0...300, using: &random)
        return (0..<count).map { _ in
            (pieces.randomElement(using: &random) ?? "") + (Bool.random(using: &random) ? " " : "")
        }.joined()
    }

    static func message(_ random: inout Seeded) -> Message {
        let type = MessageType.allCases.randomElement(using: &random) ?? .release
        var message = Message.example(of: type, at: NotifiersFixtures.time)
        message.detail = text(&random)
        message.job?.reason = text(&random)
        message.missing = message.missing.map { _ in (0..<3).map { _ in text(&random) } }
        if var note = message.releases?.first {
            let count = Int.random(in: 1...60, using: &random)
            message.releases = (0..<count).map { number in
                note.name = text(&random)
                note.tag = "v1.\(number)_0-rc.\(number)" + String(repeating: "0", count: number * 2)
                note.url = "https://github.com/a/b/releases/tag/" + note.tag + (number % 7 == 0 ? text(&random) : "")
                return note
            }
        }
        return message
    }

    /// Limits in the service's own unit; what has none of its own has ours.
    static let limits: [String: @Sendable (JSONValue, Int) -> Bool] = [
        "slack": { body, _ in
            guard case .array(let blocks)? = body["blocks"], case .string(let text)? = body["text"] else {
                return false
            }
            return blocks.count <= 50 && text.utf16.count <= 40_000 && body["blocks"]?.utf8().count ?? 0 <= 13_000
                && body.strings.allSatisfy { $0.utf16.count <= 3000 }
        },
        "webhook": { _, bytes in bytes <= 20_480 },
    ]

    @Test("no body is too long, is broken JSON or pings anybody", arguments: 0..<40 as Range<UInt64>)
    func holds(seed: UInt64) throws {
        var random = Seeded(state: seed)
        for (name, service) in NotifiersFixtures.services.sorted(by: { $0.key < $1.key }) {
            let message = Self.message(&random)
            let request = NotifiersFixtures.notifier(service).request(for: message, at: NotifiersFixtures.time)
            let body = try #require(try NotifiersGoldenTests.readable(request)["body"])
            let limit = try #require(Self.limits[name])
            #expect(limit(body, request.body?.count ?? 0), "\(name) is too long, seed \(seed)")
            for text in Self.shown(body, name) { #expect(Self.isHarmless(text), "\(name), seed \(seed)") }
        }
    }

    @Test("the hostile examples hold no mention either", arguments: NotifiersFixtures.services.keys.sorted())
    func examples(name: String) throws {
        let service = try #require(NotifiersFixtures.services[name])
        for (label, message) in NotifiersFixtures.plain + NotifiersFixtures.hostile {
            let request = NotifiersFixtures.notifier(service).request(for: message, at: NotifiersFixtures.time)
            let body = try #require(try NotifiersGoldenTests.readable(request)["body"])
            #expect(Self.limits[name]?(body, request.body?.count ?? 0) == true, "\(name) \(label)")
            for text in Self.shown(body, name) { #expect(Self.isHarmless(text), "\(name) \(label)") }
        }
    }

    /// What a person is shown: of a webhook the text alone, the rest is data.
    static func shown(_ body: JSONValue, _ service: String) -> [String] {
        service == "webhook" ? body["text"]?.strings ?? [] : body.strings
    }

    /// Nothing that any service reads as a mention, and nothing that no screen should show.
    static func isHarmless(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let next = index + 1 < scalars.count ? scalars[index + 1] : " "
            switch scalar {
            case "@" where next.properties.isAlphabetic || "*_&".unicodeScalars.contains(next): return false
            case "<" where "!@#".unicodeScalars.contains(next): return false
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{FEFF}": return false
            default: if scalar != "\n", scalar.properties.generalCategory == .control { return false }
            }
        }
        return !text.contains("<users/") && !text.contains("<t:")
    }
}
