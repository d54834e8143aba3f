/// When a time zone's clocks differ from UTC by how much: the contents of a file of the time zone database (TZif, RFC 9636).
///
/// The Foundation that is linked here has no names of time zones, and the core reads no file: the shell hands in the bytes.
package struct TimeZoneRules: Sendable, Equatable {
    /// Seconds since 1970 at which the offset changes, in order, and the offsets from then on.
    private var transitions: [(at: Int64, offset: Int64)] = []
    private var first: Int64 = 0
    /// For the time behind the last transition.
    private var rule: TimeZoneRule?

    package static let utc = TimeZoneRules()

    private init() {}

    /// The rules that a POSIX `TZ` string states, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    package init?(posix text: String) {
        guard let rule = TimeZoneRule(text) else { return nil }
        self.rule = rule
    }

    /// Reads version 2 and later, which every system has. Nil for anything else.
    package init?(file bytes: [UInt8]) {
        var reader = Reader(bytes: bytes[...])
        guard let old = reader.header(), reader.skip(old.size(timeBytes: 4)), let counts = reader.header() else {
            return nil
        }
        let size = counts.size(timeBytes: 8)
        guard size <= reader.bytes.count else { return nil }
        guard let times = reader.integers(counts.times, bytes: 8),
            let kinds = reader.integers(counts.times, bytes: 1)
        else { return nil }
        var offsets: [Int64] = []
        for _ in 0..<counts.types {
            guard let offset = reader.integers(1, bytes: 4)?.first, reader.skip(2) else { return nil }
            offsets.append(offset)
        }
        guard reader.skip(size - counts.times * 9 - counts.types * 6), let usual = offsets.first else { return nil }
        first = usual
        for (time, kind) in zip(times, kinds) {
            guard offsets.indices.contains(Int(kind & 0xFF)) else { return nil }
            transitions.append((time, offsets[Int(kind & 0xFF)]))
        }
        let footer = reader.bytes.dropFirst().prefix { $0 != 0x0A }
        if !footer.isEmpty {
            guard let rule = TimeZoneRule(String(decoding: footer, as: UTF8.self)) else { return nil }
            self.rule = rule
        }
    }

    /// Seconds to add to UTC at a moment, in seconds since 1970.
    package func offset(at time: Int64) -> Int64 {
        guard let last = transitions.last else { return rule?.offset(at: time) ?? first }
        if time >= last.at { return rule?.offset(at: time) ?? last.offset }
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : transitions[low - 1].offset
    }

    package static func == (left: TimeZoneRules, right: TimeZoneRules) -> Bool {
        left.first == right.first && left.rule == right.rule
            && left.transitions.elementsEqual(right.transitions) { $0.at == $1.at && $0.offset == $1.offset }
    }

    private struct Counts {
        var times: Int
        var types: Int
        var rest: Int
        var leaps: Int

        func size(timeBytes: Int) -> Int { times * (timeBytes + 1) + types * 6 + rest + leaps * (timeBytes + 4) }
    }

    private struct Reader {
        var bytes: ArraySlice<UInt8>

        /// Elements that a file may have of a kind; the largest has some 300.
        private static let countLimit: Int64 = 10_000

        mutating func skip(_ count: Int) -> Bool {
            guard count >= 0, count <= bytes.count else { return false }
            bytes = bytes.dropFirst(count)
            return true
        }

        mutating func integers(_ count: Int, bytes width: Int) -> [Int64]? {
            guard count * width <= bytes.count else { return nil }
            defer { bytes = bytes.dropFirst(count * width) }
            return (0..<count).map { index in
                let part = bytes.dropFirst(index * width).prefix(width)
                let value = part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                return width == 8
                    ? Int64(bitPattern: value) : width == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(value)
            }
        }

        mutating func header() -> Counts? {
            guard bytes.starts(with: "TZif".utf8), let version = bytes.dropFirst(4).first, version >= 0x32, skip(20),
                let counts = integers(6, bytes: 4), counts.allSatisfy({ (0...Self.countLimit).contains($0) })
            else { return nil }
            return Counts(
                times: Int(counts[3]), types: Int(counts[4]), rest: Int(counts[0] + counts[1] + counts[5]),
                leaps: Int(counts[2]))
        }
    }
}
