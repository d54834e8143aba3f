/// What a POSIX `TZ` string says: a standard offset, and with daylight saving another one and when it begins and ends.
struct TimeZoneRule: Sendable, Equatable {
    private var standard: Int64
    private var daylight: (offset: Int64, begins: Day, ends: Day)?

    /// A day of each year, and the seconds of the local day at which the change is.
    private struct Day: Sendable, Equatable {
        enum Kind: Sendable, Equatable {
            /// The n-th weekday (0 is Sunday) of a month; 5 is the last.
            case weekday(month: Int64, week: Int64, day: Int64)
            /// 1 to 365, without the 29th of February.
            case julian(Int64)
            /// 0 to 365.
            case ordinal(Int64)
        }

        var kind: Kind
        var time: Int64

        /// Seconds since 1970 as if the local clock were UTC.
        func moment(in year: Int64) -> Int64 {
            let january = Timestamp.days(fromCivil: year, 1, 1)
            switch kind {
            case .ordinal(let day): return (january + day) * 86_400 + time
            case .julian(let day):
                let isLeap = Timestamp.days(fromCivil: year, 3, 1) - Timestamp.days(fromCivil: year, 2, 1) == 29
                return (january + day - 1 + (isLeap && day >= 60 ? 1 : 0)) * 86_400 + time
            case .weekday(let month, let week, let day):
                let first = Timestamp.days(fromCivil: year, Int(month), 1)
                let next =
                    month == 12
                    ? Timestamp.days(fromCivil: year + 1, 1, 1) : Timestamp.days(fromCivil: year, Int(month) + 1, 1)
                // The first of January 1970 was a Thursday.
                let weekday = ((first + 4) % 7 + 7) % 7
                var date = first + (day - weekday + 7) % 7 + (week - 1) * 7
                while date >= next { date -= 7 }
                return date * 86_400 + time
            }
        }
    }

    static func == (left: TimeZoneRule, right: TimeZoneRule) -> Bool {
        left.standard == right.standard && left.daylight?.offset == right.daylight?.offset
            && left.daylight?.begins == right.daylight?.begins && left.daylight?.ends == right.daylight?.ends
    }

    func offset(at time: Int64) -> Int64 {
        guard let daylight else { return standard }
        let year = Timestamp.year(ofDays: Self.floorDivide(time + standard, 86_400))
        let begins = daylight.begins.moment(in: year) - standard
        let ends = daylight.ends.moment(in: year) - daylight.offset
        let isDaylight = begins < ends ? begins <= time && time < ends : !(ends <= time && time < begins)
        return isDaylight ? daylight.offset : standard
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
    }

    // MARK: - Reading

    init?(_ text: String) {
        var rest = text.utf8[...]
        guard text.utf8.count <= 100, Self.name(&rest), let west = Self.clock(&rest, hours: 24) else { return nil }
        standard = -west
        guard !rest.isEmpty else { return }
        guard Self.name(&rest) else { return nil }
        var offset = standard + 3600
        if rest.first != UInt8(ascii: ",") {
            guard let west = Self.clock(&rest, hours: 24) else { return nil }
            offset = -west
        }
        guard let begins = Self.day(&rest), let ends = Self.day(&rest), rest.isEmpty else { return nil }
        daylight = (offset, begins, ends)
    }

    private static func name(_ rest: inout Substring.UTF8View) -> Bool {
        if rest.first == UInt8(ascii: "<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let letters = rest.prefix { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
        rest = rest[letters.endIndex...]
        return letters.count >= 3
    }

    private static func number(_ rest: inout Substring.UTF8View, _ range: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...3).contains(digits.count), let value = Int64(Substring(digits)), range.contains(value) else {
            return nil
        }
        rest = rest[digits.endIndex...]
        return value
    }

    private static func take(_ character: UInt8, _ rest: inout Substring.UTF8View) -> Bool {
        guard rest.first == character else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    private static func clock(_ rest: inout Substring.UTF8View, hours: Int64) -> Int64? {
        let sign: Int64 = take(UInt8(ascii: "-"), &rest) ? -1 : 1
        if sign == 1 { _ = take(UInt8(ascii: "+"), &rest) }
        guard var seconds = number(&rest, 0...hours).map({ $0 * 3600 }) else { return nil }
        for unit in [Int64(60), 1] where take(UInt8(ascii: ":"), &rest) {
            guard let part = number(&rest, 0...59) else { return nil }
            seconds += part * unit
        }
        return sign * seconds
    }

    /// `,M3.5.0/2`, `,J60`, `,0/-1`.
    private static func day(_ rest: inout Substring.UTF8View) -> Day? {
        guard take(UInt8(ascii: ","), &rest) else { return nil }
        let kind: Day.Kind
        if take(UInt8(ascii: "M"), &rest) {
            guard let month = number(&rest, 1...12), take(UInt8(ascii: "."), &rest), let week = number(&rest, 1...5),
                take(UInt8(ascii: "."), &rest), let day = number(&rest, 0...6)
            else { return nil }
            kind = .weekday(month: month, week: week, day: day)
        } else if take(UInt8(ascii: "J"), &rest) {
            guard let day = number(&rest, 1...365) else { return nil }
            kind = .julian(day)
        } else {
            guard let day = number(&rest, 0...365) else { return nil }
            kind = .ordinal(day)
        }
        guard take(UInt8(ascii: "/"), &rest) else { return Day(kind: kind, time: 7200) }
        return clock(&rest, hours: 167).map { Day(kind: kind, time: $0) }
    }
}
