/// A moment of wall time in whole seconds since 1970, UTC: the only kind of time that the state file holds.
///
/// Whole seconds of the years 0 to 9999, so that what is saved and what is loaded are equal, whatever a server says:
/// what lies beyond is the nearest moment within. Written as ISO 8601 (`2026-08-03T10:00:00Z`).
package struct Timestamp: Sendable, Hashable, Comparable {
    package let seconds: Int64

    package init(seconds: Int64) {
        self.seconds = min(max(seconds, Self.earliest), Self.latest)
    }

    /// 0000-01-01T00:00:00Z.
    private static let earliest: Int64 = -62_167_219_200
    /// 9999-12-31T23:59:59Z.
    private static let latest: Int64 = 253_402_300_799

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }

    /// This moment moved by a number of seconds; saturates instead of overflowing.
    package func adding(_ seconds: Int64) -> Timestamp {
        let (sum, overflow) = self.seconds.addingReportingOverflow(seconds)
        return Timestamp(seconds: overflow ? (seconds < 0 ? .min : .max) : sum)
    }

    /// Seconds from `earlier` to this moment; negative when this one is earlier. Saturates.
    package func seconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflow) = seconds.subtractingReportingOverflow(earlier.seconds)
        return overflow ? (seconds < earlier.seconds ? .min : .max) : difference
    }
}

/// What the clocks say when an event is handled: wall time for what must outlive the process, uptime for intervals.
///
/// The core never reads a clock; the engine hands it one of these with each event.
package struct Instant: Sendable, Hashable {
    /// Wall time in milliseconds since 1970, UTC.
    package var wall: Int64
    /// Milliseconds on a clock that only moves forward and goes on while the machine sleeps (`CLOCK_BOOTTIME`).
    package var uptime: Int64

    package init(wall: Int64, uptime: Int64) {
        self.wall = wall
        self.uptime = uptime
    }

    /// The second that has begun: for records of what has happened.
    package var floor: Timestamp {
        Timestamp(seconds: wall >= 0 ? wall / 1000 : -((999 - wall) / 1000))
    }

    /// The first whole second at which at least `seconds` have passed: a wait that was asked for is never cut short.
    package func deadline(in seconds: Int64) -> Timestamp {
        let up = floor.seconds * 1000 == wall ? floor : floor.adding(1)
        return up.adding(seconds)
    }

    /// Whether that second has begun.
    package func hasReached(_ deadline: Timestamp) -> Bool { floor >= deadline }
}

extension Timestamp: Codable, CustomStringConvertible {
    /// ISO 8601 in UTC.
    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends what `description` is.
    func append(to bytes: inout [UInt8]) {
        let days = seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400)
        let rest = Int(seconds - days * 86_400)
        let (year, month, day) = Self.civil(fromDays: days)
        func digits(_ number: Int) -> (tens: UInt8, ones: UInt8) {
            (UInt8(0x30 + number / 10 % 10), UInt8(0x30 + number % 10))
        }
        let (century, yearOfCentury, months, monthDay) = (
            digits(Int(year) / 100), digits(Int(year) % 100), digits(month), digits(day)
        )
        let (hours, minutes, seconds) = (digits(rest / 3600), digits(rest / 60 % 60), digits(rest % 60))
        bytes.append(contentsOf: [
            century.tens, century.ones, yearOfCentury.tens, yearOfCentury.ones, 0x2D, months.tens, months.ones, 0x2D,
            monthDay.tens, monthDay.ones, 0x54, hours.tens, hours.ones, 0x3A, minutes.tens, minutes.ones, 0x3A,
            seconds.tens, seconds.ones, 0x5A,
        ])
    }

    /// Reads `YYYY-MM-DDTHH:MM:SS`, with or without a fraction (dropped), ending in `Z` or `±HH:MM`; nil for anything else.
    package init?(_ text: String) { self.init(utf8: Array(text.utf8).span) }

    /// The same, from the text's bytes.
    package init?(utf8 bytes: Span<UInt8>) {
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for index in range {
                guard ASCII.isDigit(bytes[index]) else { return nil }
                value = value * 10 + Int64(bytes[index] - 0x30)
            }
            return value
        }
        guard bytes.count >= 20, bytes.count <= 40, bytes[4] == 0x2D, bytes[7] == 0x2D,
            bytes[10] == 0x54 || bytes[10] == 0x20, bytes[13] == 0x3A, bytes[16] == 0x3A,
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var index = 19
        if bytes[index] == 0x2E {
            index += 1
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
            guard index > 20 else { return nil }
        }
        var offset: Int64 = 0
        switch index < bytes.count ? bytes[index] : 0 {
        case 0x5A where bytes.count == index + 1: break
        case 0x2B where bytes.count == index + 6, 0x2D where bytes.count == index + 6:
            guard bytes[index + 3] == 0x3A, let hours = number(index + 1..<index + 3),
                let minutes = number(index + 4..<index + 6), hours < 24, minutes < 60
            else { return nil }
            offset = (bytes[index] == 0x2D ? -1 : 1) * (hours * 3600 + minutes * 60)
        default: return nil
        }
        let days = Self.days(fromCivil: year, Int(month), Int(day))
        // There is no 31st of February.
        guard Self.civil(fromDays: days).2 == Int(day) else { return nil }
        self.init(seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text)\" is not an ISO 8601 time")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Days since 1970 of a date of the proleptic Gregorian calendar, counted in eras of 400 years.
    static func days(fromCivil year: Int64, _ month: Int, _ day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func year(ofDays days: Int64) -> Int64 { civil(fromDays: days).0 }

    private static func civil(fromDays days: Int64) -> (Int64, Int, Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
