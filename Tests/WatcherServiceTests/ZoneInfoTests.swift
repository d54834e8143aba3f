import Foundation
import Testing
import WatcherCore

@testable import WatcherService

@Suite(
    "The time zones of this system",
    .enabled(if: FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Berlin")))
struct ZoneInfoTests {
    // Without those whose rules governments have changed lately: Foundation has a table of its own, of another day.
    @Test(
        "are read as Foundation reads them, a moment of every eleven days from 1950 to 2060",
        arguments: [
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
            "Europe/Dublin", "America/Nuuk", "Pacific/Apia", "Etc/GMT+5", "Asia/Gaza",
        ])
    func same(_ name: String) throws {
        let rules = try #require(ZoneInfo.rules(name))
        let zone = try #require(TimeZone(identifier: name))
        for time in stride(from: -631_152_000, to: 2_840_140_800, by: 11 * 86_400 + 1234) {
            let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(time))))
            guard rules.offset(at: Int64(time)) != offset else { continue }
            Issue.record("\(name) at \(time): \(rules.offset(at: Int64(time))) instead of \(offset)")
            return
        }
    }

    @Test("that are not there are none", arguments: ["Europe/Nowhere", "Europe", "posixrules-not", "zone.tab"])
    func missing(_ name: String) {
        #expect(ZoneInfo.rules(name) == nil)
    }
}
