import Foundation
import Testing

@testable import WatcherCore

/// The state's text is read and written by hand where it is large. `Codable` is the measure of both.
@Suite("The state's text") struct LedgerTextTests {
    @Test("each upstream stands on a line of its own, as JSONEncoder would write it") func lines() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try LedgerText.bytes(of: Self.ledger), as: UTF8.self)
        for (name, watch) in Self.ledger.upstreams {
            let line = "    \"\(name)\" : " + String(decoding: try encoder.encode(watch), as: UTF8.self)
            #expect(text.split(separator: "\n").contains { $0 == line || $0 == line + "," }, "\(name)")
        }
        #expect(text.hasPrefix("{\n  \"generation\" : 0,\n") && text.hasSuffix("  },\n  \"version\" : 1\n}\n"))
    }

    @Test("the table of an object's keys names each of its fields, in the order of the alphabet") func complete() throws
    {
        func check<Object: StateObject>(_ object: Object) {
            var object = object
            var names = MemberNames()
            object.members(&names)
            #expect(names.all == Mirror(reflecting: object).children.compactMap(\.label).sorted())
        }
        let watch = try #require(Self.ledger.upstreams["full"])
        check(watch)
        check(try #require(watch.waiting.first))
        check(try #require(watch.lastSeen))
    }

    @Test("a field of any value is as it was when it is read again") func fields() throws {
        let watch = try #require(Self.ledger.upstreams["full"])
        for (label, value) in Mirror(reflecting: watch).children {
            #expect(
                Mirror(reflecting: value).displayStyle != .optional || !"\(value)".contains("nil"), "\(label ?? "")")
        }
        #expect(try LedgerText(try LedgerText.bytes(of: Self.ledger)).ledger == Self.ledger)
    }

    @Test("what is as usual is not written, and read as it was") func usual() throws {
        var ledger = Ledger()
        var watch = UpstreamState()
        watch.lastGoodCheck = Timestamp(seconds: 1_785_751_200)
        watch.lastCheck = watch.lastGoodCheck
        ledger.upstreams["usual"] = watch
        let bytes = try LedgerText.bytes(of: ledger)
        let line = #""usual" : {"lastGoodCheck":"2026-08-03T10:00:00Z","seen":{}}"#
        #expect(String(decoding: bytes, as: UTF8.self).contains("    \(line)\n"))
        #expect(try LedgerText(bytes).ledger == ledger)
        #expect(try JSONDecoder().decode(Ledger.self, from: Data(bytes)) == ledger)
    }

    @Test("what is written is read, with none, one and many upstreams") func roundTrips() throws {
        for count in [0, 1, 2, 300] {
            var ledger = Ledger()
            for number in 0..<count { ledger.upstreams["upstream-\(number)"] = Self.ledger.upstreams["full"] }
            let bytes = try LedgerText.bytes(of: ledger)
            #expect(try LedgerText(bytes).ledger == ledger)
            #expect(try JSONDecoder().decode(Ledger.self, from: Data(bytes)) == ledger)
        }
    }

    @Test("another spelling of the same state is read all the same") func spellings() throws {
        let encoder = JSONEncoder()
        for formatting: JSONEncoder.OutputFormatting in [
            [], .prettyPrinted, .sortedKeys, [.prettyPrinted, .sortedKeys],
        ] {
            encoder.outputFormatting = formatting
            #expect(try LedgerText(Array(try encoder.encode(Self.ledger))).ledger == Self.ledger)
        }
        let text = String(decoding: try LedgerText.bytes(of: Self.ledger), as: UTF8.self)
        for (part, other) in [
            ("\"failures\":2,", "\"comment\":[1,{\"upstreams\":{}}],\"failures\":2,"), ("\"full\"", "\"f\\u0075ll\""),
            ("Zauber", "Z\\u0061uber"), ("{\n  \"gen", "{\n  \"a\" : {\n  \"upstreams\" : {\n\n  }},\n  \"gen"),
        ] {
            let edited = text.replacing(part, with: other)
            #expect(edited != text)
            #expect(try LedgerText(Array(edited.utf8)).ledger == Self.ledger, "\(other)")
        }
    }

    @Test("a text that is cut off or has one wrong byte is read as Codable reads it, or not at all") func wrongBytes()
        throws
    {
        let bytes = try LedgerText.bytes(of: Self.ledger)
        for end in stride(from: 0, to: bytes.count - 2, by: 7) {
            #expect(throws: (any Error).self) { try LedgerText(Array(bytes[..<end])).ledger }
        }
        for index in bytes.indices {
            var changed = bytes
            changed[index] = Self.wrong[index % Self.wrong.count]
            let expected = try? JSONDecoder().decode(Ledger.self, from: Data(changed))
            #expect((try? LedgerText(changed).ledger) == expected, "byte \(index)")
        }
    }

    private static let wrong: [UInt8] = [0x22, 0x7D, 0x30, 0xFF, 0x5C, 0x2C, 0x20, 0x5B, 0x0A]

    private static let ledger: Ledger = {
        var ledger = Ledger()
        let time = Timestamp(seconds: 1_785_751_200)
        var watch = UpstreamState()
        watch.repositoryID = 6_862_158
        watch.repository = "owner/name"
        watch.lastSeen = ReleaseReference(
            tag: "v1.2", url: "https://example.org/v1.2", publishedAt: time, statedVersion: "1.2")
        watch.lastSeen?.digest = "sha256:0123"
        watch.line = ""
        watch.nodeID = "R_kgDOAGi3zg"
        watch.seen.add(1, tag: "v1.0", .firstSight)
        watch.seen.add(2, tag: "v1.2", .taken)
        watch.seen.add(SourceID(tag: "v1.3", object: "0123abcd"), tag: "v1.3", .taken)
        watch.seen.add(SourceID(tag: "not a tag"), tag: "not a tag", .unusableTag)
        let far = ReleaseReference(tag: "v2", url: "", publishedAt: nil, prerelease: true)
        watch.waiting = [
            UpstreamState.Waiting(
                id: 3, release: far, name: "Zauber 💫 \"quoted\"\n\u{1}", missing: ["a", "b"], until: time,
                deadline: time,
                isStalled: true),
            UpstreamState.Waiting(
                id: 4, release: far, name: nil, missing: [], until: nil, deadline: time, isFarDown: true),
        ]
        watch.etag = "W/\"0123456789abcdef\""
        watch.firstCheck = Timestamp(seconds: -62_167_219_200)
        watch.lastCheck = Timestamp(seconds: 253_402_300_799)
        watch.lastGoodCheck = time
        watch.usualGap = -900
        watch.lastSweep = time
        watch.emptySince = time
        watch.failures = 2
        watch.lastError = "tab\t, slash /, é"
        watch.isBlocked = true
        watch.replacedBy = SourceID(.max)
        ledger.upstreams = ["full": watch, "never-seen": UpstreamState(), "A": UpstreamState(), "_x": UpstreamState()]
        var page = UpstreamState()
        page.repositoryID = SourceID("page:https://example.org")
        page.waiting = [
            UpstreamState.Waiting(
                id: SourceID(tag: "v3"), release: far, name: nil, missing: [], until: nil, deadline: time)
        ]
        ledger.upstreams["page"] = page
        return ledger
    }()
}

private struct MemberNames: StateMembers {
    var all: [String] = []

    mutating func optional<Value: StateValue>(_ name: String, _ value: inout Value?) { all.append(name) }
    mutating func needed<Value: StateValue>(_ name: String, _ value: inout Value) { all.append(name) }
}
