/// When jobs of an action may begin: certain hours of certain days, by the clocks of a time zone.
package struct JobWindow: Sendable, Equatable {
    package enum Day: String, Sendable, CaseIterable { case mon, tue, wed, thu, fri, sat, sun }

    /// On which it opens.
    package var days = Set(Day.allCases)
    /// Minutes of the day. Where `to` is not later than `from` it is on the next day.
    package var from = 0
    package var to = 1440
    package var timeZone = TimeZoneRules.utc

    package init() {}

    /// By the clocks on the wall: an hour that comes twice counts twice, and one that is left out not at all.
    package func isOpen(at time: Timestamp) -> Bool {
        let local = time.seconds + timeZone.offset(at: time.seconds)
        let day = local >= 0 ? local / 86_400 : -((86_399 - local) / 86_400)
        let minute = Int((local - day * 86_400) / 60)
        // The first of January 1970 was a Thursday.
        let weekday = Int(((day + 3) % 7 + 7) % 7)
        func opens(_ index: Int) -> Bool { days.contains(Day.allCases[(index + 7) % 7]) }
        if from < to { return opens(weekday) && (from..<to).contains(minute) }
        return (minute >= from && opens(weekday)) || (minute < to && opens(weekday - 1))
    }

    /// When it opens next; nil when it does not within two weeks. Zones change on whole minutes.
    package func nextOpening(after time: Timestamp) -> Timestamp? {
        let minute = (time.seconds + 59) / 60
        return (0...Self.searchedMinutes).lazy.map { Timestamp(seconds: (minute + $0) * 60) }.first(where: isOpen)
    }

    /// A day may be left out by the clock, so one week is not enough.
    private static let searchedMinutes: Int64 = 14 * 1440
}

extension JobWindow {
    init?(reading object: ConfigObject) {
        self.init()
        let list = object.value(
            "days", "The days on which it opens.", default: .array(Day.allCases.map { .string($0.rawValue) }))
        days = (list?.distinct { $0.choice(Day.self) }).map { Set($0) } ?? days
        list?.checkNotEmpty("a day such as \"mon\"")
        let from = object.value("from", "When it opens, HH:MM.", default: "00:00")?.text(.timeOfDay)
        self.from = from.flatMap(TextRule.minutes) ?? self.from
        if self.from == 1440 { self.from = 0 }
        let end = object.value(
            "to", "When it closes, HH:MM, on the next day where that is not after from.", default: "24:00")
        to = (end?.text(.timeOfDay)).flatMap(TextRule.minutes) ?? to
        if self.from == to {
            end?.report(.badValue, found: "the time of from", expected: "another one: this window never opens")
        }
        let zone = object.value(
            "timeZone", "The time zone of these times, such as Europe/Berlin.", default: "UTC")
        guard let zone, let name = zone.text(.timeZone) else { return }
        guard let rules = object.value.document.timeZone(name) else {
            zone.report(
                .badValue, found: zone.found(),
                expected: "a time zone of this system, such as \"Europe/Berlin\" or \"UTC\"")
            return
        }
        timeZone = rules
    }
}

extension TextRule {
    static let timeOfDay = TextRule(
        expected: "a time such as \"22:00\", from \"00:00\" to \"24:00\"",
        pattern: #"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"#, maximumLength: 5
    ) { minutes($0) != nil }

    /// Of the day.
    static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard text.utf8.count == 5, parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(ASCII.isDigit) }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), minutes < 60
        else { return nil }
        let all = hours * 60 + minutes
        return all <= 1440 ? all : nil
    }

    /// It is part of a path below the time zone database.
    static let timeZone = TextRule(
        expected: "the name of a time zone, such as \"Europe/Berlin\" or \"UTC\"",
        pattern: #"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"#, maximumLength: 64
    ) { text in
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return text.utf8.count <= 64
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { ASCII.isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
            }
    }
}
