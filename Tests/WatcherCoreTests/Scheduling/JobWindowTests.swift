import Testing

@testable import WatcherCore

@Suite("Windows") struct JobWindowTests {
    private static let berlin = TimeZoneRules(posix: "CET-1CEST,M3.5.0,M10.5.0/3") ?? .utc

    private static func window(
        _ from: String, _ to: String, _ days: Set<JobWindow.Day> = Set(JobWindow.Day.allCases),
        zone: TimeZoneRules = berlin
    ) -> JobWindow {
        var window = JobWindow()
        window.from = TextRule.minutes(from) ?? 0
        window.to = TextRule.minutes(to) ?? 0
        window.days = days
        window.timeZone = zone
        return window
    }

    private static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    /// Which of these minutes are open, each once an hour over the days given.
    private static func hours(_ window: JobWindow, from start: String, count: Int64) throws -> [String] {
        let first = try time(start)
        return (0..<count).map { first.adding($0 * 3600) }.filter(window.isOpen).map(\.description)
    }

    @Test("over midnight the day is the one on which it opens") func midnight() throws {
        let window = Self.window("22:00", "06:00", [.fri])
        // Friday the 7th of August 2026 is UTC+2.
        for (moment, isOpen) in [
            ("2026-08-07T19:59:59Z", false), ("2026-08-07T20:00:00Z", true), ("2026-08-08T03:59:59Z", true),
            ("2026-08-08T04:00:00Z", false), ("2026-08-08T21:00:00Z", false), ("2026-08-07T00:00:00Z", false),
        ] {
            #expect(window.isOpen(at: try Self.time(moment)) == isOpen, "\(moment)")
        }
        let opens = window.nextOpening(after: try Self.time("2026-08-08T04:00:00Z"))
        #expect(opens?.description == "2026-08-14T20:00:00Z")
    }

    @Test("an hour that comes twice is open twice") func twice() throws {
        // At 03:00 of the 25th of October 2026 the clocks go back to 02:00.
        let open = try Self.hours(Self.window("02:00", "03:00"), from: "2026-10-24T22:30:00Z", count: 24)
        #expect(open == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"])
    }

    @Test("an hour that does not come is not open: the next one is") func leftOut() throws {
        // At 02:00 of the 29th of March 2026 the clocks go to 03:00.
        let window = Self.window("02:15", "02:45")
        #expect(try Self.hours(window, from: "2026-03-28T23:30:00Z", count: 20).isEmpty)
        let opens = window.nextOpening(after: try Self.time("2026-03-28T12:00:00Z"))
        #expect(opens?.description == "2026-03-30T00:15:00Z")
        let sundays = Self.window("02:15", "02:45", [.sun])
        let next = sundays.nextOpening(after: try Self.time("2026-03-28T12:00:00Z"))
        #expect(next?.description == "2026-04-05T00:15:00Z")
    }

    @Test("open all day of some days") func days() throws {
        let window = Self.window("00:00", "24:00", [.sat, .sun], zone: .utc)
        #expect(!window.isOpen(at: try Self.time("2026-08-07T23:59:59Z")))
        #expect(window.isOpen(at: try Self.time("2026-08-08T00:00:00Z")))
        #expect(window.isOpen(at: try Self.time("2026-08-09T23:59:59Z")))
        #expect(!window.isOpen(at: try Self.time("2026-08-10T00:00:00Z")))
        #expect(window.isOpen(at: try Self.time("1969-12-28T12:00:00Z")), "a Sunday")
    }

    @Test(
        "zones are as they are written, on both sides of the equator and of UTC",
        arguments: [
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-07-01T00:00:00Z", 7200),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", 3600),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7200),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T00:59:59Z", 7200),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00:00Z", 3600),
            ("EST5EDT,M3.2.0,M11.1.0", "2026-01-01T00:00:00Z", -18_000),
            ("EST5EDT,M3.2.0,M11.1.0", "2026-07-01T00:00:00Z", -14_400),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-01T00:00:00Z", 39_600),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-07-01T00:00:00Z", 36_000),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", 0),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z", 3600),
            ("<+0545>-5:45", "2026-07-01T00:00:00Z", 20_700),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-07-01T00:00:00Z", -3600),
            ("XST3XDT,J60,J300", "2024-02-29T12:00:00Z", -10_800),
            ("XST3XDT,J60,J300", "2024-03-01T05:00:00Z", -7200), ("UTC0", "2026-07-01T00:00:00Z", 0),
        ])
    func zone(_ rule: String, _ moment: String, _ offset: Int64) throws {
        let rules = try #require(TimeZoneRules(posix: rule))
        #expect(rules.offset(at: try Self.time(moment).seconds) == offset)
    }

    @Test(
        "what is no zone is none",
        arguments: [
            "", "CET", "CET-1CEST", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.5.0", "C1", "CET-99",
            "CET-1CEST,M3.5.0,M10.5.0x",
        ])
    func noZone(_ text: String) {
        #expect(TimeZoneRules(posix: text) == nil)
    }

    @Test("no bytes make it fail in any other way", arguments: 0..<64) func hostile(_ seed: UInt64) {
        var dice = SystemRandomNumberGenerator()
        var bytes = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 39) + Array("TZif2".utf8)
        bytes += (0..<Int(seed * 4)).map { _ in UInt8.random(in: 0...(seed % 2 == 0 ? 255 : 3), using: &dice) }
        _ = TimeZoneRules(file: bytes)?.offset(at: 0)
    }
}
