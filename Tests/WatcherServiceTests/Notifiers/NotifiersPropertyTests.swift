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
        "discord": { body, _ in
            guard case .array(let embeds)? = body["embeds"], embeds.count == 1, let embed = embeds.first,
                case .string(let title)? = embed["title"]
            else { return false }
            let counted = embed.strings.filter { !$0.hasPrefix("https://") }.reduce(0) { $0 + $1.utf16.count }
            return title.utf16.count <= 256 && (embed["description"]?.strings.first?.utf16.count ?? 0) <= 4096
                && counted <= 6200
        },
        "teams": { _, bytes in bytes <= 20_480 },
        "mattermost": { body, _ in (body["text"]?.strings.first?.unicodeScalars.count ?? .max) <= 4000 },
        "rocketchat": { body, _ in body.strings.reduce(0) { $0 + $1.utf16.count } <= 5200 },
        "googleChat": { _, bytes in bytes <= 32_000 },
        "matrix": { _, bytes in bytes <= 60_000 },
        "ntfy": { body, bytes in bytes <= 8192 && (body["message"]?.strings.first?.utf8.count ?? .max) <= 4096 },
        "gotify": { _, bytes in bytes <= 20_000 },
        "telegram": { body, _ in Telegram.isSound(body) },
        "zulip": { body, _ in (body["content"]?.strings.first?.unicodeScalars.count ?? .max) <= 10_000 },
        "apprise": { body, _ in (body["body"]?.strings.first?.utf8.count ?? .max) <= 8000 },
        "email": { body, bytes in bytes <= 100_000 && (body["text"]?.strings.first?.utf8.count ?? .max) <= 20_000 },
        "webhook": { _, bytes in bytes <= 20_480 },
    ]

    enum Telegram {
        /// The text is short enough, and each entity lies within it.
        static func isSound(_ body: JSONValue) -> Bool {
            guard case .string(let text)? = body["text"], case .array(let entities)? = body["entities"] else {
                return false
            }
            let units = Array(text.utf16)
            return units.count <= 4096 && entities.count <= 100
                && entities.allSatisfy { entity in
                    guard case .number(let start)? = entity["offset"], case .number(let length)? = entity["length"],
                        let start = Int(start), let length = Int(length), length > 0, start + length <= units.count
                    else { return false }
                    // Neither end is in the middle of a pair of surrogates.
                    return !UTF16.isTrailSurrogate(units[start])
                        && (start + length == units.count || !UTF16.isTrailSurrogate(units[start + length]))
                }
        }
    }

    @Test("no body is too long, is broken JSON or pings anybody", arguments: 0..<12 as Range<UInt64>)
    func holds(seed: UInt64) throws {
        var random = Seeded(state: seed)
        for name in NotifiersFixtures.services {
            let message = Self.message(&random)
            let request = try NotifiersFixtures.client(name).request(for: message, at: NotifiersFixtures.time)
            let body = try #require(try NotifiersGoldenTests.readable(request)["body"])
            let limit = try #require(Self.limits[name])
            #expect(limit(body, request.bytes.count), "\(name) is too long, seed \(seed)")
            for text in Self.shown(body, name) { #expect(Self.isHarmless(text), "\(name), seed \(seed)") }
        }
    }

    @Test("the hostile examples hold no mention either", arguments: NotifiersFixtures.services)
    func examples(name: String) throws {
        for (label, message) in NotifiersFixtures.plain + NotifiersFixtures.hostile {
            let request = try NotifiersFixtures.client(name).request(for: message, at: NotifiersFixtures.time)
            let body = try #require(try NotifiersGoldenTests.readable(request)["body"])
            #expect(Self.limits[name]?(body, request.bytes.count) == true, "\(name) \(label)")
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
