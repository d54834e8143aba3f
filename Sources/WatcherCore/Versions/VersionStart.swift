/// Where in a tag the version begins: everything before it is the line.
///
/// A path and a package's name (`cmd/builder/`, `@scope/name@`) end before it. Then a number at the very beginning is it;
/// else the number that looks most like a version: with a `v`, with several parts, on its own rather than within a word.
struct VersionStart {
    private let tag: TagBytes

    init(_ tag: TagBytes) { self.tag = tag }

    /// Nil when there is no digit.
    func find() -> Int? {
        guard let lastDigit = tag.bytes.indices.last(where: tag.isDigit) else { return nil }
        let base = self.base(before: lastDigit)
        var first = tag.isV(base) ? base + 1 : base
        while first < lastDigit, tag.isSeparator(first) { first += 1 }
        if tag.isDigit(first) {
            return base == first && isName(first) ? best(from: first, above: .name) ?? first : deeper(first)
        }
        return best(from: base, above: .none).map(deeper)
    }

    /// After the last `/` and the last `@` that have a version behind them.
    private func base(before lastDigit: Int) -> Int {
        let base = tag.bytes[..<lastDigit].lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        guard let at = tag.bytes[base..<lastDigit].lastIndex(of: UInt8(ascii: "@")) else { return base }
        var number = tag.isV(at + 1) ? at + 2 : at + 1
        if tag.isJoint(number) { number += 1 }
        guard tag.isDigit(number) else { return base }
        // `release-1.5.0@1234`: a revision behind the version, not a version behind a name.
        let isRevision = tag.digitsEnd(at + 1) == tag.count && hasParts(in: base..<at)
        return isRevision ? base : at + 1
    }

    private func hasParts(in range: Range<Int>) -> Bool {
        range.contains {
            tag.isDigit($0) && (tag[$0 + 1] == UInt8(ascii: ".") || tag[$0 + 1] == UInt8(ascii: "_"))
                && tag.isDigit($0 + 2)
        }
    }

    /// Whether a name begins with this number: `3proxy-0.9.4`.
    private func isName(_ start: Int) -> Bool {
        let letters = tag.digitsEnd(start)
        let end = tag.lettersEnd(letters)
        return end - letters >= 2 && tag.isJoint(end) && tag.word(letters..<end) == .other
    }

    // MARK: - The number that looks most like a version

    private enum Likeness: Int, Comparable {
        case none, insideStage, insideWord, alone, underscoresInsideWord, partsInsideWord, parts, partsAfterV
        /// What a name that begins with a number must find behind it.
        static let name = Likeness.partsInsideWord

        static func < (left: Likeness, right: Likeness) -> Bool { left.rawValue < right.rawValue }
    }

    private func best(from base: Int, above least: Likeness) -> Int? {
        var best: (likeness: Likeness, start: Int)?
        var index = base
        while index < tag.count {
            guard tag.isDigit(index) else {
                index += 1
                continue
            }
            let run = Run(tag, index)
            let likeness = self.likeness(of: run, base: base)
            if likeness > best?.likeness ?? least { best = (likeness, index) }
            index = run.end
        }
        return best?.start
    }

    private func likeness(of run: Run, base: Int) -> Likeness {
        var end = run.start
        while end > base, tag.isJoint(end - 1) { end -= 1 }
        var word = end
        while word > base, tag.isLetter(word - 1) { word -= 1 }
        let isInside = end == run.start && word < end
        if end - word == 1, tag.isV(word), run.start - end <= 1, word == base || tag.isSeparator(word - 1) {
            return run.hasParts ? .partsAfterV : .alone
        }
        if end - word > 1, case .before = tag.word(word..<end) { return isInside ? .insideStage : .insideWord }
        if isInside { return run.hasDots ? .partsInsideWord : run.hasParts ? .underscoresInsideWord : .insideWord }
        return run.hasParts ? .parts : .alone
    }

    /// Numbers with `.` and `_` between them, or only `-`.
    private struct Run {
        let start: Int
        private(set) var end: Int
        private(set) var hasDots = false
        private(set) var hasParts = false

        init(_ tag: TagBytes, _ start: Int) {
            self.start = start
            end = tag.digitsEnd(start)
            while tag[end] == UInt8(ascii: ".") || tag[end] == UInt8(ascii: "_"), tag.isDigit(end + 1) {
                hasParts = true
                if tag[end] == UInt8(ascii: ".") { hasDots = true }
                end = tag.digitsEnd(end + 1)
            }
            guard !hasParts else { return }
            // A date goes on behind a `.`; anything else with `.` is another number.
            let isYear = end - start == 4 && (tag[start] == UInt8(ascii: "1") || tag[start] == UInt8(ascii: "2"))
            var numbers = 1
            while tag[end] == UInt8(ascii: "-"), tag.isDigit(end + 1) {
                let next = tag.digitsEnd(end + 1)
                if !isYear, tag[next] == UInt8(ascii: ".") || tag[next] == UInt8(ascii: "_"), tag.isDigit(next + 1) {
                    break
                }
                end = next
                numbers += 1
            }
            // A date.
            hasParts = numbers >= 3
        }
    }

    /// `5.14-2.0.0.5344`: the version of what it is built on comes first, when what follows has more parts, three at least.
    private func deeper(_ start: Int) -> Int {
        func parts(_ start: Int) -> (count: Int, end: Int) {
            var count = 1
            var end = tag.digitsEnd(start)
            while tag[end] == UInt8(ascii: ".") || tag[end] == UInt8(ascii: "_"), tag.isDigit(end + 1) {
                count += 1
                end = tag.digitsEnd(end + 1)
            }
            return (count, end)
        }
        let first = parts(start)
        guard tag[first.end] == UInt8(ascii: "-") else { return start }
        let next = tag.isV(first.end + 1) ? first.end + 2 : first.end + 1
        guard tag.isDigit(next), !tag.isHash(next), tag.digitsEnd(next) - next < 4 else { return start }
        let second = parts(next)
        return second.count >= 3 && second.count > first.count ? next : start
    }
}
