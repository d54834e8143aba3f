import WatcherCore

/// The time zone database of this system.
enum ZoneInfo {
    private static let folder = "/usr/share/zoneinfo/"

    /// The rules of a time zone whose name has been checked; nil for one that is not there. UTC needs no file.
    static func rules(_ name: String) -> TimeZoneRules? {
        if name == "UTC" { return .utc }
        return (try? DurableFile.read(folder + name)).flatMap(TimeZoneRules.init(file:))
    }
}
