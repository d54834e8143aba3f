/// Reads a tag from where its version begins: components, then suffixes, in one pass.
struct VersionReader {
    private let tag: TagBytes
    private var index: Int
    private var isGlued = true
    private var isBehindNumber = true
    private var isBehindTilde = false
    private var isBuild = false
    private var words: [UInt8] = []

    private(set) var key = VersionKey()
    /// The first stage before the release that was found.
    private(set) var stage: Version.Stage?
    /// Where the version ends: before `+`.
    private(set) var end: Int

    var variant: String { words.isEmpty ? "" : String(decoding: words, as: UTF8.self) }

    init(_ tag: TagBytes, _ start: Int) {
        self.tag = tag
        index = start
        end = tag.count
    }

    mutating func read() {
        readComponents()
        while index < tag.count { readNext() }
        key.finish()
    }

    private mutating func number() -> ArraySlice<UInt8> {
        let start = index
        index = tag.digitsEnd(start)
        return tag.bytes[start..<index]
    }

    /// Numbers with `.` or `_` between them, with `-` where there is nothing else (`2024-05-01`), and a time behind a
    /// date (`2025-10-15T17-29-55Z`).
    private mutating func readComponents() {
        let first = number()
        key.addComponent(first)
        var mayDash = true
        var isTime = false
        while tag.isDigit(index + 1) {
            switch tag[index] {
            case UInt8(ascii: "."), UInt8(ascii: "_"):
                guard !tag.isHash(index + 1) else { return }
                mayDash = false
            case UInt8(ascii: "-"):
                guard mayDash, !tag.isHash(index + 1) else { return }
            case UInt8(ascii: "T"), UInt8(ascii: "t"):
                guard first.count == 4 || first.count >= 8 else { return }
                mayDash = true
                isTime = true
            default: return
            }
            index += 1
            key.addComponent(number())
        }
        if isTime, tag[index] | 0x20 == UInt8(ascii: "z"), !tag.isLetter(index + 1) { index += 1 }
    }

    private mutating func readNext() {
        guard !tag.isSeparator(index) else {
            isBehindTilde = tag[index] == UInt8(ascii: "~")
            if tag[index] == UInt8(ascii: "+"), !isBuild {
                isBuild = true
                end = index
            }
            isGlued = false
            index += 1
            return
        }
        if !isGlued, tag.isHash(index) || isBehindNumber && tag.isDescribed(index) {
            index = tag.tokenEnd(index)
            isBehindNumber = false
        } else if tag.isDigit(index) {
            let digits = number()
            isBehindNumber = true
            guard !isBuild else { return isGlued = true }
            if isBehindTilde { add(.preview, digits) } else { key.addAfter(digits) }
        } else {
            readWord()
        }
        isGlued = true
    }

    private mutating func readWord() {
        let range = index..<tag.lettersEnd(index)
        let word = tag.word(range)
        let hasNumber = tag.isDigit(range.upperBound)
        index = range.upperBound
        guard !isBuild else {
            if range.count > 1, case .before(let stage) = word {
                add(stage, attachedNumber())
            } else {
                index = tag.tokenEnd(index)
            }
            isBehindNumber = false
            return
        }
        if isGlued, isBehindNumber, !hasNumber, isLetterBehindNumber(range) {
            key.addLetters(tag.bytes[range])
            isBehindNumber = false
            return
        }
        if range.count == 1, hasNumber, tag.isV(range.lowerBound) {
            // `5.0.3_v2.0.11`: only the number counts.
            isBehindNumber = false
            return
        }
        switch word {
        case .before(let stage) where range.count > 1 || hasNumber || stage != .milestone:
            let digits = attachedNumber()
            add(stage, digits)
            isBehindNumber = !digits.isEmpty
        case .after:
            let digits = attachedNumber()
            key.addAfter(digits)
            isBehindNumber = !digits.isEmpty
        case .release:
            isBehindNumber = false
        case .platform where range.count > 1 || !isGlued:
            addVariant(range.lowerBound..<platformEnd())
            isBehindNumber = false
        case .other where range.count == 1 && hasNumber && isGlued, .platform where hasNumber:
            key.addAfter(attachedNumber())
            isBehindNumber = true
        case .before, .platform, .other:
            addVariant(range)
            if hasNumber { key.addAfter(number()) }
            isBehindNumber = hasNumber
        }
    }

    private mutating func add(_ stage: Version.Stage, _ digits: ArraySlice<UInt8>) {
        key.addStage(stage, digits)
        self.stage = self.stage ?? stage
    }

    /// `1.0.2a`, and `1.0.2za`, which follows `z`.
    private func isLetterBehindNumber(_ range: Range<Int>) -> Bool {
        range.count == 1 || range.count == 2 && tag[range.lowerBound] | 0x20 == UInt8(ascii: "z")
    }

    /// The number of a word: `rc2`, `rc.2`, `rc-2`.
    private mutating func attachedNumber() -> ArraySlice<UInt8> {
        if !tag.isDigit(index) {
            guard tag.isJoint(index), tag.isDigit(index + 1), !tag.isHash(index + 1) else { return [] }
            index += 1
        }
        return number()
    }

    /// A platform with its own version: `alpine3.19`, `x86_64`, `arm64v8`.
    private mutating func platformEnd() -> Int {
        while !tag.isSeparator(index)
            || tag.isDigit(index - 1) && tag.isDigit(index + 1)
                && (tag[index] == UInt8(ascii: ".") || tag[index] == UInt8(ascii: "_")),
            index < tag.count
        {
            index += 1
        }
        return index
    }

    private mutating func addVariant(_ range: Range<Int>) {
        if !words.isEmpty { words.append(UInt8(ascii: "-")) }
        words += tag.bytes[range].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}
