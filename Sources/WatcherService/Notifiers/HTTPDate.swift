import WatcherCore

/// A date as HTTP writes it (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. The two forms that are obsolete since
/// 1999 are not read: no receiver sends them.
struct HTTPDate: Sendable {
    let time: Timestamp

    init?(_ text: String) {
        // One comes with every answer: its places are fixed, so nothing is searched for.
        let bytes = Array(text.utf8)
        guard bytes.count == 29, bytes[3] == UInt8(ascii: ","), bytes[25...].elementsEqual(" GMT".utf8),
            [4, 7, 11, 16].allSatisfy({ bytes[$0] == 0x20 }),
            let month = Self.months.firstIndex(where: { bytes[8...10].elementsEqual($0.utf8) })
        else { return nil }
        let dash = UInt8(ascii: "-")
        var iso = bytes[12...15] + [dash, UInt8(0x30 + (month + 1) / 10), UInt8(0x30 + (month + 1) % 10), dash]
        iso += bytes[5...6] + [UInt8(ascii: "T")] + bytes[17...24] + [UInt8(ascii: "Z")]
        guard let time = Timestamp(utf8: Array(iso)) else { return nil }
        self.time = time
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
