import WatcherCore

/// A date as HTTP writes it (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. The two forms that are obsolete since
/// 1999 are not read: no receiver sends them.
struct HTTPDate: Sendable {
    let time: Timestamp

    init?(_ text: String) {
        // One comes with every answer: its places are fixed, so nothing is searched for.
        let bytes = Array(text.utf8)
        guard bytes.count == 29, bytes[3] == UInt8(ascii: ","), bytes[25...].elementsEqual(" GMT".utf8),
            bytes[4] == 0x20, bytes[7] == 0x20, bytes[11] == 0x20, bytes[16] == 0x20,
            let month = Self.month(bytes[8], bytes[9], bytes[10])
        else { return nil }
        var iso: [UInt8] = []
        iso.reserveCapacity(20)
        iso += bytes[12...15]
        iso += [UInt8(ascii: "-"), 0x30 + month / 10, 0x30 + month % 10, UInt8(ascii: "-"), bytes[5], bytes[6]]
        iso.append(UInt8(ascii: "T"))
        iso += bytes[17...24]
        iso.append(UInt8(ascii: "Z"))
        guard let time = Timestamp(utf8: iso.span) else { return nil }
        self.time = time
    }

    private static let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)

    private static func month(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt8? {
        var index = 0
        while index < months.count {
            if months[index] == first, months[index + 1] == second, months[index + 2] == third {
                return UInt8(index / 3 + 1)
            }
            index += 3
        }
        return nil
    }
}
