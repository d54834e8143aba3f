import Testing
import WatcherCore

@Suite("Timestamp") struct TimestampTests {
    @Test(
        "a time is read as it is written",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-08-03T10:00:00Z", Known.start), ("1969-12-31T23:59:59Z", -1),
            ("2000-02-29T12:00:00Z", 951_825_600), ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("9999-12-31T23:59:59Z", 253_402_300_799), ("1900-03-01T00:00:00Z", -2_203_891_200),
        ] as [(String, Int64)])
    func reading(text: String, seconds: Int64) {
        #expect(Timestamp(text) == Timestamp(seconds: seconds))
        #expect(Timestamp(seconds: seconds).description == text)
    }

    @Test(
        "other spellings of the same moment are read",
        arguments: [
            "2026-08-03T10:00:00.999Z", "2026-08-03 10:00:00Z", "2026-08-03T12:00:00+02:00",
            "2026-08-03T04:30:00-05:30",
            "2026-08-03T10:00:00.1+00:00", "2026-08-03T09:59:60Z",
        ])
    func spellings(text: String) { #expect(Timestamp(text) == Known.time(0)) }

    @Test(
        "what is no time is refused",
        arguments: [
            "", "2026-08-03", "2026-08-03T10:00:00", "2026-13-03T10:00:00Z", "2026-00-03T10:00:00Z",
            "2026-02-31T10:00:00Z", "2025-02-29T10:00:00Z", "2026-08-00T10:00:00Z", "2026-08-03T24:00:00Z",
            "2026-08-03T10:60:00Z", "2026-08-03T10:00:61Z", "2026-08-03T10:00:00.Z", "2026-08-03T10:00:00z",
            "2026-08-03T10:00:00+0200", "2026-08-03T10:00:00+99:00", "2026-08-03T10:00:00+02:60",
            "2026-08-03T10:00:00Z ", " 2026-08-03T10:00:00Z", "-026-08-03T10:00:00Z", "+226-08-03T10:00:00Z",
            "2026-08-03T10:00:00.123456789012345678901234567890Z", "２０２６-08-03T10:00:00Z", "null", "tomorrow",
        ])
    func refusal(text: String) { #expect(Timestamp(text) == nil) }

    @Test("every day of four centuries, and a random second of it, survives printing and reading")
    func roundTrip() {
        var numbers = StableNumbers("days")
        for day in stride(from: Int64(-150_000), to: 150_000, by: 7) {
            let time = Timestamp(seconds: day * 86_400 + Int64.random(in: 0...86_399, using: &numbers))
            guard Timestamp(time.description) == time else {
                Issue.record("\(time.seconds) is printed as \(time)")
                return
            }
        }
    }

    @Test(
        "a time beyond all years can be saved and read again", arguments: [Int64.min, .max, 253_402_300_800, 1 << 40])
    func beyond(seconds: Int64) throws {
        let time = Timestamp(seconds: seconds)
        #expect(try Known.roundTrip([time]) == [time])
        #expect(try Known.roundTrip([time.adding(.max)]) == [time.adding(.max)])
        #expect(try Known.roundTrip([time.adding(.min)]) == [time.adding(.min)])
    }

    @Test("sums and differences have ends instead of traps")
    func saturation() {
        #expect(Timestamp(seconds: 5).adding(.max) == Timestamp(seconds: .max))
        #expect(Timestamp(seconds: 5).adding(.min) == Timestamp(seconds: .min))
        #expect(Timestamp(seconds: .max).seconds(since: Timestamp(seconds: .min)) > 0)
        #expect(Timestamp(seconds: 7).seconds(since: Timestamp(seconds: 10)) == -3)
    }

    @Test(
        "a deadline is the first whole second at which all of the wait has passed",
        arguments: [(0, 60), (1, 61), (999, 61), (1000, 61)] as [(Int64, Int64)])
    func deadlines(milliseconds: Int64, expected: Int64) {
        let now = Known.at(0, milliseconds: milliseconds)
        let deadline = now.deadline(in: 60)
        #expect(deadline == Known.time(expected))
        #expect(!Known.at(0, milliseconds: milliseconds + 59_999).hasReached(deadline))
        #expect(Known.at(0, milliseconds: milliseconds + 60_999).hasReached(deadline))
    }

    @Test("before 1970 the second that has begun is the earlier one")
    func negative() {
        #expect(Instant(wall: -1, uptime: 0).floor == Timestamp(seconds: -1))
        #expect(Instant(wall: -1000, uptime: 0).floor == Timestamp(seconds: -1))
        #expect(Instant(wall: -1001, uptime: 0).floor == Timestamp(seconds: -2))
    }
}
