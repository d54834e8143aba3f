/// A version as bytes that compare, one by one, as versions do.
///
/// A number is its length (above 0x10) and its digits, so that longer ones are greater. A suffix begins with a byte below
/// 0x10: stages are below `end`, what comes after the release is above it, and a further component is above them all.
struct VersionKey: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where the components end.
    private var componentsEnd = 0
    private var count = 0
    /// Zeros at the end of the components, which do not count: `1.0` is `1`.
    private var zeros = 0

    private static let number: UInt8 = 0x10
    private static let end: UInt8 = 0x08
    private static let after: UInt8 = 0x09
    /// One letter behind the last number: `1.0.2a`.
    private static let letter: UInt8 = 0x0A

    init() { bytes.reserveCapacity(24) }

    var components: ArraySlice<UInt8> { bytes[..<componentsEnd] }

    mutating func addComponent(_ digits: ArraySlice<UInt8>) {
        count += 1
        let digits = digits.drop { $0 == UInt8(ascii: "0") }
        guard !digits.isEmpty else { return zeros += 1 }
        for _ in 0..<zeros { bytes.append(Self.number) }
        zeros = 0
        append(digits)
        componentsEnd = bytes.count
    }

    mutating func addStage(_ stage: Version.Stage, _ digits: ArraySlice<UInt8>) {
        bytes.append(stage.rawValue)
        append(digits.drop { $0 == UInt8(ascii: "0") })
    }

    mutating func addAfter(_ digits: ArraySlice<UInt8>) {
        bytes.append(Self.after)
        append(digits.drop { $0 == UInt8(ascii: "0") })
    }

    mutating func addLetters(_ letters: ArraySlice<UInt8>) {
        bytes.append(Self.letter)
        bytes += letters.map { $0 | 0x20 }
    }

    mutating func finish() { bytes.append(Self.end) }

    private mutating func append(_ digits: ArraySlice<UInt8>) {
        bytes.append(Self.number + UInt8(digits.count))
        bytes += digits
    }

    /// The digits of a component, `0` for one that is missing.
    func component(_ index: Int) -> String {
        var start = 0
        for _ in 0..<index where start < componentsEnd { start += 1 + Int(bytes[start] - Self.number) }
        guard start < componentsEnd, bytes[start] > Self.number else { return "0" }
        return String(decoding: bytes[(start + 1)...].prefix(Int(bytes[start] - Self.number)), as: UTF8.self)
    }

    var scheme: Version.Scheme {
        guard let first = bytes.first, first >= Self.number else { return count == 1 ? .single : .parts }
        let digits = bytes[1...].prefix(Int(first - Self.number))
        let isYear = digits.starts(with: "19".utf8) || digits.starts(with: "20".utf8)
        if isYear, digits.count == 4 { return .year }
        if isYear, digits.count >= 8, Self.isMonth(digits.dropFirst(4).prefix(2)) { return .date }
        return count == 1 ? .single : .parts
    }

    private static func isMonth(_ digits: ArraySlice<UInt8>) -> Bool {
        guard let tens = digits.first, let ones = digits.last else { return false }
        return tens == UInt8(ascii: "0") && ones > UInt8(ascii: "0")
            || tens == UInt8(ascii: "1") && ones < UInt8(ascii: "3")
    }
}
